// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/text"
)

// Declarations are the use cases by which a body says what it runs. The registry's service is one.
type Declarations interface {
	DeclareUsage(ctx context.Context, by member.Actor, of registry.UsageOf, facts registry.UsageFacts) (registry.Usage, error)
	ReviseUsage(ctx context.Context, by member.Actor, id registry.ID, of registry.UsageOf, facts registry.UsageFacts, rev int64) (registry.Usage, error)
	ConfirmUsage(ctx context.Context, by member.Actor, id registry.ID, rev int64) (registry.Usage, error)
	WithdrawUsage(ctx context.Context, by member.Actor, id registry.ID, rev int64) error
}

var _ Declarations = (*registry.Service)(nil)

// Sizes of the page.
const (
	maxDeclared = 300 // usages of one body that are shown
	gridSize    = 12  // software of the grid
)

// declarePage is what a body says it runs: what is to be confirmed, and a grid to declare more.
type declarePage struct {
	accountPage
	Ref, Body string
	Usages    []declaredUsage
	Due       int  // how many are to be confirmed again
	Unshown   int  // how many more there are
	Asked     bool // the grid answers a question
	Question  string
	Grid      []gridRow
	Stages    []registry.Stage
}

type declaredUsage struct {
	ID          registry.ID
	Of          link
	Stage       registry.Stage
	Step        int
	Since       registry.Date
	Hosting     registry.Hosting
	Visibility  registry.Visibility
	Due         bool
	ConfirmedAt time.Time
}

// gridRow is a software that the body has not declared.
type gridRow struct {
	ID      registry.ID
	Name    string
	Summary string
	Stage   registry.Stage // as it was sent
	Error   string
}

// spokenFor finds the organisation of the address that the actor speaks for, and not as its provider.
func (p *Pages) spokenFor(c echo.Context, by member.Actor) (*catalogue.Item, error) {
	return p.bodyFor(c, by, func(it *catalogue.Item) bool { return by.SpeaksFor(string(it.ID())) && declares(by) })
}

// declares reports whether the actor's kind may say what a body runs: providers say what they sell.
func declares(by member.Actor) bool {
	return by.Role != member.Provider && by.Role != member.ProviderReferent
}

func (p *Pages) declare(c echo.Context, by member.Actor) error {
	return p.drawDeclare(by, nil)(c, p.blank(c))
}

// drawDeclare draws the page; refused are what is wrong with software of the grid, by id.
func (p *Pages) drawDeclare(by member.Actor, refused map[registry.ID]error) func(echo.Context, *form) error {
	return func(c echo.Context, f *form) error {
		body, err := p.spokenFor(c, by)
		if err != nil {
			return err
		}
		v := declarePage{accountPage: p.sheet(c, f, "declare"), Ref: string(body.Slug()), Body: body.Name(), Question: param(c, "q", maxText),
			Stages: registry.Stages()}
		v.Asked = v.Question != ""
		declared, err := p.declaredBy(c.Request().Context(), &v, body.ID(), by)
		if err != nil {
			return err
		}
		if v.Grid, err = p.grid(c.Request().Context(), v.page, v.Question, by, declared); err != nil {
			return err
		}
		p.retype(&v, f, refused)
		return p.draw(c, f, "declare", v)
	}
}

// declaredBy fills in what the body runs and returns the software it declared.
func (p *Pages) declaredBy(ctx context.Context, v *declarePage, body registry.ID, by member.Actor) (map[registry.ID]bool, error) {
	q := catalogue.Query{Kind: registry.KindUsage, By: by, Size: catalogue.MaxSize, Where: []catalogue.Term{where("organisation", string(body))}}
	var ids []registry.ID
	for {
		page, err := p.cfg.Catalogue.Query(q)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			ids = append(ids, it.ID())
		}
		if v.Unshown = page.Total - len(ids); page.Next == "" || len(ids) >= maxDeclared {
			break
		}
		q.After = page.Next
	}
	list, err := p.cfg.Facts.UsagesShown(ctx, ids...)
	if err != nil {
		return nil, err
	}
	declared, software := map[registry.ID]bool{}, make([]registry.ID, 0, len(list))
	for i := range list {
		software = append(software, list[i].Software)
	}
	of := p.links(v.page, registry.KindSoftware, software...)
	for i := range list {
		u := &list[i]
		declared[u.Software] = true
		due := u.Overdue(p.cfg.Now())
		if due {
			v.Due++
		}
		v.Usages = append(v.Usages, declaredUsage{ID: u.ID, Of: of[u.Software], Stage: u.Stage, Step: step(u.Stage), Since: u.Since,
			Hosting: u.Hosting, Visibility: u.Visibility, Due: due, ConfirmedAt: u.ConfirmedAt})
	}
	slices.SortStableFunc(v.Usages, func(a, b declaredUsage) int { return strings.Compare(text.SortKey(a.Of.Name), text.SortKey(b.Of.Name)) })
	return declared, nil
}

