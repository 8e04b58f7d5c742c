// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"fmt"
	"os"
	"slices"
	"sync"
)

// arena keeps representations in a file that is already unlinked, and reads each when it is asked
// for: the system keeps in its cache those that are read, takes the room back when others need it,
// and neither the collector nor the process's own memory knows of them. At 57,000 entities they are
// more than half of all that is kept. A mapping of the file is read in a quarter of the time, but
// every page read, and the fifteen around it, then count as the process's own memory; to give them
// back as often as would bound that costs more than to read the file.
//
// What was added stays readable for as long as something refers to it: a file closes when nothing
// does any more.
type arena struct {
	dir string

	mu      sync.Mutex
	current *chunk
	// pending is what was added to the current chunk and is not in its file yet, at written.
	pending []byte
	written int64
}

const (
	// chunkSize is the size in bytes of a file above which another one is begun.
	chunkSize = 1 << 30
	flushSize = 256 << 10
)

// chunk is what bodies are in: a file, or memory.
type chunk struct {
	file *os.File
	mem  []byte // when there is no file
}

// body is a representation that was kept.
type body struct {
	in       *chunk
	at, size uint32
}

// newArena returns an arena with its files in that folder; an empty one keeps everything on the heap.
func newArena(dir string) *arena { return &arena{dir: dir} }

// add keeps a copy of b. It may be read once flush has returned.
func (a *arena) add(b []byte) (body, error) {
	size := uint32(len(b)) //nolint:gosec // a representation is far below 4 GB
	if a.dir == "" {
		return body{in: &chunk{mem: slices.Clone(b)}, size: size}, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == nil || a.written+int64(len(a.pending)) > chunkSize {
		if err := a.begin(); err != nil {
			return body{}, err
		}
	}
	kept := body{in: a.current, at: uint32(a.written) + uint32(len(a.pending)), size: size} //nolint:gosec // chunkSize at most
	a.pending = append(a.pending, b...)
	if len(a.pending) >= flushSize {
		return kept, a.write()
	}
	return kept, nil
}

// begin begins another file.
func (a *arena) begin() error {
	if err := a.write(); err != nil {
		return err
	}
	f, err := os.CreateTemp(a.dir, "catalogue-*.bin")
	if err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	// The name goes at once: whatever ends the process, nothing is left behind.
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	a.current, a.written = &chunk{file: f}, 0
	return nil
}

// write puts what is pending in the file.
func (a *arena) write() error {
	if len(a.pending) == 0 {
		return nil
	}
	if _, err := a.current.file.WriteAt(a.pending, a.written); err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	a.written += int64(len(a.pending))
	a.pending = a.pending[:0]
	return nil
}

// flush makes everything that was added readable.
func (a *arena) flush() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.write()
	a.pending = nil // it is large at start, and small ever after
	return err
}

// append appends what was kept to b. It panics when the disk does not give back what it took, as
// memory would: nothing can be answered then.
func (x body) append(b []byte) []byte {
	if x.in.file == nil {
		return append(b, x.in.mem...)
	}
	from := len(b)
	b = slices.Grow(b, int(x.size))[:from+int(x.size)]
	if _, err := x.in.file.ReadAt(b[from:], int64(x.at)); err != nil {
		panic(fmt.Errorf("catalogue arena: %w", err))
	}
	return b
}
