// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"maillage/internal/testkit"
)

// TestPasskeysOfTheWholeProductInABrowser has people add passkeys on their page of security and sign in
// with them, in Chromium with its virtual authenticator, before the programme as it is shipped. What the
// script of the pages does when a browser or a network fails it is frontend.TestPasskeysInABrowser's.
func TestPasskeysOfTheWholeProductInABrowser(t *testing.T) {
	t.Parallel()
	i := newInstance(t, "")
	base := strings.Replace(i.base(), "127.0.0.1", "localhost", 1) // browsers give an address no passkey
	i.env = append(i.env, "MAILLAGE_BASE_URL="+base)
	invited := map[string]any{}
	invite := func(who string, what ...string) {
		invited[who] = strings.TrimSpace(i.must(append([]string{"member", "invite", who + "@grenoble.example"}, what...)...))
	}
	for _, who := range []string{"ana", "ben", "cleo", "dan", "eve", "fay", "hal"} {
		invite(who, "--body", "register:213801855", "--role", "agent")
	}
	invite("olga", "--office", "organiser")
	p := i.serve()
	testkit.Chromium(t, "signin.mjs", map[string]any{"base": base, "invited": invited, "mail": filepath.Join(i.data, "mail")})
	if code := p.Stop(); code != 0 {
		t.Errorf("exit %d: %s", code, p.Stderr())
	}
}
