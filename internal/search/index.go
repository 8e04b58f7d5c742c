// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package search

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"maillage/internal/catalogue"
	"maillage/internal/registry"
	"maillage/internal/territory"
	"maillage/internal/text"
)

// schema is the version of everything in this package that decides which words a document has. Raise
// it with any change of words.go, stem.go, describe.go, labels.go or fields.go.
const schema = "1"

// Figures of the index.
const (
	answerWithin = 2 * time.Second // before the plain search is asked instead
	pollEvery    = time.Second     // between looks at the database when nothing wakes the index
	restBetween  = 50 * time.Millisecond
	// rebuildAtMost is the least time between a build and another one for damage.
	rebuildAtMost = 10 * time.Minute
	pageSize      = 500 // entities and changes read at once
	workers       = 2   // goroutines describing entities
)

// Source is what the index needs of the database: what the catalogue needs, and the declarations
// that name an entity. The store is one.
type Source interface {
	catalogue.Source
	// DeclarationsOf returns every declaration that names one of these entities, withdrawn ones too.
	DeclarationsOf(ctx context.Context, entities ...registry.ID) (registry.Declaring, error)
}

// Fallback searches the database itself when the index cannot answer. The store is one.
type Fallback interface {
	// SearchPlain returns up to limit live entities of these kinds whose text holds every word.
	SearchPlain(ctx context.Context, words []string, kinds []registry.Kind, limit int) ([]registry.ID, error)
}

// Misses keeps count of the searches that found nothing. The store is one.
type Misses interface {
	RecordMiss(ctx context.Context, folded, asked string) error
}

// Config is what New needs. Catalogue and Source are required.
type Config struct {
	// Dir is the folder of the index; empty for one that dies with the process. It is this process's
	// own: when another one has it, this one makes do without.
	Dir       string
	Catalogue *catalogue.Catalogue
	Source    Source
	Fallback  Fallback            // nil: nothing is found while the index cannot answer
	Misses    Misses              // nil: not counted
	Register  *territory.Register // nil: no names of départements and régions
	Now       func() time.Time    // nil: the system's clock
	Logger    *slog.Logger        // nil: nothing is logged
}

// Index answers searches. It is safe for concurrent use.
type Index struct {
	cfg       Config
	describer *describer
	places    map[string]bool
	stamp     string
	folder    *folder
	queue     *index.AnalysisQueue

	writing sync.Mutex // held by whoever changes the index
	current *generation
	at      mark

	reading sync.RWMutex // over the three below
	view    *view
	vocab   *vocab
	closed  bool

	ready    atomic.Bool
	position atomic.Int64
	built    atomic.Int64 // Unix time of the last build by this process
	damaged  atomic.Bool  // a search met something that cannot be: the index is to be rebuilt
	wake     chan struct{}
	misses   missBook
	texts    textCache
}

// New opens the index in its folder. What is there is used at once when it is of this version; Run
// then brings it up to date, or builds it anew. An error means that no folder at all can be written.
func New(cfg Config) (*Index, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	ix := &Index{cfg: cfg, describer: &describer{register: cfg.Register, concepts: synonyms()},
		places: placeStems(cfg.Register), stamp: stamp(cfg.Register), vocab: &vocab{},
		queue: index.NewAnalysisQueue(workers), wake: make(chan struct{}, 1)}
	var err error
	ix.folder, err = openFolder(cfg.Dir)
	if err != nil && cfg.Dir != "" {
		cfg.Logger.Warn("index folder not usable, building one for this process only",
			slog.String("dir", cfg.Dir), slog.Any("error", err))
		ix.folder, err = openFolder("")
	}
	if err != nil {
		ix.queue.Close()
		return nil, err
	}
	ix.folder.sweep(cfg.Logger)
	ix.open()
	return ix, nil
}

