// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// chromiumLimit is how long a script may take: each fact of it has 20 s for any one thing, and a
// machine under the race detector is slow.
const chromiumLimit = 5 * time.Minute

// Chromium runs a script of deploy/dev/chromium, such as "passkey.mjs", which drives a real browser;
// each fact it proves is a subtest of t. Settings are what the script reads, with at least "base", the
// site's address without a slash at its end.
//
// The browser is CHROMIUM, or the chromium of PATH. Where it is not installed, or what drives it, the
// test is skipped, and fails when CI=true, where nothing may go untested.
func Chromium(t *testing.T, script string, settings map[string]any) {
	t.Helper()
	folder, browser, node := chromium(t)
	given, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), chromiumLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join(folder, script)) //nolint:gosec // a test's own words
	cmd.Env = append(os.Environ(), "CHROMIUM="+browser, "CHROMIUM_TEST="+string(given))
	// A script that is killed leaves a browser that holds its output: it is not waited for.
	cmd.WaitDelay = 10 * time.Second
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	facts := 0
	for line := range strings.Lines(string(out)) {
		var fact struct {
			Name, Reason string
			OK           bool
		}
		if json.Unmarshal([]byte(line), &fact) != nil || fact.Name == "" {
			t.Log(strings.TrimSpace(line)) // the script's own words, while one writes it
			continue
		}
		facts++
		t.Run(fact.Name, func(t *testing.T) {
			if !fact.OK {
				t.Error(fact.Reason)
			}
		})
	}
	if err != nil || facts == 0 {
		t.Errorf("%s: %d facts, %v\n%s", script, facts, err, stderr.String())
	}
}

// chromium returns the folder of the scripts, the path of the browser and that of node.
func chromium(t *testing.T) (folder, browser, node string) {
	t.Helper()
	mod, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	folder = filepath.Join(filepath.Dir(strings.TrimSpace(string(mod))), "deploy", "dev", "chromium")
	browser = os.Getenv("CHROMIUM")
	if browser == "" {
		if browser, err = exec.LookPath("chromium"); err != nil {
			missingChromium(t, "chromium is not installed")
		}
	}
	if node, err = exec.LookPath("node"); err != nil {
		missingChromium(t, "node is not installed")
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "playwright-core")); err != nil {
		missingChromium(t, "npm's playwright-core is not installed")
	}
	return folder, browser, node
}

// missingChromium ends a test whose browser is not on this machine.
func missingChromium(t *testing.T, what string) {
	t.Helper()
	what += ": no browser to test on (run deploy/dev/chromium/install.sh)"
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}
