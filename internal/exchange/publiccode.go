// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"maillage/internal/fault"
	"maillage/internal/fetch"
	"maillage/internal/publiccode"
	"maillage/internal/registry"
)

// PubliccodeImporter takes in publiccode.yml files: one software each.
type PubliccodeImporter struct {
	*Importers
	client *fetch.Client
}

// Publiccode returns the importer of publiccode.yml. The client fetches addresses; with nil, only
// files are read. A valid file is taken in with its warnings reported; an invalid one is refused,
// each fault with its line and column. The bodies a file says use the software are reported and not
// taken in: nobody verifies them.
func (i *Importers) Publiccode(client *fetch.Client) *PubliccodeImporter {
	return &PubliccodeImporter{i, client}
}

// Run implements Importer for one file.
func (p *PubliccodeImporter) Run(ctx context.Context, in File, opts Options) error {
	h, seen := &harvest{source: registry.SourcePubliccode}, map[string]string{}
	err := p.read(in, opts.Report, h, seen, nil)
	return errors.Join(p.settle(ctx, &source{name: in.Name, report: opts.Report}, h, opts), err)
}

// RunAll takes in targets: files, folders in which every publiccode.yml is looked for, and https
// addresses. A target that cannot be read is reported and does not stop the others; its error is
// returned at the end.
func (p *PubliccodeImporter) RunAll(ctx context.Context, targets []string, opts Options) error {
	h, seen := &harvest{source: registry.SourcePubliccode}, map[string]string{}
	var faults []error
	for _, target := range targets {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := p.target(ctx, target, opts.Report, h, seen)
		if err == nil {
			continue
		}
		faults = append(faults, fmt.Errorf("%s: %w", target, err))
		if _, told := errors.AsType[reported](err); told {
			continue
		}
		line := Line{File: target, Result: Fault, Code: "unreadable"}
		if f, ok := faultOf(err); ok {
			line.Code = f.Code
		}
		opts.Report.add(line)
	}
	name := "publiccode"
	if len(targets) == 1 {
		name = targets[0]
	}
	faults = append([]error{p.settle(ctx, &source{name: name, report: opts.Report}, h, opts)}, faults...)
	return errors.Join(faults...)
}

// reported is an error whose line is already in the report.
type reported struct{ error }

func (r reported) Unwrap() error { return r.error }

func (p *PubliccodeImporter) target(ctx context.Context, target string, report *Report, h *harvest, seen map[string]string) error {
	if strings.Contains(target, "://") {
		return p.fetched(ctx, target, report, h, seen)
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return p.folder(ctx, target, report, h, seen)
	}
	return p.file(target, report, h, seen)
}

func (p *PubliccodeImporter) fetched(ctx context.Context, address string, report *Report, h *harvest, seen map[string]string) error {
	if p.client == nil {
		return fault.New(fault.Invalid, "fetch_url_refused")
	}
	answer, err := p.client.Get(ctx, address, publiccode.MaxSize)
	if err != nil {
		return err
	}
	return p.read(File{Name: address, Reader: bytes.NewReader(answer.Body)}, report, h, seen, nil)
}

// folder looks for publiccode.yml files, by their names or by what they hold. Links are not followed.
func (p *PubliccodeImporter) folder(ctx context.Context, dir string, report *Report, h *harvest, seen map[string]string) error {
	met := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir() && slices.Contains([]string{".git", "node_modules"}, entry.Name()):
			return filepath.SkipDir
		case !entry.Type().IsRegular() || !publiccodeName(entry.Name()) && !publiccodeInside(path):
			return nil
		}
		if met++; met > MaxRecords {
			return fault.New(fault.TooLarge, "too_many_records")
		}
		return p.file(path, report, h, seen)
	})
	if err == nil && met == 0 {
		report.add(Line{File: dir, Result: Warning, Code: "no_publiccode"})
	}
	return err
}

// publiccodeName reports whether a file in a folder is meant to be a publiccode.yml, or one of
// several kept together under "name_publiccode.yml".
func publiccodeName(name string) bool {
	name = strings.ToLower(name)
	stem := strings.TrimSuffix(strings.TrimSuffix(name, ".yml"), ".yaml")
	if stem == name {
		return false
	}
	return stem == "publiccode" || strings.HasSuffix(stem, "_publiccode") || strings.HasSuffix(stem, "-publiccode") ||
		strings.HasSuffix(stem, ".publiccode")
}

