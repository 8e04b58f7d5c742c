// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"time"

	"maillage/internal/event"
	"maillage/internal/mail"
	"maillage/internal/member"
)

// deliver sends one due message: whom to write to, and what, is decided now.
func (a *app) deliver(ctx context.Context, e event.Envelope) error {
	var n member.NoticeDue
	if err := e.Decode(&n); err != nil {
		return err
	}
	m, ok, err := a.members.Compose(ctx, n, a.pages)
	if err != nil || !ok {
		return err
	}
	if _, has := m.Values["when"]; !has {
		m.Values["when"] = e.RecordedAt.UTC().Format(time.RFC3339)
	}
	values := map[string]string{}
	for _, name := range mail.Values(mail.Kind(m.Letter)) {
		values[name] = m.Values[name]
	}
	return a.postman.Send(ctx, mail.Letter{ID: e.Delivery, Kind: mail.Kind(m.Letter),
		To: mail.Address{Name: m.Name, Email: m.Email}, Lang: m.Lang, Values: values, At: e.RecordedAt})
}
