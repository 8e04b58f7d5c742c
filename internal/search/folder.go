// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long another process is waited for before this one does without the folder.
const lockTimeout = time.Second

// errLocked is returned when another process has the folder.
var errLocked = errors.New("index folder in use by another process")

// folder is where generations of the index live: one in use, at most one being built. Its lock file
// names the one in use, so that a generation comes into use whole or not at all.
type folder struct {
	dir       string
	lock      *bolt.DB
	temporary bool // removed when closed
}

var (
	lockBucket = []byte("index")
	currentKey = []byte("current")
)

// openFolder takes the folder for this process. Without dir it is a temporary one: segments kept in
// memory by bleve are never merged, and a file that nobody reads costs no memory.
func openFolder(dir string) (*folder, error) {
	f := &folder{dir: dir}
	if dir == "" {
		temporary, err := os.MkdirTemp("", "maillage-index-")
		if err != nil {
			return nil, fmt.Errorf("make a temporary index folder: %w", err)
		}
		f.dir, f.temporary = temporary, true
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the index folder: %w", err)
	}
	if err := f.take(); err != nil {
		return nil, errors.Join(err, f.remove())
	}
	return f, nil
}

// take locks the folder. A damaged lock file is set aside with everything it led to.
func (f *folder) take() error {
	path := filepath.Join(f.dir, "lock.db")
	open := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("index lock file: %v", r)
			}
		}()
		f.lock, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, NoFreelistSync: true})
		return err
	}
	err := open()
	if err == nil {
		return nil
	}
	if errors.Is(err, bolterrors.ErrTimeout) {
		return errLocked
	}
	if aside := f.setAside("lock.db"); aside != nil {
		return errors.Join(err, aside)
	}
	return open()
}

// current returns the name of the generation in use, empty when there is none.
func (f *folder) current() (string, error) {
	var name string
	err := f.lock.View(func(tx *bolt.Tx) error {
		if b := tx.Bucket(lockBucket); b != nil {
			name = string(b.Get(currentKey))
		}
		return nil
	})
	if strings.ContainsAny(name, "/\\") {
		return "", nil // not a name we gave
	}
	return name, err
}

// use makes the generation of that name the one in use.
func (f *folder) use(name string) error {
	return f.lock.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(lockBucket)
		if err != nil {
			return err
		}
		return b.Put(currentKey, []byte(name))
	})
}

// path returns where a generation is.
func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// setAside keeps something damaged for whoever wants to know why, in place of the last one.
func (f *folder) setAside(name string) error {
	aside := f.path("damaged")
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Rename(f.path(name), aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// sweep removes every generation but the one in use, and half-built ones.
func (f *folder) sweep(logger *slog.Logger) {
	keep, err := f.current()
	if err != nil {
		logger.Warn("read the index folder", slog.Any("error", err))
		return
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		logger.Warn("read the index folder", slog.Any("error", err))
		return
	}
	for _, e := range entries {
		ours := strings.HasPrefix(e.Name(), "generation-") || strings.HasPrefix(e.Name(), "scorch-offline-build")
		if !ours || e.Name() == keep {
			continue
		}
		if err := os.RemoveAll(f.path(e.Name())); err != nil {
			logger.Warn("remove an old index", slog.String("path", e.Name()), slog.Any("error", err))
		}
	}
}

// close gives the folder up.
func (f *folder) close() error {
	var err error
	if f.lock != nil {
		err = f.lock.Close()
	}
	return errors.Join(err, f.remove())
}

func (f *folder) remove() error {
	if f.temporary {
		return os.RemoveAll(f.dir)
	}
	return nil
}
