// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Command generate writes the embedded blocklist of internal/password from two npm packages.
//
// Fetch them into internal/password, then run go generate there:
//
//	npm pack @zxcvbn-ts/language-common@4.1.3   (passwords, by frequency)
//	npm pack @zxcvbn-ts/language-fr@4.1.2       (French words, first names, last names)
//	go generate ./internal/password
//
// The same inputs give the same bytes. Words of our own, those lists lack, are in words.txt beside
// this file. After a change, put the new hash and origin in internal/password/blocklist_test.go.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	common := flag.String("common", "", "archive of @zxcvbn-ts/language-common")
	fr := flag.String("fr", "", "archive of @zxcvbn-ts/language-fr")
	out := flag.String("out", "blocklist.bin", "file to write")
	flag.Parse()
	if *common == "" || *fr == "" {
		flag.Usage()
		os.Exit(2)
	}
	words, size, err := generate(*common, *fr, *out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
	fmt.Printf("%s: %d words, %d bytes\n", *out, words, size)
}

func generate(common, fr, out string) (words, size int, err error) {
	list := newList()
	versions := map[string]string{}
	for _, s := range sources() {
		archive := fr
		if s.pkg == commonPackage {
			archive = common
		}
		if versions[s.pkg], err = version(archive, s.pkg); err != nil {
			return 0, 0, err
		}
		if err := list.read(archive, s); err != nil {
			return 0, 0, err
		}
	}
	list.own()
	origin := fmt.Sprintf("%s %s, %s %s", commonPackage, versions[commonPackage], frenchPackage, versions[frenchPackage])
	data := encode(origin, list.ranks)
	return len(list.ranks), len(data), os.WriteFile(out, data, 0o644)
}
