// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"maillage/internal/registry"
)

// connections is how many clients ask at once.
const connections = 8

// serving measures the server over a filled database.
func (b *bench) serving(ctx context.Context, data string, env []string) error {
	serve := func(address string) []string {
		return []string{b.binary, "serve", "--data", data, "--listen", address, "--rate-limit", "0", "--log-level", "warn"}
	}
	s, cold, err := start(ctx, env, "/readyz", serve)
	if err != nil {
		return err
	}
	if err := indexed(ctx, s.address); err != nil {
		return err
	}
	s.stop()
	s, warm, err := start(ctx, env, "/readyz", serve)
	if err != nil {
		return err
	}
	defer func() { s.stop() }()
	if err := indexed(ctx, s.address); err != nil {
		return err
	}
	b.memory("memory at rest", s)
	say("ready", "%.2f s without an index, %.2f s with a warm one (floor 2 s)", cold.Seconds(), warm.Seconds())
	lists, singles, err := b.capture(ctx, s.address)
	if err != nil {
		return err
	}
	answers := filepath.Join(b.dir, "answers.gob")
	if err := writeAnswers(answers, slices.Concat(lists, singles)); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	f, _, err := start(ctx, nil, "/", func(address string) []string { return []string{self, "-floor", answers, "-listen", address} })
	if err != nil {
		return err
	}
	defer f.stop()
	for _, m := range []struct {
		what  string
		of    []answer
		known bool
		goal  float64
	}{
		{"lists of 25", lists, false, 0.35}, {"single records", singles, false, 0.5},
		{"unchanged lists", lists, true, 0.8}, {"unchanged records", singles, true, 0.8},
	} {
		if err := b.compare(ctx, m.what, s, f, m.of, m.known, m.goal); err != nil {
			return err
		}
	}
	if err := b.searches(ctx, s); err != nil {
		return err
	}
	b.memory("memory after the load", s)
	return b.freshness(ctx, s, env, data, serve)
}

func (b *bench) memory(when string, s *child) {
	total, anonymous := s.rss()
	say(when, "%d MB resident, of which %d MB are not pages of files, which the system takes back (goal 250 MB)", total>>20, anonymous>>20)
}

// indexed waits until the search index answers.
func indexed(ctx context.Context, address string) error {
	for began := time.Now(); time.Since(began) < 5*time.Minute; {
		body, _, err := fetch(ctx, "http://"+address+"/api/v1/search?q=cimetiere")
		if err != nil {
			return err
		}
		var got struct {
			Meta struct{ Degraded bool }
		}
		if err := json.Unmarshal(body, &got); err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if !got.Meta.Degraded {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("the index was not built in time")
}

func fetch(ctx context.Context, target string) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.300s", target, res.Status, body)
	}
	return body, res.Header, err
}

// questions are the lists: filters of every kind, in several orders; each is then paged through.
func questions() []string {
	var out []string
	add := func(path string, pairs ...string) {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		out = append(out, path+"?"+v.Encode())
	}
	for i, l := range licences {
		add("/api/v1/software", "licence", l)
		add("/api/v1/software", "licence", l, "platform", registry.Platforms()[i%6])
		add("/api/v1/software", "licence", l, "domain", registry.DomainKeys()[i], "sort", "-users")
	}
	for i, d := range []string{"38", "69", "75", "33", "2A", "974", "59", "13"} {
		add("/api/v1/collectivities", "departement", d)
		add("/api/v1/collectivities", "departement", d, "type", "commune", "sort", "-population")
		add("/api/v1/software", "departement", d, "sort", "-updated")
		add("/api/v1/providers", "departement", d, "service", string(registry.Services()[i%7]))
		add("/api/v1/usages", "departement", d)
		add("/api/v1/offers", "departement", d)
	}
	for _, s := range registry.Stages() {
		add("/api/v1/usages", "stage", string(s))
		add("/api/v1/software", "stage", string(s), "status", "stable")
	}
	add("/api/v1/software")
	add("/api/v1/organisations")
	add("/api/v1/references")
	return out
}

// capture asks every list and a few hundred records, and keeps the answers for the floor.
func (b *bench) capture(ctx context.Context, address string) (lists, singles []answer, err error) {
	seen := map[string]bool{}
	for _, q := range questions() {
		target := q
		for range 4 {
			body, header, err := fetch(ctx, "http://"+address+target)
			if err != nil {
				return nil, nil, err
			}
			var page struct {
				Data  []struct{ ID, Slug string }
				Links struct{ Next string }
			}
			if err := json.Unmarshal(body, &page); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", target, err)
			}
			if len(page.Data) == 0 {
				break
			}
			lists = append(lists, answer{target, header.Get("Content-Type"), header.Get("ETag"), body})
			path, _, _ := strings.Cut(target, "?")
			for _, d := range page.Data[:min(6, len(page.Data))] {
				ref := d.Slug
				if ref == "" {
					ref = d.ID
				}
				if one := path + "/" + ref; !seen[one] {
					seen[one] = true
					body, header, err := fetch(ctx, "http://"+address+one)
					if err != nil {
						return nil, nil, err
					}
					singles = append(singles, answer{one, header.Get("Content-Type"), header.Get("ETag"), body})
				}
			}
			if target = page.Links.Next; target == "" {
				break
			}
			if strings.HasPrefix(target, "?") {
				target = path + target
			}
		}
	}
	size := func(as []answer) int {
		n := 0
		for _, a := range as {
			n += len(a.Body)
		}
		return n / max(len(as), 1)
	}
	say("questions", "%d lists of %d bytes, %d records of %d bytes on average", len(lists), size(lists), len(singles), size(singles))
	return lists, singles, nil
}

