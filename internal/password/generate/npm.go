// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// file returns the content of one file of the archive of an npm package.
func file(archive, name string) ([]byte, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", archive, err)
	}
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w: %s", archive, os.ErrNotExist, name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", archive, err)
		}
		if h.Name == "package/"+name {
			return io.ReadAll(files)
		}
	}
}

// version returns the version of the package, and an error when it is another one than expected.
func version(archive, name string) (string, error) {
	data, err := file(archive, "package.json")
	if err != nil {
		return "", err
	}
	var about struct{ Name, Version string }
	if err := json.Unmarshal(data, &about); err != nil {
		return "", fmt.Errorf("%s: package.json: %w", archive, err)
	}
	if about.Name != name {
		return "", fmt.Errorf("%s is the package %q, not %s", archive, about.Name, name)
	}
	return about.Version, nil
}
