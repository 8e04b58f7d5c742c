// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"errors"
	"slices"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// settling is one harvest on its way into the registry.
type settling struct {
	*Importers
	source *source
	opts   Options
	from   *harvest
	// software and organisations are the entities, by the source's key.
	software      map[string]registry.ID
	organisations map[string]registry.ID
	done, total   int
}

// settle hands a harvest to the registry: software, bodies of the official register, organisations,
// then what binds them.
func (i *Importers) settle(ctx context.Context, s *source, h *harvest, opts Options) error {
	if h == nil {
		return nil
	}
	h.dropShared(s)
	set := &settling{Importers: i, source: s, opts: opts, from: h, software: map[string]registry.ID{},
		organisations: map[string]registry.ID{},
		total:         len(h.software) + len(h.organisations) + len(h.offers) + len(h.usages)}
	return i.run(ctx, opts, set.all)
}

// run does it, or rehearses it.
func (i *Importers) run(ctx context.Context, opts Options, fn func(context.Context) error) error {
	if opts.DryRun {
		return i.service.Rehearse(ctx, fn)
	}
	return fn(ctx)
}

func (t *settling) all(ctx context.Context) error {
	software := entityStep[registry.SoftwareFacts]{registry.KindSoftware, t.from.software, t.service.ImportSoftware, t.software}
	if err := settleEntities(ctx, t, software); err != nil {
		return err
	}
	if err := t.officials(ctx); err != nil {
		return err
	}
	organisations := entityStep[registry.OrganisationFacts]{registry.KindOrganisation, t.from.organisations,
		t.service.ImportOrganisations, t.organisations}
	if err := settleEntities(ctx, t, organisations); err != nil {
		return err
	}
	if err := t.relations(ctx, registry.KindOffer, t.from.offers, t.offers); err != nil {
		return err
	}
	return t.relations(ctx, registry.KindUsage, t.from.usages, t.usages)
}

func (t *settling) key(key string) registry.SourceKey {
	if t.from.edition != "" {
		key += "/" + t.from.edition
	}
	return sourceKey(t.from.source, key)
}

// sourceKey is what a source calls a thing. A NUL, which a stranger may write and no database keeps,
// becomes the replacement character.
func sourceKey(source registry.Source, key string) registry.SourceKey {
	return registry.SourceKey{Origin: registry.OriginLocal, Source: source, Key: strings.ReplaceAll(key, "\x00", "\ufffd")}
}

// progress says how far we are, and stops between two batches when asked to.
func (t *settling) progress(ctx context.Context, n int) error {
	t.done += n
	if t.opts.Progress != nil {
		t.opts.Progress(t.done, t.total)
	}
	return ctx.Err()
}

// entityStep is one kind of entities to settle.
type entityStep[F registry.Facts] struct {
	kind  registry.Kind
	items []item[F]
	take  func(context.Context, member.Actor, []registry.Import[F]) ([]registry.Outcome, error)
	ids   map[string]registry.ID
}

func settleEntities[F registry.Facts](ctx context.Context, t *settling, step entityStep[F]) error {
	for chunk := range slices.Chunk(step.items, registry.ImportBatch) {
		batch := make([]registry.Import[F], 0, len(chunk))
		for _, it := range chunk {
			batch = append(batch, registry.Import[F]{Key: t.key(it.key), Facts: it.facts, RetrievedAt: t.from.retrieved})
		}
		outcomes, err := step.take(ctx, t.opts.By, batch)
		for i, o := range outcomes {
			it := chunk[i]
			from := t.source
			if it.file != "" {
				from = &source{name: it.file, report: from.report}
			}
			from.outcome(step.kind, it.at, it.key, it.name, o)
			if o.ID != "" && o.Result != registry.Refused {
				step.ids[it.key] = o.ID
			}
		}
		if err != nil {
			return err
		}
		if err := t.progress(ctx, len(chunk)); err != nil {
			return err
		}
	}
	return nil
}

// outcome reports what the registry made of one record.
func (s *source) outcome(kind registry.Kind, at Position, key, name string, o registry.Outcome) {
	line := Line{File: s.name, Position: at, Kind: kind, Key: key, Name: name, ID: o.ID, Result: Result(o.Result)}
	fields := o.Warnings
	if f, ok := faultOf(o.Err); ok {
		line.Code = f.Code
		if len(f.Fields) > 0 {
			line.Field, line.Code, line.Detail = f.Fields[0].Name, f.Fields[0].Code, f.Fields[0].Detail
			fields = f.Fields[1:]
		}
	}
	s.report.add(line)
	for _, w := range fields {
		warning := line
		warning.Result, warning.Field, warning.Code, warning.Detail = Warning, w.Name, w.Code, w.Detail
		s.report.add(warning)
	}
	for _, reason := range o.Proposed {
		match := line
		match.Result, match.Code = Proposed, string(reason)
		s.report.add(match)
	}
}

