// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// DumpSource is what a dump is made from: pages by ascending id after that id, up to limit, of what is
// live and of what is not.
type DumpSource interface {
	AllSoftware(ctx context.Context, after registry.ID, limit int) ([]registry.Known[registry.SoftwareFacts], error)
	AllOrganisations(ctx context.Context, after registry.ID, limit int) ([]registry.Known[registry.OrganisationFacts], error)
	AllUsages(ctx context.Context, after registry.ID, limit int) ([]registry.Usage, error)
	AllOffers(ctx context.Context, after registry.ID, limit int) ([]registry.Offer, error)
	AllReferences(ctx context.Context, after registry.ID, limit int) ([]registry.Reference, error)
	AllProposals(ctx context.Context, after registry.ID, limit int) ([]registry.Proposal, error)
	AllAudit(ctx context.Context, after registry.ID, limit int) ([]registry.AuditEntry, error)
}

// DumpVersion is the version of the format that Export writes. ImportDump reads it and older ones.
const DumpVersion = 1

const (
	dumpFormat   = "maillage-dump"
	manifestName = "manifest.json"
	dumpPage     = 500
)

// kindProposal and kindAudit count what is in a dump beside things of the registry.
const (
	kindProposal registry.Kind = "proposal"
	kindAudit    registry.Kind = "audit"
)

// Manifest says what a dump holds.
type Manifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// AsOf is the time of the latest change in the dump: the same content gives the same bytes.
	AsOf  time.Time  `json:"as_of,omitzero"`
	Files []DumpFile `json:"files"`
}

// DumpFile is one file of a dump. Only those with a Kind are read back; the others are for people and
// other programmes.
type DumpFile struct {
	Name   string        `json:"name"` // with "/" whatever the system
	Kind   registry.Kind `json:"kind,omitempty"`
	Count  int           `json:"count"` // lines of JSON, or rows without the header
	Bytes  int64         `json:"bytes"`
	SHA256 string        `json:"sha256"`
}