// publiccodeInside reports whether a YAML file of another name says at its beginning that it is one.
func publiccodeInside(path string) bool {
	const beginning = 64 << 10
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".yml" && ext != ".yaml" {
		return false
	}
	f, err := os.Open(path) //nolint:gosec // in the folder the administrator names
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // read only
	head, err := io.ReadAll(io.LimitReader(f, beginning))
	return err == nil && bytes.Contains(head, []byte("publiccodeYmlVersion:"))
}

func (p *PubliccodeImporter) file(path string, report *Report, h *harvest, seen map[string]string) error {
	f, err := os.Open(path) //nolint:gosec // the administrator names the file
	if err != nil {
		return err
	}
	defer f.Close()
	return p.read(File{Name: path, Reader: f}, report, h, seen, os.DirFS(filepath.Dir(path)))
}

// read adds one file to the harvest.
func (p *PubliccodeImporter) read(in File, report *Report, h *harvest, seen map[string]string, dir fs.FS) error {
	s := &source{name: in.Name, report: report}
	doc, problems, err := publiccode.Parse(in.Reader, publiccode.Options{Dir: dir})
	if err != nil {
		code := "unreadable"
		if fault.Is(err, fault.TooLarge) {
			code = "publiccode_too_large"
		}
		s.note(Position{}, Fault, "", code, "")
		return reported{err}
	}
	for _, problem := range problems {
		at := Position{Line: problem.Line, Column: problem.Column}
		s.said(registry.KindSoftware, at, "", doc.Name, Warning, problem.Field, "publiccode", problem.Message)
	}
	if !problems.Valid() {
		s.said(registry.KindSoftware, Position{}, "", doc.Name, Refused, "", "publiccode_invalid",
			strconv.Itoa(len(problems.Errors())))
		return nil
	}
	publiccode.Upgrade(doc)
	key, _, err := publiccode.NormaliseRepository(doc.URL)
	if err != nil {
		s.said(registry.KindSoftware, Position{}, doc.URL, doc.Name, Refused, "url", "not_a_url", "")
		return nil
	}
	it := item[registry.SoftwareFacts]{file: in.Name, key: key, name: oneLine(doc.Name), facts: publiccodeFacts(doc, key)}
	s.licence(&it.facts, doc.Legal.License, Position{}, key, it.name)
	if len(doc.UsedBy) > 0 {
		s.said(registry.KindSoftware, Position{}, key, it.name, Note, "usedBy", "used_by", strings.Join(doc.UsedBy, ", "))
	}
	h.addSoftware(s, seen, it)
	return nil
}

// publiccodeFacts returns what a publiccode.yml says, in the registry's terms.
func publiccodeFacts(doc *publiccode.Document, key string) registry.SoftwareFacts {
	f := registry.SoftwareFacts{Name: oneLine(doc.Name), Repository: doc.URL, Website: doc.LandingURL,
		ReleaseVersion: doc.SoftwareVersion, Status: doc.Status,
		Identifiers: identify(nil, registry.SchemePubliccode, key)}
	if d, ok := registry.ParseDate(doc.ReleaseDate); ok {
		f.ReleaseDate = d
	}
	if strings.HasPrefix(doc.Logo, "http") {
		f.Logo = doc.Logo
	}
	for _, p := range doc.Platforms {
		if slices.Contains(registry.Platforms(), p) && !slices.Contains(f.Platforms, p) {
			f.Platforms = append(f.Platforms, p)
		}
	}
	for _, c := range doc.Categories {
		if slices.Contains(publiccode.Categories(), c) && !slices.Contains(f.Categories, c) {
			f.Categories = append(f.Categories, c)
		}
	}
	for lang, d := range doc.Description {
		if short := oneLine(d.ShortDescription); short != "" {
			put(&f.Summary, lang, short)
		}
		if long := withFeatures(d); long != "" {
			put(&f.Description, lang, long)
		}
	}
	for _, lang := range []string{"fr", "en"} {
		f.Documentation = cmpText(f.Documentation, doc.Description[lang].Documentation)
	}
	return f
}

// withFeatures returns the long description followed by the list of features, if both fit.
func withFeatures(d publiccode.Description) string {
	long := strings.TrimSpace(d.LongDescription)
	whole := long
	for i, feature := range d.Features {
		if i == 0 {
			whole += "\n"
		}
		whole += "\n- " + oneLine(feature)
	}
	if len([]rune(whole)) > registry.MaxDescription {
		return long
	}
	return strings.TrimSpace(whole)
}
