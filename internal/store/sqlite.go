// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"net/url"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// sqliteDialector opens a SQLite file through the pure Go driver.
//
// busy_timeout comes first, so that switching to WAL waits for others. Transactions begin immediate:
// one that reads and then writes would otherwise fail under load, whatever the timeout. synchronous
// is FULL: what was acknowledged survives a power cut. Pages of 8 KiB hold an entity's row whole.
// secure_delete writes zeros over what is deleted: a person who was erased is not in the file either.
func sqliteDialector(path string) gorm.Dialector {
	query := "_pragma=busy_timeout(10000)&_pragma=page_size(8192)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=cache_size(-4000)&_txlock=immediate"
	return sqlite.Open("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query)
}