// compare measures the server and the floor turn by turn.
func (b *bench) compare(ctx context.Context, what string, s, f *child, of []answer, known bool, goal float64) error {
	ask := func(host string) []request {
		rs := make([]request, 0, len(of))
		for _, a := range of {
			etag := ""
			if known {
				etag = a.ETag
			}
			rs = append(rs, get(host, a.Target, etag))
		}
		return rs
	}
	want := http.StatusOK
	if known {
		want = http.StatusNotModified
	}
	ours, theirs := ask(s.address), ask(f.address)
	var ratios, cpus []float64
	var rate float64
	for turn := range b.turns + 1 {
		began, n0 := s.cpu(), f.cpu()
		n, err := hammer(ctx, s.address, ours, want, connections, b.long)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		m, err := hammer(ctx, f.address, theirs, want, connections, b.long)
		if err != nil {
			return fmt.Errorf("%s, floor: %w", what, err)
		}
		if turn == 0 {
			continue // warming up
		}
		ratios = append(ratios, float64(n)/float64(m))
		cpus = append(cpus, (float64(f.cpu()-n0)/float64(m))/(float64(s.cpu()-began)/float64(n)))
		rate = float64(n) / b.long.Seconds()
	}
	slices.Sort(ratios)
	slices.Sort(cpus)
	say(what, "%.2f of the floor (%.2f to %.2f; goal %.2f), %.2f by processor time; %.0f a second", ratios[len(ratios)/2],
		ratios[0], ratios[len(ratios)-1], goal, cpus[len(cpus)/2], rate)
	return nil
}

// searches measures the one box: words of the corpus, several, with faults, with facets and filters.
func (b *bench) searches(ctx context.Context, s *child) error {
	var rs []request
	add := func(q string, more string) {
		rs = append(rs, get(s.address, "/api/v1/search?q="+url.QueryEscape(q)+"&facets=category,licence,stage,user_type,stratum,departement,region,service"+more, ""))
	}
	for i, w := range vocabulary {
		other := vocabulary[(i*7+3)%len(vocabulary)]
		add(w, "")
		add(w+" "+other, "")
		add(w+" "+other+" "+vocabulary[(i*11+5)%len(vocabulary)], "")
		if r := []rune(w); len(r) > 6 {
			add(string(append(slices.Clone(r[:3]), r[4:]...)), "") // a letter missing
		}
		add(w, "&licence=MIT")
	}
	for _, town := range []string{"grenoble", "saint denis", "arles", "echirolles", "38000", "bourg"} {
		add(town, "")
	}
	if _, err := latencies(ctx, s.address, rs); err != nil { // warming up
		return err
	}
	times, err := latencies(ctx, s.address, rs)
	if err != nil {
		return err
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	say("search with 8 facets", "p50 %.1f ms (goal 5), p90 %.1f ms, p99 %.1f ms (goal 40), %d searches", ms(percentile(times, 0.5)),
		ms(percentile(times, 0.9)), ms(percentile(times, 0.99)), len(times))
	return nil
}

// freshness measures how soon a write shows: to its author, and on another replica.
func (b *bench) freshness(ctx context.Context, s *child, env []string, data string, serve func(string) []string) error {
	token, err := b.token(ctx, data, env)
	if err != nil {
		return err
	}
	replica, _, err := start(ctx, env, "/readyz", serve)
	if err != nil {
		return err
	}
	defer replica.stop()
	var own, others []time.Duration
	for n := range 30 {
		body := fmt.Sprintf(`{"name":"Fraîcheur %d","repository":"https://forge.example/fraicheur/%d"}`, n, time.Now().UnixNano())
		began := time.Now()
		location, err := post(ctx, "http://"+s.address+"/api/v1/software", token, body)
		if err != nil {
			return err
		}
		if _, _, err := fetch(ctx, "http://"+s.address+location); err != nil {
			return fmt.Errorf("one's own write does not show: %w", err)
		}
		own = append(own, time.Since(began))
		for {
			if _, _, err := fetch(ctx, "http://"+replica.address+location); err == nil {
				break
			}
			if time.Since(began) > 10*time.Second {
				return fmt.Errorf("%s does not show on the other replica", location)
			}
			time.Sleep(5 * time.Millisecond)
		}
		others = append(others, time.Since(began))
	}
	slices.Sort(own)
	slices.Sort(others)
	say("a write shows", "to its author in the same answer (%d ms to write and read it), on another replica within %d ms (goal 1,000)",
		own[len(own)/2].Milliseconds(), others[len(others)-1].Milliseconds())
	return nil
}

func post(ctx context.Context, target, token, body string) (location string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewBufferString(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %s: %.300s", target, res.Status, answer)
	}
	return strings.TrimPrefix(res.Header.Get("Location"), "http://"+req.Host), err
}
