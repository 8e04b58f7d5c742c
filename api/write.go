// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
	"maillage/internal/web"
)

// maxKey is the longest Idempotency-Key, in characters.
const maxKey = 100

// actor returns who asks, or fault.Anonymous: a write says who it is from before its body is read.
func actor(c echo.Context) (member.Actor, error) {
	by := web.Actor(c.Request().Context())
	if !by.Authenticated() {
		return by, fault.New(fault.Anonymous, "sign_in_needed")
	}
	if !by.Known() {
		return by, fault.New(fault.Forbidden, "not_allowed") // an account without standing writes nothing here
	}
	return by, nil
}

// create answers a POST that makes a thing: 201 with its address and its representation. read reads
// the body, once; act is the use case. With an Idempotency-Key, the same request repeated within a
// day is answered with the thing it made, as it is now, and makes no other.
func (a *API) create(c echo.Context, kind registry.Kind, path string, read func() error, act func(ctx context.Context, by member.Actor) (registry.ID, error)) error {
	by, err := actor(c)
	if err != nil {
		return err
	}
	fingerprint, err := fingerprintBody(c)
	if err != nil {
		return err
	}
	if err := read(); err != nil {
		return err
	}
	ctx := c.Request().Context()
	id := registry.ID("")
	once := func(ctx context.Context) (member.Answer, error) {
		made, err := act(ctx, by)
		return member.Answer{Status: http.StatusCreated, Location: path + string(made), Body: []byte(made)}, err
	}
	key, err := idempotencyKey(c)
	switch {
	case err != nil:
		return err
	case key == "":
		stored, err := once(ctx)
		if err != nil {
			return err
		}
		id = registry.ID(stored.Body)
	case a.cfg.Idempotency == nil:
		return headerFault("Idempotency-Key", "not_accepted", "")
	default:
		stored, replayed, err := a.cfg.Idempotency.Once(ctx, by.ID, key, fingerprint, once)
		if err != nil {
			return err
		}
		if replayed {
			c.Response().Header().Set("Idempotent-Replayed", "true")
		}
		id = registry.ID(stored.Body)
	}
	item, err := a.written(ctx, kind, id, by)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, path+string(id))
	return a.show(c, http.StatusCreated, item)
}

// change answers a request that changes a thing: 200 with its representation.
func (a *API) change(c echo.Context, kind registry.Kind, id registry.ID, by member.Actor) error {
	item, err := a.written(c.Request().Context(), kind, id, by)
	if err != nil {
		return err
	}
	return a.show(c, http.StatusOK, item)
}

// gone answers a DELETE.
func (a *API) gone(c echo.Context) error {
	if err := a.cfg.Catalogue.CatchUp(c.Request().Context()); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// written brings the catalogue up to the write that just happened and returns the thing.
func (a *API) written(ctx context.Context, kind registry.Kind, id registry.ID, by member.Actor) (*catalogue.Item, error) {
	if err := a.cfg.Catalogue.CatchUp(ctx); err != nil {
		return nil, err
	}
	return a.item(kind, string(id), by)
}

// present brings the catalogue up to date and returns the thing about to change, and the revision the
// change is to be made from: the one the client saw when it says so in If-Match, else the present
// one. It returns fault.Stale when the client saw another.
func (a *API) present(c echo.Context, kind registry.Kind, by member.Actor) (*catalogue.Item, error) {
	item, err := a.written(c.Request().Context(), kind, registry.ID(c.Param("ref")), by)
	if err != nil {
		return nil, err
	}
	return item, matches(c, item)
}

// matches checks If-Match. A tag holds the thing's own revision and a mark of its representation: a
// change around the thing, such as one more user, moves the mark and is no reason to refuse.
func matches(c echo.Context, item *catalogue.Item) error {
	err := web.MatchRev(c, item.ETag())
	if !fault.Is(err, fault.Stale) {
		return err
	}
	rev := `"` + strconv.FormatInt(item.Rev, 10) + "-"
	for tag := range strings.SplitSeq(strings.Join(c.Request().Header["If-Match"], ","), ",") {
		if strings.HasPrefix(strings.TrimSpace(tag), rev) {
			return nil
		}
	}
	return err
}

func idempotencyKey(c echo.Context) (string, error) {
	lines := c.Request().Header["Idempotency-Key"]
	if len(lines) == 0 {
		return "", nil
	}
	key := strings.TrimSpace(lines[0])
	if len(lines) > 1 {
		return "", headerFault("Idempotency-Key", "repeated_parameter", "")
	}
	if len(key) > maxKey {
		return "", headerFault("Idempotency-Key", "too_long", strconv.Itoa(maxKey))
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return "", headerFault("Idempotency-Key", "invalid_value", "")
		}
	}
	if key == "" {
		return "", headerFault("Idempotency-Key", "required", "")
	}
	return key, nil
}

func headerFault(name, code, detail string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "invalid", Fields: []fault.Field{{Name: name, Code: code, Detail: detail}}}
}

// fingerprintBody returns what tells this request from another: its method, address and body, hashed.
// The body can be read again afterwards.
func fingerprintBody(c echo.Context) (string, error) {
	r := c.Request()
	if len(r.Header["Idempotency-Key"]) == 0 {
		return "", nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, web.JSONLimit+1))
	if err != nil || len(body) > web.JSONLimit {
		return "", fault.New(fault.TooLarge, "body_too_large")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := sha256.New()
	h.Write([]byte(r.Method + " " + r.URL.Path + "\n"))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)), nil
}
