// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store_test

import "maillage/internal/member"
import "maillage/internal/store"

var _ member.Store = (*store.DB)(nil)
