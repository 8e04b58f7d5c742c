// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import "io/fs"

// Seal gives tests the bytes of a message and its envelope.
func (p *Postman) Seal(l Letter) (from, to string, data []byte, err error) {
	e, err := p.seal(l)
	return e.from, e.to, e.data, err
}

// LoadSpeech reads the templates of one language.
func LoadSpeech(files fs.FS, lang string) error {
	_, err := loadSpeech(files, lang)
	return err
}

// Templates are the files embedded.
func Templates() fs.FS { return templates() }

// ReadWords reads a vocabulary.
func ReadWords(source string) (map[string]string, error) { return readWords(source) }

// CleanAddress checks an address and returns the header it makes.
func CleanAddress(name, email string) (header, bare string, ok bool) {
	a, ok := address(name, email)
	if !ok {
		return "", "", false
	}
	return a.String(), a.Address, true
}

// Masked makes a server's answer fit to be kept.
func Masked(s string) string { return masked(s) }

// NearOnly says whether an address would be dialled without TLS.
func NearOnly(address string) error { return nearOnly(address) }
