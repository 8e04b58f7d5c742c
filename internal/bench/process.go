// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func command(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // our own commands
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// child is a server being measured.
type child struct {
	cmd     *exec.Cmd
	address string
	out     bytes.Buffer
}

func freeAddress() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// start runs a server and waits until probe answers. It returns how long that took.
func start(ctx context.Context, env []string, probe string, make func(address string) []string) (*child, time.Duration, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, 0, err
	}
	args := make(address)
	c := &child{cmd: exec.CommandContext(ctx, args[0], args[1:]...), address: address} //nolint:gosec // our own commands
	c.cmd.Env = append(os.Environ(), env...)
	c.cmd.Stderr, c.cmd.Stdout = &c.out, &c.out
	began := time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, 0, err
	}
	client := &http.Client{Timeout: time.Second}
	for time.Since(began) < 2*time.Minute {
		res, err := client.Get("http://" + address + probe) //nolint:noctx // bounded by the client
		if err == nil {
			res.Body.Close() //nolint:errcheck,gosec // only the status counts
			if res.StatusCode == http.StatusOK || res.StatusCode == http.StatusNotFound && probe == "/" {
				return c, time.Since(began), nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.stop()
	return nil, 0, fmt.Errorf("%s did not answer: %s", args[0], c.out.String())
}

func (c *child) stop() {
	c.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck,gosec // gone is what we want
	c.cmd.Wait()                          //nolint:errcheck,gosec // gone is what we want
}

// rss returns the resident memory in bytes, and of it what is not pages of files.
func (c *child) rss() (total, anonymous int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			continue
		}
		switch f[0] {
		case "VmRSS:":
			total = n << 10
		case "RssAnon:":
			anonymous = n << 10
		}
	}
	return total, anonymous
}

// cpu returns the processor time used, in clock ticks (1/100 s).
func (c *child) cpu() int64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)   // 0 when it cannot be read:
	system, _ := strconv.ParseInt(f[12], 10, 64) // the figure then says so
	return user + system
}

// token makes an organiser's token.
func (b *bench) token(ctx context.Context, data string, env []string) (string, error) {
	cmd := exec.CommandContext(ctx, b.binary, "token", "create", "--data", data, "--role", "organiser", "--name", "bench") //nolint:gosec // our own
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
