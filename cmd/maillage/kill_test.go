// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"maillage/internal/testkit"
)

// writersAtOnce are the clients that write while the server is killed.
const writersAtOnce = 4

// kills is how many times a server is killed in a test: TEST_KILLS, or enough to meet most moments.
func kills(t *testing.T) int {
	t.Helper()
	asked := os.Getenv("TEST_KILLS")
	if asked == "" {
		return 14
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		t.Fatalf("TEST_KILLS=%s: want a number", asked)
	}
	return n
}

// writing is one request in the ledger: what the outside world knows of it.
type writing struct {
	key, path, body, name string
	location, id          string // once acknowledged
	tries                 int
}

// ledger is kept outside the programme: it alone says what was acknowledged.
type ledger struct {
	mu           sync.Mutex
	entries      []*writing
	acknowledged atomic.Int64
	retried      atomic.Int64
}

// TestAKilledServerLosesNothingItAcknowledgedAndRepeatsNothing is the promise of issue 2: kill -9, at
// moments nobody chose, while clients write and send again what was not answered.
func TestAKilledServerLosesNothingItAcknowledgedAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // moments, not secrets
		starting := killWhileStarting(t, i, random)
		c := newClient(i.base(), i.token("organiser"))
		p := i.serve()
		organisation := thing{}
		c.want(t, 201, "POST", "/api/v1/organisations", `{"siren":"213801855"}`).into(t, &organisation)

		l := &ledger{}
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for n := range writersAtOnce {
			writers.Go(func() { l.write(t, c, n, organisation.ID, stop) })
		}
		total := kills(t)
		var serving []time.Duration
		for k := range total {
			p, serving = killOnce(t, i, p, l, random, k, serving)
		}
		close(stop)
		writers.Wait()
		if code := p.Stop(); code != 0 {
			t.Errorf("after the kills, SIGTERM gives exit %d: %s", code, p.Stderr())
		}
		slices.Sort(serving)
		t.Logf("%s, seed %d: kills %d (and %d while first starting), acknowledged %d, sent again %d, serving again p50 %v max %v",
			t.Name(), seed, total, starting, l.acknowledged.Load(), l.retried.Load(),
			serving[len(serving)/2].Round(time.Millisecond), serving[len(serving)-1].Round(time.Millisecond))
		l.audit(t, i, c)
	})
}

// killWhileStarting kills a server that is making its schema.
func killWhileStarting(t *testing.T, i *instance, random *rand.Rand) int {
	t.Helper()
	const times = 3
	for range times {
		p := i.start("serve", "--listen", i.address)
		pause(random.IntN(120))
		p.Kill()
	}
	return times
}

// killOnce kills the server at some moment and starts another: after some writes were acknowledged,
// and every fourth time while it is still starting.
func killOnce(t *testing.T, i *instance, p *testkit.Process, l *ledger, random *rand.Rand, k int, serving []time.Duration) (*testkit.Process, []time.Duration) {
	t.Helper()
	if k%4 == 3 {
		p.Kill()
		p = i.start("serve", "--listen", i.address, "--rate-limit", "0")
		pause(random.IntN(250))
	} else {
		have := l.acknowledged.Load()
		eventually(t, 30*time.Second, "writes are acknowledged again", func() bool { return l.acknowledged.Load() > have+4 })
		pause(random.IntN(200))
	}
	p.Kill()
	began := time.Now()
	p = i.serve()
	return p, append(serving, time.Since(began))
}

func pause(milliseconds int) {
	time.Sleep(time.Duration(milliseconds)*time.Millisecond + time.Duration(rand.IntN(1000))*time.Microsecond) //nolint:forbidigo,gosec // a moment nobody chose
}

// write registers software and declares that the organisation runs it, one after the other, each sent
// again with its key until it is acknowledged. What is begun when stop closes is brought to its end.
func (l *ledger) write(t *testing.T, c client, n int, organisation string, stop <-chan struct{}) {
	for k := 0; ; k++ {
		select {
		case <-stop:
			return
		default:
		}
		name := fmt.Sprintf("Essai %d-%d", n, k)
		if n < 2 && k%3 == 0 {
			name = fmt.Sprintf("Jumeau %d", k) // two writers register it, and a proposal must join them once
		}
		software := &writing{key: fmt.Sprintf("s-%d-%d", n, k), path: "/api/v1/software", name: name, body: fmt.Sprintf(`{"name":%q}`, name)}
		if !l.insist(t, c, software) {
			return
		}
		usage := &writing{key: fmt.Sprintf("u-%d-%d", n, k), path: "/api/v1/usages",
			body: fmt.Sprintf(`{"organisation":%q,"software":%q,"stage":"default"}`, organisation, software.id)}
		if !l.insist(t, c, usage) {
			return
		}
	}
}