// stamp is the version of the words in the index: this package's, the synonyms' and the official
// register's.
func stamp(register *territory.Register) string {
	h := sha256.New()
	h.Write([]byte(schema + "\x00" + synonymsFile))
	if register != nil {
		for _, s := range register.Vintage().Sources {
			h.Write([]byte(s.Name + s.Version))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// placeStems are the words of the names of départements and régions.
func placeStems(register *territory.Register) map[string]bool {
	out := map[string]bool{}
	if register == nil {
		return out
	}
	for _, b := range append(register.Departements(), register.Regions()...) {
		for _, w := range telling(read(b.Name)) {
			out[w.stem] = true
		}
		if b.Kind == territory.Departement {
			out[text.Fold(string(b.Code))] = true
		}
	}
	return out
}

// open takes up the generation in use. Whatever is wrong with it, the index then has none.
func (ix *Index) open() {
	name, err := ix.folder.current()
	if err != nil || name == "" {
		return
	}
	g, m, err := openGeneration(ix.folder.path(name), name, ix.queue)
	if err == nil && m.Stamp != ix.stamp {
		ix.cfg.Logger.Info("index of another version, to be built anew")
		err = g.close()
		g = nil
	}
	if err == nil && g != nil {
		err = ix.show(g, m, nil)
	}
	if err != nil {
		ix.cfg.Logger.Error("index damaged, to be built anew", slog.Any("error", err))
		if g != nil {
			err = g.close()
		}
		err = errors.Join(err, ix.folder.setAside(name))
		ix.cfg.Logger.Info("damaged index set aside", slog.Any("result", err))
		return
	}
}

// show makes a state of the index the one that searches see. entries are what changed in it since
// the last; nil reads all of its vocabulary.
func (ix *Index) show(g *generation, m mark, entries []*entry) error {
	var last *view
	if ix.current == g {
		last = ix.view
	}
	v, err := guarded(func() (*view, error) { return newView(g, m.Position, last) })
	if err != nil {
		return err
	}
	words := ix.vocab
	if last != nil && entries != nil {
		words = words.with(entries)
	} else if words, err = loadVocab(v); err != nil {
		return errors.Join(err, v.release())
	}
	ix.current, ix.at = g, m
	ix.reading.Lock()
	old := ix.view
	ix.view, ix.vocab = v, words
	ix.reading.Unlock()
	ix.position.Store(m.Position)
	if old != nil {
		return old.release()
	}
	return nil
}

// guarded is guard for functions that return something.
func guarded[T any](f func() (T, error)) (out T, err error) {
	err = guard(func() (err error) { out, err = f(); return err })
	return out, err
}

// look returns the present state of the index, to be released; nil when there is none.
func (ix *Index) look() (*view, *vocab) {
	ix.reading.RLock()
	defer ix.reading.RUnlock()
	if ix.view == nil || ix.closed || !ix.view.acquire() {
		return nil, nil
	}
	return ix.view, ix.vocab
}

// Ready reports whether the index follows the database. Before that, and whenever it has nothing to
// search, the plain search answers.
func (ix *Index) Ready() bool { return ix.ready.Load() }

// Position returns the number of the last change of the registry that the index holds.
func (ix *Index) Position() int64 { return ix.position.Load() }

// Temporary reports whether the index dies with the process: no folder was asked for, or another
// process has it.
func (ix *Index) Temporary() bool { return ix.folder.temporary }

// Wake makes Run look at the database now. It never blocks and may be called from anywhere.
func (ix *Index) Wake() {
	select {
	case ix.wake <- struct{}{}:
	default:
	}
}

// Close gives the folder up, after the searches in progress. Searches that come later get the plain
// search. Run must have returned.
func (ix *Index) Close() error {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	ix.reading.Lock()
	if ix.closed {
		ix.reading.Unlock()
		return nil
	}
	ix.closed = true
	v := ix.view
	ix.view = nil
	ix.reading.Unlock()
	ix.ready.Store(false)
	var errs []error
	if v != nil {
		errs = append(errs, v.release())
	}
	if ix.current != nil {
		errs = append(errs, ix.current.close())
		ix.current = nil
	}
	ix.queue.Close()
	return errors.Join(append(errs, ix.folder.close())...)
}
