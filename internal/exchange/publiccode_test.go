// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maillage/internal/exchange"
	"maillage/internal/fault"
	"maillage/internal/fetch"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

const validPubliccode = `publiccodeYmlVersion: "0.7"
name: Essai Public
url: "https://gitlab.exemple.fr/essai/public.git"
landingURL: https://public.example
releaseDate: "2026-02-03"
softwareVersion: "1.4"
platforms: [web, linux]
categories: [document-management]
usedBy: [Ville d'Essai]
developmentStatus: stable
softwareType: standalone/web
description:
  fr:
    shortDescription: Un logiciel d'essai.
    longDescription: >-
      Un logiciel d'essai décrit assez longuement pour que la norme soit satisfaite, ce qui demande cent
      cinquante caractères au moins et donc une seconde phrase, que voici, pour faire bonne mesure.
    features: [Première, Seconde]
legal: {license: AGPL-3.0-or-later}
maintenance: {type: none}
localisation: {localisationReady: false, availableLanguages: [fr]}
`

func publiccodeRun(b bench, client *fetch.Client, targets ...string) (*exchange.Report, []exchange.Line, error) {
	lines := &exchange.Lines{}
	report := exchange.NewReport(lines)
	err := b.Publiccode(client).RunAll(b.t.Context(), targets, exchange.Options{By: organiser, Report: report})
	return report, lines.All, err
}

func TestAFolderOfPubliccodeIsTakenInAndItsFaultsNamed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a/publiccode.yml", validPubliccode)
	write("b/publiccode.yaml", strings.Replace(validPubliccode, "license: AGPL-3.0-or-later", "license: Inconnue", 1))
	write("c/other.yml", "not: read")
	write("d/.git/publiccode.yml", validPubliccode)
	eachBench(t, func(b bench) {
		report, lines, err := publiccodeRun(b, nil, dir)
		if err != nil {
			b.t.Fatal(err)
		}
		wantCount(b.t, report, registry.KindSoftware, exchange.Created, 1)
		wantCount(b.t, report, registry.KindSoftware, exchange.Refused, 1)
		wantLine(b.t, lines, exchange.Warning, "publiccode", "publiccode.yaml:19:9", "legal.license")
		wantLine(b.t, lines, exchange.Refused, "publiccode_invalid", "publiccode.yaml")
		wantLine(b.t, lines, exchange.Note, "used_by", "Ville d'Essai")
		k, err := b.service.Software(b.t.Context(), "essai-public")
		if err != nil {
			b.t.Fatal(err)
		}
		f := k.Facts
		if f.Licence != "AGPL-3.0-or-later" || f.ReleaseDate != "2026-02-03" || !strings.Contains(f.Description["fr"], "- Seconde") ||
			k.Records[0].SourceKey.Key != "gitlab.exemple.fr/essai/public" {
			b.t.Errorf("%+v", k)
		}
		again, _, err := publiccodeRun(b, nil, filepath.Join(dir, "a", "publiccode.yml"))
		if err != nil {
			b.t.Fatal(err)
		}
		wantCount(b.t, again, registry.KindSoftware, exchange.Unchanged, 1)
	})
}

func TestAnAddressIsFetchedByTheGuardedClientOnly(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/publiccode.yml" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(validPubliccode)) // a test server's answer
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client := fetch.New(fetch.Config{RootCAs: roots, AllowAddr: func(netip.AddrPort) bool { return true }})
	t.Cleanup(client.Close)
	b := sqliteBench(t)
	report, lines, err := publiccodeRun(b, client, server.URL+"/publiccode.yml", server.URL+"/absent.yml")
	if !fault.Is(err, fault.Missing) {
		t.Errorf("%v", err)
	}
	wantCount(t, report, registry.KindSoftware, exchange.Created, 1)
	wantLine(t, lines, exchange.Fault, "fetch_not_found", "absent.yml")
	_, lines, err = publiccodeRun(b, fetch.New(fetch.Config{}), "https://127.0.0.1/publiccode.yml")
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a private address: %v", err)
	}
	wantLine(t, lines, exchange.Fault, "fetch_address_refused")
	if _, _, err = publiccodeRun(b, nil, "https://exemple.fr/publiccode.yml"); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a client: %v", err)
	}
}

func TestAMissingTargetDoesNotStopTheOthers(t *testing.T) {
	b := sqliteBench(t)
	path := filepath.Join(t.TempDir(), "publiccode.yml")
	if err := os.WriteFile(path, []byte(validPubliccode), 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(t.TempDir(), "publiccode.yml")
	if err := os.WriteFile(huge, make([]byte, publiccode.MaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	report, lines, err := publiccodeRun(b, nil, filepath.Join(t.TempDir(), "nowhere"), huge, path, t.TempDir())
	if err == nil {
		t.Error("no error for a missing target")
	}
	wantLine(t, lines, exchange.Fault, "unreadable")
	wantLine(t, lines, exchange.Fault, "publiccode_too_large")
	if n := report.Total(exchange.Fault); n != 2 {
		t.Errorf("%d faults told for 2\n%s", n, printed(lines))
	}
	wantLine(t, lines, exchange.Warning, "no_publiccode")
	wantCount(t, report, registry.KindSoftware, exchange.Created, 1)
}

func TestASoftwareGivesAValidPubliccodeOrSaysWhatItLacks(t *testing.T) {
	full := registry.Software{SoftwareFacts: registry.SoftwareFacts{Name: "Essai", Repository: "https://github.com/essai/essai",
		Licence: "MIT", Summary: registry.Localised{"fr": strings.Repeat("Très long résumé, ", 15) + "fin.", "en": "Short."}}}
	doc, missing := exchange.PubliccodeOf(full)
	if len(missing) > 0 {
		t.Fatalf("missing %v", missing)
	}
	var out strings.Builder
	if err := publiccode.Write(&out, doc); err != nil {
		t.Fatalf("%v\n%+v", err, doc)
	}
	_, problems, err := publiccode.Parse(strings.NewReader(out.String()), publiccode.Options{})
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	if _, missing := exchange.PubliccodeOf(registry.Software{}); strings.Join(missing, " ") != "name url legal.license description" {
		t.Errorf("missing %v", missing)
	}
}

func TestSharedPubliccodeFilesAreTakenIn(t *testing.T) {
	dir := shared(t)
	if dir == "" {
		t.Log("no shared data beside the project: nothing to read")
		return
	}
	b := sqliteBench(t)
	report, lines, err := publiccodeRun(b, nil, filepath.Join(dir, "publiccode", "real"))
	if err != nil {
		t.Fatal(err)
	}
	if n := report.Count(registry.KindSoftware, exchange.Created) + report.Count(registry.KindSoftware, exchange.Refused); n != 5 {
		t.Errorf("%d files accounted for, want 5\n%s", n, printed(lines))
	}
	var out strings.Builder
	if err := report.Summary(&out, "fr"); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String() + printed(lines))
	again, lines, err := publiccodeRun(b, nil, filepath.Join(dir, "publiccode", "real"))
	if err != nil || again.Total(exchange.Created)+again.Total(exchange.Updated)+again.Total(exchange.Joined) != 0 {
		t.Errorf("%v\n%s", err, printed(lines))
	}
}
