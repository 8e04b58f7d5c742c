// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package catalogue

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// arena keeps representations in files that are mapped to memory and already unlinked: the system
// keeps in its cache those that are read, takes the room back when others need it, and the garbage
// collector never sees them. At 57,000 entities they are more than half of all that is kept.
//
// What was added stays readable for as long as something refers to it.
type arena struct {
	dir string

	mu      sync.Mutex
	file    *os.File
	current *chunk
	used    int
	// pending is what was added to the current chunk and is not in its file yet.
	pending []byte
	written int
}

const (
	// chunkSize is the room of a file; the disk holds what is written of it.
	chunkSize = 256 << 20
	flushSize = 256 << 10
	// restAfter is after how many readings what is mapped is given back. Linux maps sixteen pages at
	// the first reading of one, so that it bounds what a load adds to the process's own memory to
	// 25 MB. Reading the file instead would take three times as long.
	restAfter = 400
)

// chunk is what bodies are in: a mapped file, or memory.
type chunk struct {
	mem    []byte
	mapped bool
	reads  atomic.Uint32
}

// body is a representation that was kept.
type body struct {
	in       *chunk
	at, size uint32
}

// newArena returns an arena with its files in that folder; an empty one keeps everything on the heap.
func newArena(dir string) *arena { return &arena{dir: dir} }

// add keeps a copy of b. It may be read once flush has returned.
func (a *arena) add(b []byte) (body, error) {
	size := uint32(len(b)) //nolint:gosec // a representation is far below 4 GB
	if a.dir == "" || len(b) > chunkSize {
		return body{in: &chunk{mem: slices.Clone(b)}, size: size}, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == nil || a.used+len(b) > len(a.current.mem) {
		if err := a.grow(); err != nil {
			return body{}, err
		}
	}
	kept := body{in: a.current, at: uint32(a.used), size: size} //nolint:gosec // below chunkSize
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
	// The file before closes when it is collected; its mapping goes with the last body in it.
	a.file, a.current, a.used, a.written = f, &chunk{mem: m, mapped: true}, 0, 0
	runtime.AddCleanup(a.current, func(m []byte) { _ = unix.Munmap(m) }, m) // of memory we mapped: cannot fail
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

// flush makes everything that was added readable.
func (a *arena) flush() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.write()
	a.pending = nil // it is large at start, and small ever after
	return err
}

// append appends what was kept to b.
func (x body) append(b []byte) []byte {
	b = append(b, x.in.mem[x.at:x.at+x.size]...)
	if x.in.mapped && x.in.reads.Add(1)%restAfter == 0 {
		// The pages stay what they are, parts of a file in the system's cache. It is an advice: nothing
		// depends on it, and who reads at the same time reads on.
		_ = unix.Madvise(x.in.mem, unix.MADV_DONTNEED)
	}
	runtime.KeepAlive(x.in)
	return b
}
