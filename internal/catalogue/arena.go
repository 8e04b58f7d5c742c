// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// arena keeps representations in files that are mapped to memory and already unlinked: the system
// keeps in memory those that are read, takes the room back when others need it, and the garbage
// collector never sees them. At 57,000 entities they are more than half of all that is kept.
//
// What is handed out stays readable while the arena lives and, once it is closed, for closeAfter:
// longer than any request may last.
type arena struct {
	dir string

	mu      sync.Mutex
	chunks  [][]byte
	file    *os.File
	current []byte
	used    int
	// pending is what was handed out of the current chunk and is not in its file yet.
	pending []byte
	written int
}

const (
	chunkSize  = 8 << 20
	flushSize  = 256 << 10
	closeAfter = 15 * time.Minute
)

// newArena returns an arena with its files in that folder; an empty one keeps everything on the heap.
func newArena(dir string) *arena { return &arena{dir: dir} }

// add keeps a copy of b and returns it. It may be read once flush has returned.
func (a *arena) add(b []byte) ([]byte, error) {
	if a.dir == "" || len(b) > chunkSize {
		return append([]byte(nil), b...), nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used+len(b) > len(a.current) {
		if err := a.grow(); err != nil {
			return nil, err
		}
	}
	kept := a.current[a.used : a.used+len(b) : a.used+len(b)]
	a.used += len(b)
	a.pending = append(a.pending, b...)
	if len(a.pending) >= flushSize {
		return kept, a.write()
	}
	return kept, nil
}

// grow maps another chunk.
func (a *arena) grow() error {
	if err := a.write(); err != nil {
		return err
	}
	if err := a.end(); err != nil {
		return err
	}
	f, err := os.CreateTemp(a.dir, "catalogue-*.bin")
	if err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	// The name goes at once: whatever ends the process, nothing is left behind.
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	if err := f.Truncate(chunkSize); err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	m, err := unix.Mmap(int(f.Fd()), 0, chunkSize, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	a.file, a.current, a.used, a.written = f, m, 0, 0
	a.chunks = append(a.chunks, m)
	return nil
}

// write puts what is pending in the file, where the mapping sees it.
func (a *arena) write() error {
	if len(a.pending) == 0 {
		return nil
	}
	if _, err := a.file.WriteAt(a.pending, int64(a.written)); err != nil {
		return fmt.Errorf("catalogue arena: %w", err)
	}
	a.written += len(a.pending)
	a.pending = a.pending[:0]
	return nil
}

// rest tells the system that the pages mapped just now are not being read: it keeps them as what they
// are, parts of files, and no longer as the process's own memory. Reading one brings it back.
func (a *arena) rest() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.chunks {
		_ = unix.Madvise(m, unix.MADV_DONTNEED) // an advice: nothing depends on it
	}
}

// flush makes everything that was added readable.
func (a *arena) flush() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.write()
}

// end closes the file of the current chunk; its mapping stays.
func (a *arena) end() error {
	if a.file == nil {
		return nil
	}
	err := a.file.Close()
	a.file = nil
	return err
}

// retire gives the memory and the disk back once nobody can be reading any more.
func (a *arena) retire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = a.end() // its descriptor alone; nothing more is written
	a.pending, a.current = nil, nil
	if chunks := a.chunks; len(chunks) > 0 {
		time.AfterFunc(closeAfter, func() {
			for _, m := range chunks {
				_ = unix.Munmap(m) // of memory we mapped: cannot fail
			}
		})
	}
}
