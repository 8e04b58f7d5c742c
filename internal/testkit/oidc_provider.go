// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// OIDCProvider is how the provider of deploy/dev/oidc-provider, a real one, is to be started.
type OIDCProvider struct {
	ClientID     string `json:"clientID"`
	ClientSecret string `json:"clientSecret"`
	// RedirectURL and PostLogoutURL are the client's registered addresses; nobody need listen there.
	RedirectURL   string `json:"redirectURL"`
	PostLogoutURL string `json:"postLogoutURL,omitempty"`
	// Alg signs the id_token, and the userinfo when SignedUserinfo: RS256 (when empty), ES256, HS256.
	Alg            string `json:"alg,omitempty"`
	SignedUserinfo bool   `json:"signedUserinfo"`
	// Post takes the client's secret in the form, and not in a Basic header.
	Post bool `json:"post"`
	// Strict refuses what ProConnect refuses: unknown parameters, short secrets. PKCE is compulsory
	// otherwise.
	Strict bool `json:"strict"`
	// People are those who can log in, with any password, and the claims about them by name.
	People map[string]map[string]any `json:"people"`

	// Address is where it listens; StartOIDCProvider fills it.
	Address string `json:"address"`
}

// StartOIDCProvider starts the provider for the test and returns its issuer. Where it is not installed
// the test is skipped, and fails when CI=true, where nothing may go untested.
func StartOIDCProvider(t testing.TB, o OIDCProvider) string {
	t.Helper()
	node, script := oidcProvider(t)
	o.Address = FreeAddress(t)
	settings, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	issuer := "http://" + o.Address
	StartProcess(t, node, []string{"OIDC_PROVIDER=" + string(settings)}, script).Ready(issuer)
	return issuer
}

// oidcProvider returns the paths of node and of the provider's script.
func oidcProvider(t testing.TB) (string, string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missingPeer(t, "node is not installed")
	}
	mod, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	folder := filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), "deploy", "dev", "oidc-provider")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "oidc-provider")); err != nil {
		missingPeer(t, "npm's oidc-provider is not installed")
	}
	return node, filepath.Join(folder, "server.mjs")
}

// missingPeer ends a test whose peer is not on this machine.
func missingPeer(t testing.TB, what string) {
	t.Helper()
	what += ": no OpenID Connect provider to test on (run deploy/dev/oidc-provider/install.sh)"
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}