// Export writes everything the registry holds to a folder, in open formats: one JSON object a line
// for each kind of thing, with ids, versions, times and provenance; CSV tables of what is live, like
// those of Template; a publiccode.yml for each software that can have one; a manifest with the
// SHA-256 of each file. Organisers may: what is not public is in it, so files are for their owner
// alone. The folder is created if needed; an earlier dump in it is replaced. The manifest comes last:
// a folder without one is not a dump. Declarations are read before the things they name, so that a
// registry at work gives a dump that holds together; within a transaction it is a snapshot.
func Export(ctx context.Context, dir string, from DumpSource, opts Options) (Manifest, error) {
	if !opts.By.Organises() {
		return Manifest{}, notAllowed(opts.By)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Manifest{}, fmt.Errorf("export: %w", err)
	}
	if err := clear(dir); err != nil {
		return Manifest{}, fmt.Errorf("export: %w", err)
	}
	d := &dump{dir: dir, opts: opts, manifest: Manifest{Format: dumpFormat, Version: DumpVersion}}
	if err := d.all(ctx, from); err != nil {
		return Manifest{}, fmt.Errorf("export: %w", err)
	}
	slices.SortFunc(d.manifest.Files, func(a, b DumpFile) int { return strings.Compare(a.Name, b.Name) })
	content, err := json.MarshalIndent(d.manifest, "", "  ")
	if err != nil {
		return Manifest{}, fmt.Errorf("export: %w", err)
	}
	name := filepath.Join(dir, manifestName)
	if err := os.WriteFile(name+".part", append(content, '\n'), 0o600); err != nil {
		return Manifest{}, fmt.Errorf("export: %w", err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		return Manifest{}, fmt.Errorf("export: %w", err)
	}
	return d.manifest, nil
}

// clear removes an earlier dump: its manifest, then the files it lists and nothing else.
func clear(dir string) error {
	content, err := os.ReadFile(filepath.Join(dir, manifestName)) //nolint:gosec // the administrator names the folder
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var earlier Manifest
	if err != nil || json.Unmarshal(content, &earlier) != nil || earlier.Format != dumpFormat {
		return fault.Wrap(fault.Conflict, "dump_malformed", err) // somebody else's manifest.json
	}
	if err := os.Remove(filepath.Join(dir, manifestName)); err != nil {
		return err
	}
	for _, f := range earlier.Files {
		name := filepath.FromSlash(f.Name)
		if !filepath.IsLocal(name) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func notAllowed(by member.Actor) error {
	if !by.Known() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	return fault.New(fault.Forbidden, "not_allowed")
}

// dump is one export at work.
type dump struct {
	dir      string
	opts     Options
	manifest Manifest
	done     int
}

func (d *dump) all(ctx context.Context, from DumpSource) error {
	tables := newTables()
	steps := []func() error{
		func() error { return writeLines(ctx, d, registry.KindUsage, from.AllUsages, usageToLine, tables.usage) },
		func() error { return writeLines(ctx, d, registry.KindOffer, from.AllOffers, offerToLine, tables.offer) },
		func() error {
			return writeLines(ctx, d, registry.KindReference, from.AllReferences, referenceToLine, tables.reference)
		},
		func() error { return writeLines(ctx, d, kindProposal, from.AllProposals, proposalToLine, nil) },
		func() error { return writeLines(ctx, d, kindAudit, from.AllAudit, auditToLine, nil) },
		func() error {
			return writeLines(ctx, d, registry.KindSoftware, from.AllSoftware, entityToLine[registry.SoftwareFacts], func(k registry.Known[registry.SoftwareFacts]) error {
				tables.software(k)
				return d.publiccode(k)
			})
		},
		func() error {
			return writeLines(ctx, d, registry.KindOrganisation, from.AllOrganisations, entityToLine[registry.OrganisationFacts], tables.organisation)
		},
		func() error { return tables.write(d) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// lineFile names the file of a kind.
func lineFile(kind registry.Kind) string { return string(kind) + ".jsonl" }

// line is a thing as it is written, with the time of its last change.
type line interface{ changed() time.Time }

// writeLines writes every thing of a kind, one JSON object a line.
func writeLines[T any, L line](ctx context.Context, d *dump, kind registry.Kind,
	page func(context.Context, registry.ID, int) ([]T, error), convert func(T) (registry.ID, L), also func(T) error) error {
	return d.file(lineFile(kind), kind, func(w io.Writer) (int, error) {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		n := 0
		for after := registry.ID(""); ; {
			things, err := page(ctx, after, dumpPage)
			if err != nil {
				return n, err
			}
			for _, thing := range things {
				id, l := convert(thing)
				after = id
				if at := l.changed(); at.After(d.manifest.AsOf) {
					d.manifest.AsOf = at
				}
				if err := enc.Encode(l); err != nil {
					return n, err
				}
				if also != nil {
					if err := also(thing); err != nil {
						return n, err
					}
				}
				n++
			}
			if d.done += len(things); d.opts.Progress != nil {
				d.opts.Progress(d.done, 0)
			}
			if err := ctx.Err(); err != nil || len(things) < dumpPage {
				return n, err
			}
		}
	})
}

// file writes one file of the dump, whole or not at all, and notes it in the manifest.
func (d *dump) file(name string, kind registry.Kind, write func(io.Writer) (int, error)) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fault.New(fault.Internal, "dump_malformed") // a slug that came from elsewhere
	}
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // our own names
	if err != nil {
		return err
	}
	w := &counted{w: f, sum: sha256.New()}
	buffered := bufio.NewWriterSize(w, 64<<10)
	n, err := write(buffered)
	err = errors.Join(err, buffered.Flush(), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("%s: %w", name, errors.Join(err, os.Remove(path+".part")))
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	d.manifest.Files = append(d.manifest.Files, DumpFile{Name: name, Kind: kind, Count: n, Bytes: w.n,
		SHA256: hex.EncodeToString(w.sum.Sum(nil))})
	return nil
}

// counted is a file whose bytes are counted and summed.
type counted struct {
	w   io.Writer
	sum hash.Hash
	n   int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	c.sum.Write(p[:n]) // a hash never fails
	return n, err
}