// grid returns software to declare: what answers the question, else what other bodies run most.
func (p *Pages) grid(ctx context.Context, pg page, question string, by member.Actor, declared map[registry.ID]bool) ([]gridRow, error) {
	var items []*catalogue.Item
	if question != "" && p.cfg.Search != nil {
		found, err := p.cfg.Search.Search(ctx, catalogue.SearchQuery{Text: question, Types: []string{"software"}, Size: 2 * gridSize, By: by, Lang: pg.Lang})
		if err != nil {
			return nil, err
		}
		for _, h := range found.Hits {
			items = append(items, h.Item)
		}
	} else {
		page, err := p.cfg.Catalogue.Query(catalogue.Query{Kind: registry.KindSoftware, Sort: "-users", Size: catalogue.MaxSize})
		if err != nil {
			return nil, err
		}
		items = page.Items
	}
	var ids []registry.ID
	for _, it := range items {
		if !declared[it.ID()] && len(ids) < gridSize {
			ids = append(ids, it.ID())
		}
	}
	f, err := p.read(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	var out []gridRow
	for _, id := range ids {
		if s, ok := f.software[id]; ok {
			out = append(out, gridRow{ID: id, Name: s.Name, Summary: s.Summary.In(pg.Lang)})
		}
	}
	return out, nil
}

// retype puts back the stages that were chosen, and says of each software what is wrong with it.
func (p *Pages) retype(v *declarePage, f *form, refused map[registry.ID]error) {
	stages := f.All("stage")
	for i, id := range f.All("software") {
		n := slices.IndexFunc(v.Grid, func(r gridRow) bool { return string(r.ID) == id })
		if n < 0 || i >= len(stages) {
			continue
		}
		v.Grid[n].Stage = registry.Stage(stages[i])
		if err := refused[registry.ID(id)]; err != nil {
			v.Grid[n].Error = v.words.fine(p.said.Sentence(v.Lang, codeOf(err), ""))
		}
	}
}

// declared answers POST /organismes/{ref}/usages, by what its field "do" says.
func (p *Pages) declared(c echo.Context, by member.Actor) error {
	f, err := p.sent(c, "do", "id[]", "software[]", "stage[]")
	if err != nil {
		return err
	}
	body, err := p.spokenFor(c, by)
	if err != nil {
		return err
	}
	var refused map[registry.ID]error
	switch f.Get("do") {
	case "confirm":
		err = p.confirmAll(c.Request().Context(), by, body.ID(), f.All("id"))
	case "declare":
		refused, err = p.declareAll(c.Request().Context(), by, body.ID(), f.All("software"), f.All("stage"))
	default:
		err = fault.OnField("do", "unknown_value")
	}
	if caught := p.cfg.Catalogue.CatchUp(c.Request().Context()); err == nil {
		err = caught
	}
	if err != nil {
		return p.again(c, f, err, p.drawDeclare(by, refused))
	}
	return p.to(c, "/organismes/"+string(body.Slug())+"/usages", "fait", "usage_"+f.Get("do"))
}

// confirmAll says that usages of the body are still so. One that is another's, or gone, is missing.
func (p *Pages) confirmAll(ctx context.Context, by member.Actor, body registry.ID, ids []string) error {
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "nothing_chosen")
	}
	for _, id := range ids {
		if _, err := p.ownUsage(ctx, by, body, registry.ID(id)); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if _, err := p.cfg.Declarations.ConfirmUsage(ctx, by, registry.ID(id), 0); err != nil {
			return err
		}
	}
	return nil
}

// declareAll declares each software for which a stage was chosen. What one is refused for does not hold
// the others back.
func (p *Pages) declareAll(ctx context.Context, by member.Actor, body registry.ID, software, stages []string) (map[registry.ID]error, error) {
	if len(software) != len(stages) {
		return nil, fault.OnField("stage", "unknown_value")
	}
	refused, done := map[registry.ID]error{}, 0
	var first error
	for i, id := range software {
		if stages[i] == "" {
			continue
		}
		_, err := p.cfg.Declarations.DeclareUsage(ctx, by, registry.UsageOf{Organisation: string(body), Software: id},
			registry.UsageFacts{Stage: registry.Stage(stages[i]), Visibility: registry.Public})
		if done++; err != nil {
			refused[registry.ID(id)] = err
			if first == nil {
				first = err
			}
		}
	}
	if done == 0 {
		return nil, fault.New(fault.Invalid, "nothing_chosen")
	}
	return refused, first
}
