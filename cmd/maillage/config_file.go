// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfig is more than any configuration, in bytes.
const maxConfig = 1 << 20

// file reads the YAML file of settings. It goes through the nodes rather than into a struct, to say
// the line of each fault and of each value.
func (l *loader) file(from source) {
	path := from.value
	data, err := readConfig(path)
	if err != nil {
		l.fault("config", from.origin, "unreadable="+err.Error())
		return
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err = decoder.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return // nothing but comments
	}
	if err == nil && !errors.Is(decoder.Decode(&second), io.EOF) {
		err = errors.New("more than one document")
	}
	if err != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		detail := "key: value"
		if err != nil {
			detail = strings.TrimPrefix(err.Error(), "yaml: ")
		}
		l.fault("config", filepath.Base(path), "bad_yaml="+detail)
		return
	}
	known := map[string]setting{}
	for _, s := range settings() {
		known[s.name] = s
	}
	seen := map[string]string{}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		key, value := pairs[i], pairs[i+1]
		origin := filepath.Base(path) + ":" + strconv.Itoa(key.Line)
		s, ok := known[key.Value]
		switch {
		case !ok || key.Kind != yaml.ScalarNode:
			l.fault(key.Value, origin, "unknown_setting")
			continue
		case seen[s.name] != "":
			l.fault(s.name, origin, "given_twice="+seen[s.name])
			continue
		}
		seen[s.name] = origin
		text, ok := scalar(value, s.list)
		if !ok {
			l.fault(s.name, origin, "bad_shape")
			continue
		}
		if s.secret && text != "" {
			l.secretFile(s, path, origin)
		}
		l.sources[s.name] = source{text, origin}
	}
}

func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(data) > maxConfig {
		err = errors.New("too large")
	}
	return data, err
}

// scalar returns a value as it would be written in a flag: a list has commas, null is nothing.
func scalar(n *yaml.Node, list bool) (string, bool) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		return "", true
	case n.Kind == yaml.ScalarNode:
		return n.Value, true
	case n.Kind != yaml.SequenceNode || !list:
		return "", false
	}
	items := make([]string, len(n.Content))
	for i, item := range n.Content {
		if item.Kind != yaml.ScalarNode || strings.Contains(item.Value, ",") {
			return "", false
		}
		items[i] = item.Value
	}
	return strings.Join(items, ","), true
}

// secretFile refuses a secret in a file that everybody on the machine can read.
func (l *loader) secretFile(s setting, path, origin string) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0 {
		l.fault(s.name, origin, "world_readable="+path)
	}
}
