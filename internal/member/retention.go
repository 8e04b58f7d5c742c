// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"context"
	"time"
)

// Retained is a kind of data that is not kept for ever.
type Retained string

// The kinds the daily job prunes.
const (
	RetainChallenges Retained = "challenges"
	RetainSessions   Retained = "sessions"
	RetainDevices    Retained = "devices"
	RetainAttempts   Retained = "attempts"
	RetainSecrets    Retained = "secrets"
	RetainRefusals   Retained = "refusals"
	RetainLetters    Retained = "letters"
	RetainAnswers    Retained = "answers"
	RetainMail       Retained = "mail_folder"
	RetainDormant    Retained = "dormant_accounts"
)

// Pruner deletes what is old. The store is one.
type Pruner interface {
	Prune(ctx context.Context, what Retained, before time.Time, dry bool) (int64, error)
	DormantAccounts(ctx context.Context, seenBefore time.Time, limit int) ([]Account, error)
}
