// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"maillage/internal/fault"
	"maillage/internal/web"
)

// What organisers look after: searches that found nothing, and deliveries that wait for a person.

type missDTO struct {
	Query   string    `json:"query"`
	Count   int64     `json:"count"`
	FirstAt time.Time `json:"first_at"`
	LastAt  time.Time `json:"last_at"`
}

type parkedDTO struct {
	ID         string    `json:"id"`
	Subscriber string    `json:"subscriber"`
	Fact       string    `json:"fact"`
	Key        string    `json:"key,omitempty"`
	Attempts   int       `json:"attempts"`
	LastError  string    `json:"last_error"`
	ParkedAt   time.Time `json:"parked_at"`
}

// organises returns nil for an organiser, fault.Anonymous or fault.Forbidden for others.
func organises(c echo.Context) error {
	by, err := actor(c)
	if err == nil && !by.Organises() {
		err = fault.New(fault.Forbidden, "not_allowed")
	}
	return err
}

// missList answers GET /searches: what people looked for and did not find, the most frequent first.
func (a *API) missList(c echo.Context) error {
	size, err := houseKeeping(c)
	if err != nil {
		return err
	}
	found, err := a.cfg.Journal.Misses(c.Request().Context(), size)
	if err != nil {
		return err
	}
	body := struct {
		Data  []missDTO `json:"data"`
		Links pageLinks `json:"links"`
	}{Data: make([]missDTO, 0, len(found)), Links: links(c, "")}
	for _, m := range found {
		body.Data = append(body.Data, missDTO{m.Query, m.Count, instant(m.FirstAt), instant(m.LastAt)})
	}
	return reply(c, http.StatusOK, body)
}

// parkedList answers GET /deliveries: those set aside after their last try, oldest first.
func (a *API) parkedList(c echo.Context) error {
	size, err := houseKeeping(c)
	if err != nil {
		return err
	}
	found, err := a.cfg.Journal.Parked(c.Request().Context(), size)
	if err != nil {
		return err
	}
	body := struct {
		Data  []parkedDTO `json:"data"`
		Links pageLinks   `json:"links"`
	}{Data: make([]parkedDTO, 0, len(found)), Links: links(c, "")}
	for _, p := range found {
		body.Data = append(body.Data, parkedDTO{p.Delivery, p.Subscriber, p.Name, p.Key, p.Attempt, p.LastError, instant(p.ParkedAt)})
	}
	return reply(c, http.StatusOK, body)
}

// houseKeeping reads the only parameter these lists have, for an organiser.
func houseKeeping(c echo.Context) (size int, err error) {
	if err := organises(c); err != nil {
		return 0, err
	}
	q := web.ReadQuery(c)
	size = q.Int("page[size]", web.MaxPageSize, 1, web.MaxPageSize)
	return size, q.Err()
}

// parkedReplay answers POST /deliveries/{ref}/replay: the delivery starts its tries again.
func (a *API) parkedReplay(c echo.Context) error {
	if err := organises(c); err != nil {
		return err
	}
	ref := c.Param("ref")
	if uuid.Validate(ref) != nil {
		return fault.New(fault.Missing, "delivery_missing")
	}
	if err := a.cfg.Journal.Replay(c.Request().Context(), ref); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
