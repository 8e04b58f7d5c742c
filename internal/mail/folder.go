// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"maillage/internal/fault"
)

// Letters of a folder are named after their ID, so that one sent again overwrites itself; they are
// written beside and renamed, so that none is ever half there.
const letterSuffix, draftPrefix = ".eml", ".draft-"

func folderFault(err error) error { return fault.Wrap(fault.Unavailable, "mail_folder", err) }

func (p *Postman) makeFolder() error {
	if err := os.MkdirAll(p.cfg.Folder, 0o700); err != nil {
		return folderFault(err)
	}
	return nil
}

// checkFolder writes a file and removes it.
func (p *Postman) checkFolder() error {
	draft, err := os.CreateTemp(p.cfg.Folder, draftPrefix+"*")
	if err != nil {
		return folderFault(err)
	}
	if err := errors.Join(draft.Close(), os.Remove(draft.Name())); err != nil {
		return folderFault(err)
	}
	return nil
}

// write puts a message in the folder and says so once: where, never what.
func (p *Postman) write(ctx context.Context, l Letter, e envelope) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := p.makeFolder(); err != nil { // it may have been emptied by hand, folder and all
		return err
	}
	path := filepath.Join(p.cfg.Folder, l.ID+letterSuffix)
	_, err := os.Stat(path)
	already := err == nil
	if err := p.replace(path, e.data); err != nil {
		return folderFault(err)
	}
	if !already {
		p.cfg.Logger.InfoContext(ctx, "letter written", slog.String("kind", string(l.Kind)), slog.String("path", path))
	}
	return nil
}

// replace writes a file atomically and durably. CreateTemp makes it readable by its owner alone.
func (p *Postman) replace(path string, data []byte) (err error) {
	draft, err := os.CreateTemp(p.cfg.Folder, draftPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name()) // the first error is the one to tell
		}
	}()
	_, err = draft.Write(data)
	if err == nil {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return err
	}
	// The instance's clock, which Prune reads too.
	now := p.cfg.Now()
	if err = os.Chtimes(draft.Name(), now, now); err != nil {
		return err
	}
	if err = os.Rename(draft.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(p.cfg.Folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Prune removes the letters of the folder, and the drafts a crash left, that are older than that, and
// returns how many files it removed. Other files are left alone. With a server there is nothing to do.
func (p *Postman) Prune(ctx context.Context, olderThan time.Duration) (int, error) {
	if p.cfg.Host != "" {
		return 0, nil
	}
	entries, err := os.ReadDir(p.cfg.Folder)
	if err != nil {
		return 0, folderFault(err)
	}
	limit, removed := p.cfg.Now().Add(-olderThan), 0
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		ours := strings.HasSuffix(entry.Name(), letterSuffix) || strings.HasPrefix(entry.Name(), draftPrefix)
		if !ours || !entry.Type().IsRegular() {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another replica was faster
		}
		if err != nil {
			return removed, folderFault(err)
		}
		if !info.ModTime().Before(limit) {
			continue
		}
		if err := os.Remove(filepath.Join(p.cfg.Folder, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, folderFault(err)
		}
		removed++
	}
	return removed, nil
}
