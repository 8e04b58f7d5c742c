// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"maillage/frontend"
	"maillage/internal/mail"
	"maillage/internal/member"
	"maillage/internal/passkey"
	"maillage/internal/password"
	"maillage/internal/registry"
)

// secretFile holds the instance's master secret when the configuration gives none: one key in
// hexadecimal a line, the one in use first, then those in use before.
const secretFile = "secret.key"

// masters returns the master secrets, the one in use first. A new instance makes its own: made is then
// true.
func masters(cfg Config) (all [][]byte, made bool, err error) {
	path := filepath.Join(cfg.Data, secretFile)
	body, err := os.ReadFile(path) //nolint:gosec // a file of the data folder
	if errors.Is(err, fs.ErrNotExist) && cfg.SecretKey == nil {
		body, err = newMaster(path)
		made = err == nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, made, fmt.Errorf("secret key: %w", err)
	}
	if cfg.SecretKey != nil {
		all = append(all, cfg.SecretKey)
	}
	for line := range strings.Lines(string(body)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := hex.DecodeString(line)
		if err != nil || len(key) != member.MasterSize {
			return nil, made, fmt.Errorf("secret key: %s: want %d bytes in hexadecimal on each line", path, member.MasterSize)
		}
		all = append(all, key)
	}
	if len(all) == 0 {
		return nil, made, fmt.Errorf("secret key: %s is empty", path)
	}
	return all, made, nil
}

// newMaster makes the file. Of two processes that start at once, one makes it and the other reads it.
func newMaster(path string) ([]byte, error) {
	key := make([]byte, member.MasterSize)
	rand.Read(key) //nolint:errcheck // never fails since Go 1.24
	next, err := os.CreateTemp(filepath.Dir(path), secretFile+".")
	if err != nil {
		return nil, err
	}
	defer os.Remove(next.Name()) //nolint:errcheck // linked under its name by then, or of no use
	_, err = next.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, next.Sync(), next.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(next.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // a file of the data folder
}

// keys derives the instance's keys.
func (a *app) keys() (k member.Keys, err error) {
	all, made, err := masters(a.cfg)
	if err != nil {
		return k, err
	}
	a.madeKey = made
	return member.NewKeys(all[0], all[1:]...)
}

// openMembers puts the members' room together.
func (a *app) openMembers(k member.Keys) error {
	hasher, err := password.NewHasher(k.Peppers)
	if err != nil {
		return err
	}
	conf, err := passkey.ForSite(a.cfg.Name, a.cfg.BaseURL)
	var keys *passkey.Relying
	if err == nil {
		conf.Now = time.Now
		keys, err = passkey.New(conf)
	}
	a.noPasskeys = err // an IP address, or plain http: browsers have no passkeys there
	a.members = member.NewService(member.Config{Store: a.db, Bodies: registry.NewBodies(a.registry, a.db), Hasher: hasher,
		Policy: password.Policy{Minimum: a.cfg.PasswordMinimum}, Keys: k, Passkeys: keys, Now: time.Now,
		Site: a.cfg.Name, Contact: a.cfg.Contact, Tokens: a.tokens, Ledger: a.cfg.ledger()})
	a.board.Listen(mailListener, a.deliver, member.NoticeDue{}.FactName())
	return nil
}

// mail returns the settings of the mail room.
func (c Config) mail() mail.Config {
	m := c.Mail
	m.Site, m.BaseURL, m.Contact, m.Folder = c.Name, c.BaseURL, c.Contact, filepath.Join(c.Data, "mail")
	return m
}

// mailListener is the subscriber of due messages.
const mailListener = "mail.notices"

// openMail opens the mail room of a server; other commands only record what is due.
func (a *app) openMail() error {
	if a.madeKey && a.cfg.Database != "" {
		a.log.Warn("a secret key was made; every replica needs the same one", slog.String("file", filepath.Join(a.cfg.Data, secretFile)))
	}
	if a.noPasskeys != nil {
		a.log.Info("no passkeys at this address", slog.Any("error", a.noPasskeys))
	}
	conf := a.cfg.mail()
	conf.Now, conf.Logger, conf.Sent = time.Now, a.log, a.db
	var err error
	a.postman, err = mail.New(conf)
	return err
}

// pages are the addresses messages lead to.
func (a *app) pages(p member.Page, arg string) string { return frontend.Address(a.cfg.BaseURL, p, arg) }
