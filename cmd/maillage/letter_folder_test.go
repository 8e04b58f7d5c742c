// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Without a mail server letters are files, each named after its delivery: one that is written again is
// written over itself, so that a kill at any moment leaves one.

// folder returns the letters of the data folder, their text by the name of their file.
func (i *instance) folder() map[string]string {
	i.t.Helper()
	paths, err := filepath.Glob(filepath.Join(i.data, "mail", "*.eml"))
	if err != nil {
		i.t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path) //nolint:gosec // a file of the test
		if err != nil {
			i.t.Fatal(err)
		}
		all[filepath.Base(path)] = string(text)
	}
	return all
}

// writtenOnce is sentOnce for letters of the folder.
func writtenOnce(t *testing.T, i *instance) {
	t.Helper()
	i.settled()
	i.signUp("ben@grenoble.example")
	eventually(t, 30*time.Second, "the next letter is written", func() bool { return len(i.folder()) >= 2 })
	i.settled()
	ana := 0
	for _, text := range i.folder() {
		ana += strings.Count(text, "\nTo: \"Ana Roux\" <ana@grenoble.example>\r\n")
	}
	if ana != 1 || len(i.folder()) != 2 {
		t.Errorf("%d letters to Ana of %d, want 1 of 2", ana, len(i.folder()))
	}
}

func TestALetterOfTheFolderIsWrittenOnceAfterAKillThatLeftItRecorded(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		p := i.serve()
		// A file where the folder was: nothing can be written in it.
		folder := filepath.Join(i.data, "mail")
		if err := os.Remove(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folder, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		i.signUp("ana@grenoble.example")
		eventually(t, 30*time.Second, "the letter waits for another try", func() bool {
			return i.count("SELECT count(*) FROM deliveries WHERE state = 'pending' AND attempt = 1 AND leased_until IS NULL") == 1
		})
		p.Kill()
		if err := os.Remove(folder); err != nil {
			t.Fatal(err)
		}
		i.letAMinutePass()
		i.serve()
		writtenOnce(t, i)
	})
}

func TestALetterOfTheFolderWrittenBeforeTheKillIsWrittenOverItself(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		p := i.serve()
		allowDone := i.forbidDone()
		i.signUp("ana@grenoble.example")
		eventually(t, 30*time.Second, "the letter is written", func() bool { return len(i.folder()) == 1 })
		p.Kill()
		before := i.folder()
		if n := i.count("SELECT count(*) FROM deliveries WHERE state = 'pending'"); n != 1 {
			t.Fatalf("%d letters are unsettled at the kill, want 1", n)
		}
		allowDone()
		i.letAMinutePass()
		i.serve()
		writtenOnce(t, i)
		for name, text := range before {
			if i.folder()[name] != text {
				t.Errorf("%s is not the letter it was", name)
			}
		}
	})
}
