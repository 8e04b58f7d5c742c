// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// generation is one bleve index, from the day it was built to the day another takes its place.
type generation struct {
	name  string
	index index.Index
}

// mark is what the index says of itself, written in the same batch as the documents it speaks of.
type mark struct {
	// Stamp is the version of everything that decides which words a document has.
	Stamp string `json:"stamp"`
	// Position is the number of the last change of the registry it holds.
	Position int64 `json:"position"`
	// Change identifies that change: an index of another database is not followed.
	Change string `json:"change,omitempty"`
}

var markKey = []byte("maillage")

func (m mark) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // two strings and a number
	}
	return b
}

// openGeneration opens a generation. Nothing it holds is trusted: whatever is wrong, panics
// included, is an error.
func openGeneration(path, name string, queue *index.AnalysisQueue) (g *generation, m mark, err error) {
	err = guard(func() error {
		ix, err := scorch.NewScorch(scorch.Name, map[string]any{"path": path, "bolt_timeout": "1s",
			"unsafe_batch": true, "numSnapshotsToKeep": 1}, queue)
		if err != nil {
			return err
		}
		if err := ix.Open(); err != nil {
			return err
		}
		g = &generation{name: name, index: ix}
		r, err := ix.Reader()
		if err != nil {
			return err
		}
		raw, err := r.GetInternal(markKey)
		if err == nil && raw != nil {
			err = json.Unmarshal(raw, &m)
		}
		return errors.Join(err, r.Close())
	})
	if err != nil && g != nil {
		err = errors.Join(err, g.close())
		g = nil
	}
	return g, m, err
}

func (g *generation) close() error { return guard(g.index.Close) }

// write applies a batch and waits until it is on the disk when settle is set.
func (g *generation) write(ctx context.Context, b *index.Batch, settle bool) error {
	settled := make(chan error, 1)
	if settle {
		b.SetPersistedCallback(func(err error) { settled <- err })
	}
	if err := guard(func() error { return g.index.Batch(b) }); err != nil || !settle {
		return err
	}
	select {
	case err := <-settled:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(10 * time.Second):
		return nil // it will be, or it will be done again at the next start
	}
}

// guard calls f and returns as an error what it panics with. bleve reads mapped files: a damaged one
// shows as a slice out of range or as a fault.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("index panicked: %v", r)
		}
	}()
	return f()
}

// builder writes a new generation, one segment of entries at a time, and merges them at the end.
type builder struct{ *scorch.Builder }

// buildBatch is how many entries a segment holds before the merge: the memory of a build depends on
// it and on nothing else.
const buildBatch = 1000

func newBuilder(dir, path string, m mark) (*builder, error) {
	b, err := scorch.NewBuilder(map[string]any{"path": path, "buildPathPrefix": dir, "batchSize": buildBatch,
		"mergeMax": 64, "internal": map[string][]byte{string(markKey): m.encode()}})
	if err != nil {
		return nil, fmt.Errorf("begin to build the index: %w", err)
	}
	return &builder{b}, nil
}
