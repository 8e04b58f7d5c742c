// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"maillage/internal/fault"
)

// Ledger names, outside the database, who was erased: identifiers and dates, nothing that says whose.
// A backup restored brings people back; the ledger takes them away again.
type Ledger interface {
	// Append adds a line that is on the disk when it returns.
	Append(ctx context.Context, e Erasure) error
	// Read returns the lines, oldest first. Beside an error it returns those that could be read.
	Read() ([]Erasure, error)
}

// FileLedger is a Ledger in a file of one JSON object a line, readable by its owner alone. Several
// processes of a machine may add to one file.
type FileLedger struct {
	path string
	mu   sync.Mutex
}

// NewFileLedger returns the ledger of that file, which the first line makes.
func NewFileLedger(path string) *FileLedger { return &FileLedger{path: path} }

var _ Ledger = (*FileLedger)(nil)

// cutShort ends a line that a stop cut short: its erasure was never acknowledged.
const cutShort = "#cut"

// Append adds a line and waits for the disk.
func (l *FileLedger) Append(ctx context.Context, e Erasure) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	line = append(line, '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if size > 0 {
		last := []byte{0}
		if _, err := f.ReadAt(last, size-1); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
		if last[0] != '\n' {
			line = append([]byte(cutShort+"\n"), line...)
		}
	}
	if _, err := f.Write(line); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if size > 0 {
		return nil
	}
	return syncDir(filepath.Dir(l.path)) // the file's name must last too
}

func syncDir(path string) error {
	dir, err := os.Open(path) //nolint:gosec // the data folder
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Read returns the ledger; one that is not there yet is empty.
func (l *FileLedger) Read() ([]Erasure, error) {
	body, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return readLedger(body)
}

// readLedger reads what it can, and names the lines it cannot.
func readLedger(body []byte) (all []Erasure, err error) {
	number := 0
	for line := range bytes.Lines(body) {
		number++
		whole := bytes.HasSuffix(line, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) == 0 || bytes.HasSuffix(line, []byte(cutShort)) {
			continue
		}
		var e Erasure
		switch bad := json.Unmarshal(line, &e); {
		case bad == nil && e.Account != "" && !e.At.IsZero():
			all = append(all, e)
		case whole:
			err = errors.Join(err, fmt.Errorf("ledger: line %d cannot be read", number))
		}
	}
	return all, err
}

// Replayed is what ReplayErasures did.
type Replayed struct {
	Ledger int // erasures the ledger names
	// Erased is how many people were there again, and no more. Written is how many lines only the
	// database had.
	Erased, Written int
}

// ReplayErasures makes the database and the ledger outside it agree: it erases again whoever the
// ledger names and the database still knows, as after a restored backup, and writes into the ledger
// those that only the database names. Done twice it changes nothing. An unreadable line does not keep
// the others from being done: fault.Internal "ledger_unreadable" is then returned at the end.
func (s *Service) ReplayErasures(ctx context.Context) (done Replayed, err error) {
	if s.cfg.Ledger == nil {
		return done, nil
	}
	lines, unread := s.cfg.Ledger.Read()
	done.Ledger = len(lines)
	named := make(map[AccountID]bool, len(lines))
	for _, e := range lines {
		if named[e.Account] {
			continue
		}
		named[e.Account] = true
		again, err := s.eraseAgain(ctx, e)
		if err != nil {
			return done, err
		}
		if again {
			done.Erased++
		}
	}
	kept, err := s.store.Erasures(ctx)
	if err != nil {
		return done, err
	}
	for _, e := range kept {
		if named[e.Account] {
			continue
		}
		if err := s.cfg.Ledger.Append(ctx, e); err != nil {
			return done, fault.Wrap(fault.Unavailable, "ledger_unwritable", err)
		}
		done.Written++
	}
	if unread != nil {
		return done, fault.Wrap(fault.Internal, "ledger_unreadable", unread)
	}
	return done, nil
}

// eraseAgain erases an account that came back. Nothing refuses it: it was granted once.
func (s *Service) eraseAgain(ctx context.Context, e Erasure) (again bool, err error) {
	err = s.leaving(ctx, func(ctx context.Context) error {
		again = false
		a, err := s.store.LockAccount(ctx, e.Account)
		if fault.Is(err, fault.Missing) {
			return s.store.ErasePerson(ctx, e) // from before the account: the database's own ledger learns it
		}
		if err != nil || a.State == Erased {
			return err
		}
		again = true
		by := System("ledger").ID
		if err := s.leaveAll(ctx, a.ID, by, true); err != nil {
			return err
		}
		return s.eraseNow(ctx, e, by)
	})
	return again, err
}
