// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"maillage/internal/fault"
	"maillage/internal/registry"
)

// DumpSink is where a dump is read back to.
type DumpSink interface {
	SoftwareByID(ctx context.Context, ids ...registry.ID) ([]registry.Known[registry.SoftwareFacts], error)
	OrganisationsByID(ctx context.Context, ids ...registry.ID) ([]registry.Known[registry.OrganisationFacts], error)
	UsagesByID(ctx context.Context, ids ...registry.ID) ([]registry.Usage, error)
	OffersByID(ctx context.Context, ids ...registry.ID) ([]registry.Offer, error)
	ReferencesByID(ctx context.Context, ids ...registry.ID) ([]registry.Reference, error)
	// Restore writes a batch as it is: ids, versions and times are kept.
	Restore(ctx context.Context, b *registry.Batch) error
}

// maxDumpLine bounds one line of a dump: what the sources of one thing can say, many times over.
const maxDumpLine = 32 << 20

// ImportDump reads a dump back: ids, versions, times, provenance, former slugs, merges, proposals and
// audit trail. It is meant for an empty registry, or for the one the dump came from. Organisers may.
//
// Every file is checked against the manifest before anything is written; a dump of a newer version
// is refused (fault.Conflict), a damaged one too (fault.Malformed). A thing that is here in the same
// version is left alone, so running again after an interruption goes on; one that is here in a newer
// version is kept, and reported as refused. DryRun compares and writes nothing.
func ImportDump(ctx context.Context, dir string, to DumpSink, opts Options) error {
	if !opts.By.Organises() {
		return notAllowed(opts.By)
	}
	m, err := ReadManifest(dir)
	if err != nil {
		return err
	}
	b := &restoring{dir: dir, to: to, opts: opts, files: map[registry.Kind]DumpFile{}}
	for _, f := range m.Files {
		if f.Kind != "" {
			b.files[f.Kind] = f
			b.total += f.Count
		}
	}
	return b.all(ctx)
}

// ReadManifest reads the manifest of a dump and checks every file against it.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	content, err := os.ReadFile(filepath.Join(dir, manifestName)) //nolint:gosec // the administrator names the folder
	if err != nil {
		return m, fault.Wrap(fault.Missing, "dump_missing", err)
	}
	if err := json.Unmarshal(content, &m); err != nil || m.Format != dumpFormat {
		return m, fault.Wrap(fault.Malformed, "dump_malformed", err)
	}
	if m.Version > DumpVersion {
		return m, &fault.Error{Kind: fault.Conflict, Code: "dump_newer",
			Fields: []fault.Field{{Name: "version", Code: "dump_newer", Detail: strconv.Itoa(m.Version)}}}
	}
	var fields fault.Fields
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) {
			fields.AddDetail(f.Name, "dump_malformed", f.Name)
			continue
		}
		if f.Kind != "" && f.Name != lineFile(f.Kind) {
			fields.AddDetail(f.Name, "dump_malformed", string(f.Kind))
		}
		if !intact(filepath.Join(dir, filepath.FromSlash(f.Name)), f) {
			fields.Add(f.Name, "dump_damaged")
		}
	}
	if len(fields) > 0 {
		return m, &fault.Error{Kind: fault.Malformed, Code: "dump_damaged", Fields: fields}
	}
	return m, nil
}

