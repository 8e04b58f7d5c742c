// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"math"
	"strconv"

	"github.com/labstack/echo/v4"

	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// maxChanges is the size of a page of the feed of changes.
const maxChanges = 500

// changeList answers GET /changes: what everybody may see changed, in order, for a copy to follow. A
// thing is given as it is now, so a copy that applies the pages in order ends up equal; a thing that
// left is a tombstone. The cursor is the number of the last change read.
func (a *API) changeList(c echo.Context) error {
	q := web.ReadQuery(c)
	after := q.Int("after", 0, 0, math.MaxInt64)
	size := q.Int("size", 100, 1, maxChanges)
	if err := q.Err(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	// What the feed names must be in the catalogue: a copy is not to be told "gone" of what is new.
	if err := a.cfg.Catalogue.CatchUp(ctx); err != nil {
		return err
	}
	changes, err := a.cfg.Journal.PublicChanges(ctx, int64(after), size)
	if err != nil {
		return err
	}
	last := int64(after)
	if len(changes) > 0 {
		last = changes[len(changes)-1].Seq
	}
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	b := append((*buffer)[:0], `{"data":[`...)
	for i := range changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.appendChange(b, &changes[i])
	}
	b = append(b, `],"links":{"self":"/api/v1/changes`...)
	if raw := c.Request().URL.RawQuery; raw != "" {
		b = appendEscaped(append(b, '?'), raw)
	}
	b = append(b, `","next":"/api/v1/changes?after=`...)
	b = strconv.AppendInt(b, last, 10)
	b = append(b, `&size=`...)
	b = strconv.AppendInt(b, int64(size), 10)
	b = append(b, `"},"meta":{"last":`...)
	b = strconv.AppendInt(b, last, 10)
	b = append(b, `,"more":`...)
	b = strconv.AppendBool(b, len(changes) == size)
	b = append(b, "}}"...)
	*buffer = b
	prepare(c, &a.headers)
	return send(c, 200, a.headers.json, b)
}

// appendChange appends one change. What was put and has left since is a tombstone already: the change
// that says so comes later in the feed.
func (a *API) appendChange(b []byte, ch *registry.Change) []byte {
	op := ch.PublicOp
	var data []byte
	rev := ch.Rev
	if op == registry.OpPut {
		if item, err := a.item(ch.Kind, string(ch.ID), member.Actor{}); err == nil && item.ID() == ch.ID {
			data, rev = item.JSON(), item.Rev
		} else {
			op = registry.OpDelete
		}
	}
	b = append(b, `{"seq":`...)
	b = strconv.AppendInt(b, ch.Seq, 10)
	b = append(b, `,"at":"`...)
	b = instant(ch.At).AppendFormat(b, "2006-01-02T15:04:05Z")
	b = append(b, `","op":"`...)
	b = append(b, op...)
	b = append(b, `","type":"`...)
	b = append(b, ch.Kind...)
	b = append(b, `","id":"`...)
	b = append(b, ch.ID...)
	b = append(b, `","rev":`...)
	b = strconv.AppendInt(b, rev, 10)
	if data != nil {
		b = append(b, `,"data":`...)
		b = append(b, data...)
	}
	return append(b, '}')
}