// insist sends a request until it is acknowledged, and writes that in the ledger. Only a connection
// that breaks, or a server on its way out, is a reason to send again.
func (l *ledger) insist(t *testing.T, c client, w *writing) bool {
	for began := time.Now(); time.Since(began) < 30*time.Second; w.tries++ {
		if w.tries > 0 {
			l.retried.Add(1)
			pause(10)
		}
		r, err := c.ask("POST", w.path, w.body, "Idempotency-Key", w.key)
		if err != nil || r.Status == 503 {
			continue
		}
		if r.Status != 201 {
			t.Errorf("POST %s %s, try %d: %d %s", w.path, w.body, w.tries, r.Status, r.Body)
			return false
		}
		w.location = r.Header.Get("Location")
		w.id = w.location[len(w.path)+1:]
		l.mu.Lock()
		l.entries = append(l.entries, w)
		l.mu.Unlock()
		l.acknowledged.Add(1)
		return true
	}
	t.Errorf("POST %s %s: not acknowledged in 30 s", w.path, w.body)
	return false
}

// audit compares what the instance holds with the ledger.
func (l *ledger) audit(t *testing.T, i *instance, c client) {
	t.Helper()
	if i.database == "" {
		db := i.open()
		defer db.Close() //nolint:errcheck // read only
		var verdict string
		if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity of the file: %q, %v", verdict, err)
		}
	}
	// A delivery in the hands of a killed process waits for its lease to end: let a minute pass.
	i.execute("UPDATE deliveries SET leased_until = due_at WHERE state = 'pending' AND leased_until IS NOT NULL")
	p := i.serve()
	l.present(t, c)
	l.counted(t, i)
	l.listed(t, c)
	l.followed(t, c)
	l.replayed(t, c)
	if code := p.Stop(); code != 0 {
		t.Errorf("the last SIGTERM gives exit %d: %s", code, p.Stderr())
	}
}

// present asks for each acknowledged thing where it was said to be.
func (l *ledger) present(t *testing.T, c client) {
	t.Helper()
	lost := 0
	for _, w := range l.entries {
		r, err := c.ask("GET", w.location, "")
		var got thing
		if err == nil && r.Status == 200 {
			r.into(t, &got)
		}
		if err != nil || r.Status != 200 || got.ID != w.id || w.name != "" && got.Name != w.name {
			lost++
			t.Errorf("lost: %s %s %v: %d %.200s", w.key, w.location, err, r.Status, r.Body)
		}
	}
	t.Logf("lost %d of %d", lost, len(l.entries))
}

// listed looks for what was written twice: by id, by name and by number.
func (l *ledger) listed(t *testing.T, c client) {
	t.Helper()
	want, doubled := map[string]int{}, 0
	usages := 0
	for _, w := range l.entries {
		if w.name == "" {
			usages++
			continue
		}
		want[w.name]++
	}
	got := map[string]int{}
	software := all[thing](t, c, "/api/v1/software?page[size]=100")
	for _, s := range software {
		got[s.Name]++
	}
	for name, n := range got {
		if n != want[name] {
			doubled += n - want[name]
			t.Errorf("%s is there %d times, acknowledged %d times", name, n, want[name])
		}
	}
	if n := len(all[thing](t, c, "/api/v1/usages?page[size]=100")); n != usages {
		doubled += n - usages
		t.Errorf("%d usages, %d acknowledged", n, usages)
	}
	t.Logf("doubled %d", doubled)

	// The search index was killed as often.
	var found struct {
		Meta struct {
			Total    int  `json:"total"`
			Degraded bool `json:"degraded"`
		} `json:"meta"`
	}
	eventually(t, 15*time.Second, "the index holds every software", func() bool {
		c.want(t, 200, "GET", "/api/v1/search?type=software&page[size]=1", "").into(t, &found)
		return !found.Meta.Degraded && found.Meta.Total == len(software)
	})
}

