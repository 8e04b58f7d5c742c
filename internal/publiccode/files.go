// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package publiccode

import (
	"encoding/xml"
	"image/png"
	"io"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
)

const (
	// minLogoWidth is the reference reader's; the standard asks for 1,000 pixels.
	minLogoWidth = 120
	// maxSVG bounds what is read of a drawing before its first element.
	maxSVG = 64 << 10
)

// picture checks a logo: a relative path or a URL to an SVG or PNG, which must be there and readable
// when the folder is at hand.
func (r *reader) picture(field, value string) {
	if value == "" || !r.reachable(field, value) {
		return
	}
	name := extension(value)
	if !slices.Contains([]string{".svg", ".svgz", ".png"}, name) {
		r.fail(field, "image_extension", "must be an SVG or PNG file")
		return
	}
	f := r.open(field, value)
	if f == nil {
		return
	}
	defer f.Close() //nolint:errcheck // opened to be read
	switch name {
	case ".png":
		header, err := png.DecodeConfig(f)
		if err != nil {
			r.fail(field, "image_unreadable", "is not a readable PNG image")
		} else if header.Width < minLogoWidth {
			r.fail(field, "image_small", "must be at least 120 pixels wide")
		}
	case ".svg":
		if !isSVG(f) {
			r.warn(field, "image_unreadable", "does not look like an SVG drawing")
		}
	}
}

// screenshot checks a picture of the software, JPEG or PNG.
func (r *reader) screenshot(field, value string) {
	if !r.reachable(field, value) {
		return
	}
	if !slices.Contains([]string{".jpg", ".png"}, extension(value)) {
		r.fail(field, "image_extension", "must be a JPEG (.jpg) or PNG file")
		return
	}
	r.file(field, value)
}

// file checks that a relative path leads to a file, when the folder is at hand.
func (r *reader) file(field, value string) {
	if !r.reachable(field, value) {
		return
	}
	if f := r.open(field, value); f != nil {
		f.Close() //nolint:errcheck,gosec // opened only to see that it is there
	}
}

// reachable refuses the paths that only make sense on the author's own machine.
func (r *reader) reachable(field, value string) bool {
	switch {
	case strings.HasPrefix(value, "/"):
		r.once(field, "path_absolute", "is an absolute path; use a relative path or a URL")
	case strings.HasPrefix(value, "file:"):
		r.once(field, "path_file_url", "is a file: URL; use a relative path or a URL")
	default:
		return true
	}
	return false
}

// once is fail, unless that was already said of the field.
func (r *reader) once(field, code, message string) {
	if !slices.ContainsFunc(r.problems, func(p Problem) bool {
		return p.Field == field && p.Code == "publiccode_"+code
	}) {
		r.fail(field, code, message)
	}
}

// open returns the file of a relative path, nil when it is a URL or no folder is at hand, and nil
// with an error noted when it is not there.
func (r *reader) open(field, value string) fs.File {
	if u, err := url.ParseRequestURI(value); r.opts.Dir == nil || err == nil && u.Scheme != "" {
		return nil
	}
	name := path.Clean(value)
	if !fs.ValidPath(name) { // it climbs out of the folder
		r.fail(field, "file_missing", "is outside of the repository")
		return nil
	}
	f, err := r.opts.Dir.Open(name)
	if err == nil {
		if info, statErr := f.Stat(); statErr == nil && !info.IsDir() {
			return f
		}
		f.Close() //nolint:errcheck,gosec // a folder, not read
	}
	r.fail(field, "file_missing", "is not in the repository")
	return nil
}

// extension returns the lower-case extension of a path or URL, without its query.
func extension(value string) string {
	if u, err := url.Parse(value); err == nil {
		value = u.Path
	}
	return strings.ToLower(path.Ext(value))
}

// isSVG reports whether the first element is svg.
func isSVG(in io.Reader) bool {
	decoder := xml.NewDecoder(io.LimitReader(in, maxSVG))
	decoder.Strict = false
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return false
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local == "svg"
		}
	}
}
