// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"io"

	"maillage/internal/fault"
)

// Use cases whose bodies are being written. Each moves to its own file.

var errPending = fault.New(fault.Unavailable, "unavailable")

// ---- leaving and privacy (leave.go, export.go, retention.go) ----

// Export writes all that the instance holds about who asks as a ZIP: JSON, CSV, ICS, an HTML index.
func (s *Service) Export(ctx context.Context, by Actor, w io.Writer) error { return errPending }

// LeaveBody ends one of one's memberships. When one is the last referent of a body that has other
// members it returns fault.Conflict "last_referent" unless sure is set; the organisers are told.
func (s *Service) LeaveBody(ctx context.Context, by Actor, membership string, sure bool) error {
	return errPending
}

// LeaveCollective ends every membership and office; the account stays, to export or erase.
func (s *Service) LeaveCollective(ctx context.Context, by Actor, sure bool) error { return errPending }

// Erase removes the person who asks: a fresh session. posts says whether what they wrote goes too.
func (s *Service) Erase(ctx context.Context, by Actor, posts, sure bool) error { return errPending }

// EraseAccount is Erase of somebody, for administrators.
func (s *Service) EraseAccount(ctx context.Context, by Actor, id AccountID, posts bool) error {
	return errPending
}