// officials takes in the bodies of the official register that the harvest names, so that the
// source's own words join them.
func (t *settling) officials(ctx context.Context) error {
	var batch []registry.Import[registry.OrganisationFacts]
	seen := map[registry.SourceKey]bool{}
	for _, it := range t.from.organisations {
		if it.body == nil {
			continue
		}
		if official := t.service.OfficialImport(*it.body); !seen[official.Key] {
			seen[official.Key] = true
			batch = append(batch, official)
		}
	}
	for chunk := range slices.Chunk(batch, registry.ImportBatch) {
		outcomes, err := t.service.ImportOrganisations(ctx, t.opts.By, chunk)
		for i, o := range outcomes {
			if o.Result == registry.Created {
				t.source.report.add(Line{File: t.source.name, Kind: registry.KindOrganisation, Key: chunk[i].Key.Key,
					Name: chunk[i].Facts.Name, ID: o.ID, Result: Note, Code: "official_added"})
			}
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// relations settles usages or offers. Those whose two sides are not both in are left aside.
func (t *settling) relations(ctx context.Context, kind registry.Kind, all []relation,
	take func(context.Context, []relation) ([]registry.Outcome, error)) error {
	var ready []relation
	known, err := t.find(ctx, all)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.known.Value != "" {
			ids := known[r.known]
			if len(ids) != 1 {
				code := "software_missing"
				if len(ids) > 1 {
					code = "software_ambiguous"
				}
				t.source.said(kind, r.at, r.key, r.name, Refused, "software", code, r.known.Scheme+" "+r.known.Value)
				continue
			}
			r.software = r.known.Scheme + ":" + r.known.Value
			t.software[r.software] = ids[0]
		}
		if t.software[r.software] == "" || t.organisations[r.organisation] == "" {
			t.source.said(kind, r.at, r.key, r.name, Skipped, "", "side_refused", "")
			continue
		}
		ready = append(ready, r)
	}
	t.done += len(all) - len(ready)
	for chunk := range slices.Chunk(ready, registry.ImportBatch) {
		outcomes, err := take(ctx, chunk)
		for i, o := range outcomes {
			t.source.outcome(kind, chunk[i].at, chunk[i].key, chunk[i].name, o)
		}
		if err != nil {
			return err
		}
		if err := t.progress(ctx, len(chunk)); err != nil {
			return err
		}
	}
	return nil
}

// find looks up the software that relations name by an identifier.
func (t *settling) find(ctx context.Context, all []relation) (map[registry.Identifier][]registry.ID, error) {
	var wanted []registry.Identifier
	asked := map[registry.Identifier]bool{}
	for _, r := range all {
		if r.known.Value != "" && !asked[r.known] {
			asked[r.known] = true
			wanted = append(wanted, r.known)
		}
	}
	found := map[registry.Identifier][]registry.ID{}
	for chunk := range slices.Chunk(wanted, registry.ImportBatch) {
		some, err := t.service.Find(ctx, registry.KindSoftware, chunk)
		if err != nil {
			return nil, err
		}
		for id, ids := range some {
			found[id] = ids
		}
	}
	return found, nil
}

// usages takes in the usages of a catalogue that says who and what, and nothing more: in use, said
// publicly, never confirmed by the body itself.
func (t *settling) usages(ctx context.Context, chunk []relation) ([]registry.Outcome, error) {
	var batch []registry.ImportUsage
	for _, r := range chunk {
		batch = append(batch, registry.ImportUsage{Key: t.key(r.key), Organisation: t.organisations[r.organisation],
			Software: t.software[r.software], Facts: registry.UsageFacts{Stage: registry.StageDefault, Visibility: registry.Public}})
	}
	return t.service.ImportUsages(ctx, t.opts.By, batch)
}

// unsaidServices are those of an offer whose source does not say which: what a provider listed for a
// software can be expected to do. The note tells the reader that nobody said so.
func unsaidServices() []registry.ServiceKind { return []registry.ServiceKind{"integration", "support"} }

// offers takes in offers likewise.
func (t *settling) offers(ctx context.Context, chunk []relation) ([]registry.Outcome, error) {
	var batch []registry.ImportOffer
	for _, r := range chunk {
		batch = append(batch, registry.ImportOffer{Key: t.key(r.key), Provider: t.organisations[r.organisation],
			Software: t.software[r.software],
			Facts: registry.OfferFacts{Services: unsaidServices(), Area: registry.Area{France: true},
				Note: registry.Localised{"fr": say("code.services_unknown", "fr", ""), "en": say("code.services_unknown", "en", "")}}})
	}
	return t.service.ImportOffers(ctx, t.opts.By, batch)
}

func faultOf(err error) (*fault.Error, bool) {
	if err == nil {
		return nil, false
	}
	return errors.AsType[*fault.Error](err)
}
