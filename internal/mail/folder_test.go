// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"maillage/internal/fault"
	"maillage/internal/mail"
)

func list(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestALetterSentTwiceIsOneFile(t *testing.T) {
	cfg := settings(t)
	log, lines := logged()
	cfg.Logger = log
	p := postman(t, cfg)
	l := letter(mail.ConfirmEmail, "fr")
	for range 3 {
		if err := p.Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	// The process that comes back after a kill is another Postman.
	if err := postman(t, cfg).Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	names := list(t, cfg.Folder)
	if len(names) != 1 || names[0] != l.ID+".eml" {
		t.Fatalf("files %q", names)
	}
	path := filepath.Join(cfg.Folder, names[0])
	if n := strings.Count(lines.String(), "letter written"); n != 1 || !strings.Contains(lines.String(), path) {
		t.Errorf("said %d times:\n%s", n, lines)
	}
	for _, secret := range []string{"482", l.To.Email, "3kq9", "Zoé", "Saint"} {
		if strings.Contains(lines.String(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, lines)
		}
	}
	_, _, data, err := p.Seal(l)
	written, readErr := os.ReadFile(path)
	if err != nil || readErr != nil || string(written) != string(data) {
		t.Errorf("the file is not the message (%v, %v)", err, readErr)
	}
}

func TestOneLetterSentByManyAtOnceIsOneFile(t *testing.T) {
	cfg := settings(t)
	p := postman(t, cfg)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := p.Send(t.Context(), letter(mail.Erased, "fr")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if names := list(t, cfg.Folder); len(names) != 1 {
		t.Errorf("files %q", names)
	}
}

func TestLettersAreReadableByTheirOwnerAlone(t *testing.T) {
	cfg := settings(t)
	p := postman(t, cfg)
	if err := p.Send(t.Context(), letter(mail.Erased, "fr")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{cfg.Folder: 0o700, filepath.Join(cfg.Folder, letter(mail.Erased, "fr").ID+".eml"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want)
		}
	}
}

func TestOldLettersArePrunedAndOtherFilesAreNot(t *testing.T) {
	cfg := settings(t)
	now := noon
	cfg.Now = func() time.Time { return now }
	p := postman(t, cfg)
	if err := p.Send(t.Context(), letter(mail.Erased, "fr")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"note.txt", ".draft-123"} {
		path := filepath.Join(cfg.Folder, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(24 * time.Hour)
	if err := p.Send(t.Context(), letter(mail.AccountLocked, "fr")); err != nil {
		t.Fatal(err)
	}
	if n, err := p.Prune(t.Context(), 24*time.Hour); n != 0 || err != nil {
		t.Errorf("at the limit: %d, %v", n, err)
	}
	if n, err := p.Prune(t.Context(), 23*time.Hour); n != 2 || err != nil {
		t.Errorf("past it: %d, %v", n, err)
	}
	if names := list(t, cfg.Folder); strings.Join(names, " ") != letter(mail.AccountLocked, "fr").ID+".eml note.txt" {
		t.Errorf("left: %q", names)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Prune(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAFolderThatCannotBeWrittenIsWorthAnotherTry(t *testing.T) {
	cfg := settings(t)
	p := postman(t, cfg)
	if err := p.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := list(t, cfg.Folder); len(names) != 0 {
		t.Errorf("the check left %q", names)
	}
	// A file in the folder's place stops root too, as modes do not.
	if err := os.Remove(cfg.Folder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cfg.Folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"check": p.Check(t.Context()), "send": p.Send(t.Context(), letter(mail.Erased, "fr"))} {
		if !fault.Is(err, fault.Unavailable) || mail.IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Prune(t.Context(), 0); !fault.Is(err, fault.Unavailable) {
		t.Errorf("prune: %v", err)
	}
}
