// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"maillage/internal/testkit"
)

// TestPagesOfAccountsInABrowser looks at each page with axe, and at what the scripts add.
func TestPagesOfAccountsInABrowser(t *testing.T) {
	c := newClub(t, "http://localhost")
	server := httptest.NewServer(c.e)
	t.Cleanup(server.Close)
	at := strings.Replace(server.URL, "127.0.0.1", "localhost", 1) // browsers give an address no passkey
	testkit.Chromium(t, "account.mjs", map[string]any{"base": at, "pages": map[string]any{
		"visitor": public(), "member": own(), "administrator": []string{"/animation/comptes?q=a"}}})
}
