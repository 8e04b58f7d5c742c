// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// processLimit is how long a process of a test may take for anything: a machine under the race
// detector is slow, a hang is for ever.
const processLimit = 60 * time.Second

// BuildProgram builds ./cmd/NAME of this module, as it is shipped (without cgo), into dir and returns
// the path of the binary.
func BuildProgram(dir, name string) (string, error) {
	root, err := exec.CommandContext(context.Background(), "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	path := filepath.Join(dir, name)
	build := exec.CommandContext(context.Background(), "go", "build", "-o", path, "./cmd/"+name) //nolint:gosec // a test's own words
	build.Dir = filepath.Dir(strings.TrimSpace(string(root)))
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return path, nil
}

// Process is a programme that runs beside the test. It is killed at the end of the test if it still
// runs.
type Process struct {
	t      testing.TB
	cmd    *exec.Cmd
	done   chan struct{}
	stdout safeBuffer
	stderr safeBuffer
}

// StartProcess starts a programme. Its environment is this process's without the programme's own
// settings (MAILLAGE_*) and the locale, then env.
func StartProcess(t testing.TB, path string, env []string, args ...string) *Process {
	t.Helper()
	return start(t, path, env, nil, args...)
}

// StartProcessAs is StartProcess under another user and group, which only root may ask for.
func StartProcessAs(t testing.TB, uid uint32, path string, env []string, args ...string) *Process {
	t.Helper()
	return start(t, path, env, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}, args...)
}

func start(t testing.TB, path string, env []string, attr *syscall.SysProcAttr, args ...string) *Process {
	t.Helper()
	// Not the test's context: a process is killed by Cleanup, which also waits for it.
	p := &Process{t: t, cmd: exec.CommandContext(context.Background(), path, args...), done: make(chan struct{})} //nolint:gosec // a test's own words
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "MAILLAGE_") && !strings.HasPrefix(pair, "LC_") && !strings.HasPrefix(pair, "LANG") {
			p.cmd.Env = append(p.cmd.Env, pair)
		}
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = &p.stdout, &p.stderr, attr
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	go func() {
		defer close(p.done)
		// The exit code is read from ProcessState; a killed process is no error here.
		_ = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
	})
	return p
}

// Kill ends the process at once, as kill -9 does, and waits until it is gone.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// Signal sends a signal to the process; one that is gone does not hear it.
func (p *Process) Signal(s syscall.Signal) { p.signal(s) }

func (p *Process) signal(s syscall.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("signal %v: %v", s, err)
	}
}

// Wait waits for the end of the process and returns its exit code, -1 when a signal ended it. A
// process that never ends fails the test.
func (p *Process) Wait() int {
	p.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(processLimit):
		p.Kill()
		p.t.Fatalf("the process does not end; it said:\n%s", p.Stderr())
		return -1
	}
}

// Stop asks the process to end, as an administrator does (SIGTERM), and returns its exit code.
func (p *Process) Stop() int {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	return p.Wait()
}

// Running reports whether the process has not ended yet.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Stdout and Stderr return what the process has said up to now.
func (p *Process) Stdout() string { return p.stdout.String() }

// Stderr returns what the process has said on its standard error up to now.
func (p *Process) Stderr() string { return p.stderr.String() }

// Ready waits until base/readyz answers 200 and returns how long that took. It fails the test when
// the process ends before.
func (p *Process) Ready(base string) time.Duration {
	p.t.Helper()
	began := time.Now()
	client := &http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	for time.Since(began) < processLimit {
		if !p.Running() {
			p.t.Fatalf("the process ended with %d before it was ready; it said:\n%s", p.Wait(), p.Stderr())
		}
		if status(client, base+"/readyz") == http.StatusOK {
			return time.Since(began)
		}
		time.Sleep(5 * time.Millisecond) //nolint:forbidigo // another process has no channel to wait on
	}
	p.t.Fatalf("%s is never ready; the process said:\n%s", base, p.Stderr())
	return 0
}

func status(client *http.Client, url string) int {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	return resp.StatusCode
}

// FreeAddress returns a loopback address with a port that nobody listens on, for a process that
// cannot be given a listener. Somebody else may take it before the process does.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was written
	return l.Addr().String()
}

// safeBuffer is a buffer written by a process while the test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
