// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The load comes from a client that does as little as possible: whole requests written from memory,
// answers counted and thrown away. A usual HTTP client costs more than the servers it measures, and
// would make any two of them look alike.

// request is a whole HTTP/1.1 request.
type request []byte

func get(host, target, etag string) request {
	r := "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: application/json\r\nUser-Agent: bench\r\n"
	if etag != "" {
		r += "If-None-Match: " + etag + "\r\n"
	}
	return request(r + "\r\n")
}

// conn is one connection that stays open.
type conn struct {
	net.Conn
	in *bufio.Reader
}

func dial(ctx context.Context, address string) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	return &conn{c, bufio.NewReaderSize(c, 256<<10)}, nil
}

// ask sends a request and reads the answer to its end. It returns the status and the size of the body.
func (c *conn) ask(r request) (status, size int, err error) {
	if _, err := c.Write(r); err != nil {
		return 0, 0, fmt.Errorf("write: %w", err)
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, 0, fmt.Errorf("read status: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, fmt.Errorf("status line %q", line)
	}
	chunked := false
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return status, 0, fmt.Errorf("read header: %w", err)
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if size, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return status, 0, fmt.Errorf("content length: %w", err)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if !chunked {
		_, err = c.in.Discard(size)
		return status, size, err
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return status, size, fmt.Errorf("read chunk: %w", err)
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return status, size, fmt.Errorf("chunk size: %w", err)
		}
		if _, err := c.in.Discard(int(n) + 2); err != nil {
			return status, size, fmt.Errorf("read chunk: %w", err)
		}
		if n == 0 {
			return status, size, nil
		}
		size += int(n)
	}
}

// hammer sends the requests in turn over some connections for that long, and returns how many were
// answered. An answer with another status is an error.
func hammer(ctx context.Context, address string, requests []request, want, connections int, long time.Duration) (int, error) {
	var wg sync.WaitGroup
	counts := make([]int, connections)
	errs := make([]error, connections)
	until := time.Now().Add(long)
	for i := range connections {
		wg.Go(func() {
			c, err := dial(ctx, address)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close() //nolint:errcheck // the end of a measure
			for n := i * 37; time.Now().Before(until); n++ {
				status, _, err := c.ask(requests[n%len(requests)])
				if err == nil && status != want {
					err = fmt.Errorf("status %d, want %d: %s", status, want, bytes.SplitN(requests[n%len(requests)], []byte("\r\n"), 2)[0])
				}
				if err != nil {
					errs[i] = err
					return
				}
				counts[i]++
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return total, errors.Join(errs...)
}

// latencies sends each request once, one at a time, and returns the times in order.
func latencies(ctx context.Context, address string, requests []request) ([]time.Duration, error) {
	c, err := dial(ctx, address)
	if err != nil {
		return nil, err
	}
	defer c.Close() //nolint:errcheck // the end of a measure
	out := make([]time.Duration, 0, len(requests))
	for _, r := range requests {
		start := time.Now()
		status, _, err := c.ask(r)
		if err != nil || status != 200 {
			return nil, fmt.Errorf("status %d: %w", status, errors.Join(err, errors.New(string(r[:min(len(r), 120)]))))
		}
		out = append(out, time.Since(start))
	}
	slices.Sort(out)
	return out, nil
}

func percentile(sorted []time.Duration, p float64) time.Duration {
	return sorted[min(int(float64(len(sorted))*p), len(sorted)-1)]
}
