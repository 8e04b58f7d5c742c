// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package store

import (
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

func postgresDialector(url string) gorm.Dialector { return postgres.New(postgres.Config{DSN: url}) }

// unreachable reports whether an error means that the database cannot be reached now, or that its
// disk is full: to be tried again later, not a fault of the request or of ours.
func unreachable(err error) bool {
	if errors.Is(err, driver.ErrBadConn) {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		// Classes 08 connection, 53 resources, 57 operator intervention, 40 rollback to be retried.
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") ||
			strings.HasPrefix(pg.Code, "57") || strings.HasPrefix(pg.Code, "40")
	}
	// The SQLite driver has no typed codes that survive GORM; these two are stable texts of SQLite.
	text := err.Error()
	return strings.Contains(text, "database is locked") || strings.Contains(text, "database or disk is full")
}