// intact reports whether a file is the one the manifest speaks of.
func intact(path string, want DumpFile) bool {
	f, err := os.Open(path) //nolint:gosec // a local name, checked
	if err != nil {
		return false
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return err == nil && n == want.Bytes && hex.EncodeToString(sum.Sum(nil)) == want.SHA256
}

// restoring is one dump on its way back.
type restoring struct {
	dir         string
	to          DumpSink
	opts        Options
	files       map[registry.Kind]DumpFile
	done, total int
}

func (b *restoring) all(ctx context.Context) error {
	software := entityKind[registry.SoftwareFacts]{registry.KindSoftware, b.to.SoftwareByID,
		func(batch *registry.Batch, k registry.Known[registry.SoftwareFacts]) {
			batch.Software = append(batch.Software, k)
			batch.Keys[k.ID] = registry.SoftwareKeys(k)
		}}
	organisations := entityKind[registry.OrganisationFacts]{registry.KindOrganisation, b.to.OrganisationsByID,
		func(batch *registry.Batch, k registry.Known[registry.OrganisationFacts]) {
			batch.Organisations = append(batch.Organisations, k)
			batch.Keys[k.ID] = registry.OrganisationKeys(k)
		}}
	steps := []func() error{
		func() error { return restoreEntities(ctx, b, software) },
		func() error { return restoreEntities(ctx, b, organisations) },
		func() error { return b.usages(ctx) },
		func() error { return b.offers(ctx) },
		func() error { return b.references(ctx) },
		func() error { return b.proposals(ctx) },
		func() error { return b.audit(ctx) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("import dump: %w", err)
		}
	}
	return nil
}

// readLines reads a file of a dump, in pages.
func readLines[L any](b *restoring, kind registry.Kind, page func(from int, lines []L) error) error {
	file, ok := b.files[kind]
	if !ok {
		return nil
	}
	f, err := os.Open(filepath.Join(b.dir, filepath.FromSlash(file.Name))) //nolint:gosec // a local name, checked
	if err != nil {
		return err
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	scan.Buffer(make([]byte, 64<<10), maxDumpLine)
	var lines []L
	n := 0
	for scan.Scan() {
		n++
		var l L
		dec := json.NewDecoder(bytes.NewReader(scan.Bytes()))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&l); err != nil {
			return &fault.Error{Kind: fault.Malformed, Code: "dump_malformed", Cause: err,
				Fields: []fault.Field{{Name: file.Name, Code: "dump_malformed", Detail: strconv.Itoa(n)}}}
		}
		if lines = append(lines, l); len(lines) == registry.ImportBatch {
			if err := page(n-len(lines)+1, lines); err != nil {
				return err
			}
			lines = nil
		}
	}
	if err := scan.Err(); err != nil {
		return err
	}
	if len(lines) == 0 {
		return nil
	}
	return page(n-len(lines)+1, lines)
}

// fate is what becomes of one thing, by the version that is here: 0 for none.
func fate(here, there int64) Result {
	switch {
	case here == 0:
		return Created
	case here == there:
		return Unchanged
	case here > there:
		return Refused
	}
	return Updated
}

func (b *restoring) report(kind registry.Kind, n int, id registry.ID, name string, result Result) {
	l := Line{File: b.files[kind].Name, Position: Position{Line: n}, Kind: kind, ID: id, Name: name, Result: result}
	if result == Refused {
		l.Code = "newer_here"
	}
	b.opts.Report.add(l)
}

// write restores a batch, and says how far we are.
func (b *restoring) write(ctx context.Context, batch *registry.Batch, n int) error {
	empty := len(batch.Software)+len(batch.Organisations)+len(batch.Usages)+len(batch.Offers)+len(batch.References)+
		len(batch.Proposals)+len(batch.Audit) == 0
	if !empty && !b.opts.DryRun {
		if err := b.to.Restore(ctx, batch); err != nil {
			return err
		}
	}
	if b.done += n; b.opts.Progress != nil {
		b.opts.Progress(b.done, b.total)
	}
	return ctx.Err()
}

// entityKind is what differs between software and organisations.
type entityKind[F registry.Facts] struct {
	kind registry.Kind
	have func(context.Context, ...registry.ID) ([]registry.Known[F], error)
	add  func(*registry.Batch, registry.Known[F])
}

// restoreEntities restores those that stand by themselves first; then those merged into another, each
// after the one it points to.
func restoreEntities[F registry.Facts](ctx context.Context, b *restoring, k entityKind[F]) error {
	var merged []registry.Known[F]
	err := readLines(b, k.kind, func(from int, lines []entityLine[F]) error {
		batch, later, err := pickEntities(ctx, b, k, from, lines)
		if err != nil {
			return err
		}
		merged = append(merged, later...)
		return b.write(ctx, batch, len(lines))
	})
	if err != nil {
		return err
	}
	waiting := map[registry.ID]bool{}
	for _, m := range merged {
		waiting[m.ID] = true
	}
	for len(merged) > 0 {
		batch := &registry.Batch{Keys: map[registry.ID][]registry.Identifier{}}
		var left []registry.Known[F]
		for _, m := range merged {
			if waiting[m.MergedInto] {
				left = append(left, m)
				continue
			}
			k.add(batch, m)
		}
		if len(left) == len(merged) {
			return fault.New(fault.Malformed, "dump_malformed") // merged in a circle
		}
		for _, m := range merged {
			if !slices.ContainsFunc(left, func(l registry.Known[F]) bool { return l.ID == m.ID }) {
				delete(waiting, m.ID)
			}
		}
		if err := b.write(ctx, batch, 0); err != nil {
			return err
		}
		merged = left
	}
	return nil
}

// pickEntities sorts a page: what is to be written now, and what is merged and comes later.
func pickEntities[F registry.Facts](ctx context.Context, b *restoring, k entityKind[F], from int, lines []entityLine[F]) (*registry.Batch, []registry.Known[F], error) {
	batch := &registry.Batch{Keys: map[registry.ID][]registry.Identifier{}}
	var ids []registry.ID
	for _, l := range lines {
		ids = append(ids, l.ID)
	}
	have, err := k.have(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	revs := map[registry.ID]int64{}
	for _, h := range have {
		revs[h.ID] = h.Rev
	}
	var later []registry.Known[F]
	for i, l := range lines {
		result := fate(revs[l.ID], l.Rev)
		b.report(k.kind, from+i, l.ID, string(l.Slug), result)
		switch {
		case result == Unchanged || result == Refused:
		case l.MergedInto != "":
			later = append(later, l.known())
		default:
			k.add(batch, l.known())
		}
	}
	return batch, later, nil
}

// restoreDeclared restores usages, offers or references.
func restoreDeclared[D any, L any](ctx context.Context, b *restoring, kind registry.Kind,
	have func(context.Context, ...registry.ID) ([]D, error), head func(D) registry.Declared, build func(L) D,
	add func(*registry.Batch, D)) error {
	return readLines(b, kind, func(from int, lines []L) error {
		var things []D
		var ids []registry.ID
		for _, l := range lines {
			d := build(l)
			things, ids = append(things, d), append(ids, head(d).ID)
		}
		here, err := have(ctx, ids...)
		if err != nil {
			return err
		}
		revs := map[registry.ID]int64{}
		for _, d := range here {
			revs[head(d).ID] = head(d).Rev
		}
		batch := &registry.Batch{}
		for i, d := range things {
			result := fate(revs[ids[i]], head(d).Rev)
			b.report(kind, from+i, ids[i], "", result)
			if result == Created || result == Updated {
				add(batch, d)
			}
		}
		return b.write(ctx, batch, len(lines))
	})
}

func (b *restoring) usages(ctx context.Context) error {
	return restoreDeclared(ctx, b, registry.KindUsage, b.to.UsagesByID,
		func(u registry.Usage) registry.Declared { return u.Declared },
		func(l usageLine) registry.Usage {
			return registry.Usage{Declared: l.declared(), Organisation: l.Organisation, Software: l.Software, UsageFacts: l.Facts}
		},
		func(batch *registry.Batch, u registry.Usage) { batch.Usages = append(batch.Usages, u) })
}

func (b *restoring) offers(ctx context.Context) error {
	return restoreDeclared(ctx, b, registry.KindOffer, b.to.OffersByID,
		func(o registry.Offer) registry.Declared { return o.Declared },
		func(l offerLine) registry.Offer {
			return registry.Offer{Declared: l.declared(), Provider: l.Provider, Software: l.Software, OfferFacts: l.Facts}
		},
		func(batch *registry.Batch, o registry.Offer) { batch.Offers = append(batch.Offers, o) })
}

func (b *restoring) references(ctx context.Context) error {
	return restoreDeclared(ctx, b, registry.KindReference, b.to.ReferencesByID,
		func(r registry.Reference) registry.Declared { return r.Declared },
		func(l referenceLine) registry.Reference {
			return registry.Reference{Declared: l.declared(), Provider: l.Provider, Organisation: l.Organisation,
				Software: l.Software, ReferenceFacts: l.Facts, ProviderConfirmedAt: l.ProviderConfirmedAt,
				CustomerConfirmedAt: l.CustomerConfirmedAt, ContestedAt: l.ContestedAt, ChooseAgain: l.ChooseAgain}
		},
		func(batch *registry.Batch, r registry.Reference) { batch.References = append(batch.References, r) })
}

// proposals are written again whatever is here: the dump's decision and the registry's come from the
// same trail.
func (b *restoring) proposals(ctx context.Context) error {
	return readLines(b, kindProposal, func(_ int, lines []proposalLine) error {
		batch := &registry.Batch{}
		for _, l := range lines {
			batch.Proposals = append(batch.Proposals, registry.Proposal{ID: l.ID, Kind: l.Kind, Left: l.Left, Right: l.Right,
				Reason: l.Reason, Detail: l.Detail, State: l.State, CreatedAt: l.CreatedAt, DecidedAt: l.DecidedAt,
				DecidedBy: l.DecidedBy, MovedRecords: l.MovedRecords, MovedDeclarations: l.MovedDeclarations})
		}
		return b.write(ctx, batch, len(lines))
	})
}

// audit entries never change: writing one again changes nothing.
func (b *restoring) audit(ctx context.Context) error {
	return readLines(b, kindAudit, func(_ int, lines []auditLine) error {
		batch := &registry.Batch{}
		for _, l := range lines {
			batch.Audit = append(batch.Audit, registry.AuditEntry{ID: l.ID, At: l.At, Actor: l.Actor, ActorName: l.ActorName,
				Action: l.Action, Kind: l.Kind, Object: l.Object, Source: l.Source, Before: l.Before, After: l.After})
		}
		return b.write(ctx, batch, len(lines))
	})
}