// counted reads the tables that a client does not see whole.
func (l *ledger) counted(t *testing.T, i *instance) {
	t.Helper()
	eventually(t, 30*time.Second, "the outbox is empty", func() bool {
		return i.count("SELECT count(*) FROM deliveries WHERE state <> 'done'") == 0
	})
	if n := i.count("SELECT count(*) FROM feed_entries"); n != i.position() || n != i.count("SELECT max(seq) FROM feed_entries") {
		t.Errorf("the change feed has %d entries up to %d: there is a hole", n, i.position())
	}
	for what, query := range map[string]string{
		"things with another number of entries in the trail than one": `SELECT count(*) FROM (SELECT object_id FROM audit_entries
			WHERE action IN ('register', 'declare') GROUP BY object_id HAVING count(*) <> 1) AS x`,
		"things without an entry in the trail": `SELECT count(*) FROM usages u WHERE NOT EXISTS (SELECT 1 FROM audit_entries a
			WHERE a.object_id = u.id AND a.action = 'declare')`,
		"software without an entry in the trail": `SELECT count(*) FROM entities e WHERE kind = 'software' AND NOT EXISTS (
			SELECT 1 FROM audit_entries a WHERE a.object_id = e.id AND a.action = 'register')`,
		"pairs proposed more than once": `SELECT count(*) FROM (SELECT 1 AS one FROM match_proposals
			GROUP BY CASE WHEN left_id < right_id THEN left_id ELSE right_id END, CASE WHEN left_id < right_id THEN right_id ELSE left_id END
			HAVING count(*) > 1) AS x`,
		"keys without an answer": `SELECT count(*) FROM idempotency_keys WHERE status <> 201`,
		"software without a key": `SELECT (SELECT count(*) FROM entities WHERE kind = 'software') + (SELECT count(*) FROM usages)
			- (SELECT count(*) FROM idempotency_keys)`,
	} {
		if n := i.count(query); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	twins := i.count(`SELECT count(*) FROM (SELECT name FROM entities WHERE kind = 'software' GROUP BY name HAVING count(*) = 2) AS x`)
	if n := i.count("SELECT count(*) FROM match_proposals"); n != twins || twins == 0 {
		t.Errorf("%d proposals for %d pairs of twins", n, twins)
	}
	t.Logf("changes %d, pairs proposed %d, deliveries made %d", i.position(), twins, i.count("SELECT count(*) FROM deliveries"))
}

// followed reads the feed of changes as another system does.
func (l *ledger) followed(t *testing.T, c client) {
	t.Helper()
	seen := map[string]int{}
	last, more := int64(0), true
	for more {
		var page struct {
			Data []struct {
				Seq int64  `json:"seq"`
				Op  string `json:"op"`
				ID  string `json:"id"`
			} `json:"data"`
			Meta struct {
				More bool `json:"more"`
			} `json:"meta"`
		}
		c.want(t, 200, "GET", fmt.Sprintf("/api/v1/changes?size=500&after=%d", last), "").into(t, &page)
		for _, ch := range page.Data {
			if ch.Seq <= last {
				t.Fatalf("change %d comes after %d", ch.Seq, last)
			}
			last = ch.Seq
			if ch.Op == "put" {
				seen[ch.ID]++
			}
		}
		more = page.Meta.More
	}
	for _, w := range l.entries {
		if seen[w.id] == 0 {
			t.Errorf("the feed does not tell of %s %s", w.key, w.location)
		}
	}
}

// replayed sends requests again whose answer was had long ago.
func (l *ledger) replayed(t *testing.T, c client) {
	t.Helper()
	for k := 0; k < len(l.entries); k += 1 + len(l.entries)/20 {
		w := l.entries[k]
		r := c.want(t, 201, "POST", w.path, w.body, "Idempotency-Key", w.key)
		if r.Header.Get("Location") != w.location || r.Header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s again: %s, want %s: %v", w.key, r.Header.Get("Location"), w.location, r.Header)
		}
		if w.name != "" {
			c.want(t, 409, "POST", w.path, `{"name":"Un autre corps"}`, "Idempotency-Key", w.key)
		}
	}
}
