// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// setting is one thing an instance is told. Its name is the key of the file; the flag has dashes, the
// variable is in capitals.
type setting struct {
	name, def, usage string
	secret, list     bool
	// set checks a value and puts it in the Config; it returns the code of what is wrong, perhaps
	// followed by "=" and a detail, or nothing.
	set  func(c *Config, value string) string
	show func(value string) string // masks it; nil to show it as it is
}

func (s setting) flag() string { return strings.ReplaceAll(s.name, "_", "-") }

func settings() []setting { return slices.Concat(houseSettings(), legalSettings(), memberSettings()) }

func houseSettings() []setting {
	return []setting{
		{name: "listen", def: "127.0.0.1:8080", set: setListen,
			usage: "adresse et port d’écoute / address and port to listen on"},
		{name: "data", def: "./maillage-data", set: setData,
			usage: "dossier des données / data folder"},
		{name: "database", secret: true, set: setDatabase, show: maskDatabase,
			usage: "URL PostgreSQL ; SQLite dans le dossier des données sinon / PostgreSQL URL; else SQLite in the data folder"},
		{name: "base_url", set: setBaseURL,
			usage: "adresse publique, déduite de l’écoute par défaut / public address, by default from listen"},
		{name: "trusted_proxies", list: true, set: setProxies,
			usage: "réseaux des mandataires crus sur parole (CIDR, virgules) / networks of trusted proxies (CIDR, commas)"},
		{name: "rate_limit", def: "300", set: setRate,
			usage: "demandes par adresse et par 5 minutes, 0 sans limite / requests per address and 5 minutes, 0 for no limit"},
		{name: "log_level", def: "info", set: setLevel,
			usage: "niveau du journal / log level: debug, info, warn, error"},
		{name: "log_format", def: "text", set: setFormat,
			usage: "forme du journal / log format: text, json"},
		{name: "name", def: "Maillage", set: setName,
			usage: "nom de l’instance / name of the instance"},
		{name: "languages", def: "fr,en", list: true, set: setLanguages,
			usage: "langues proposées, la première par défaut / languages offered, the first by default"},
		{name: "contact", set: setContact,
			usage: "courriel de contact / contact e-mail"},
		{name: "metrics_listen", set: setMetrics,
			usage: "adresse d’écoute des mesures et de pprof, vide sans / address for metrics and pprof, empty for none"},
	}
}

func setListen(c *Config, v string) string {
	c.Listen = v
	return listenFault(v)
}

func setMetrics(c *Config, v string) string {
	c.MetricsListen = v
	if v == "" {
		return ""
	}
	return listenFault(v)
}

func listenFault(v string) string {
	host, port, err := net.SplitHostPort(v)
	n, numErr := strconv.ParseUint(port, 10, 16)
	if err != nil || numErr != nil || strconv.FormatUint(n, 10) != port {
		return "bad_listen=" + v
	}
	if _, err := netip.ParseAddr(host); host != "" && host != "localhost" && err != nil {
		return "bad_listen=" + v
	}
	return ""
}

// reachable is an address to listen on made one to connect to.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

func setData(c *Config, v string) string {
	c.Data = v
	if v == "" || strings.ContainsRune(v, 0) {
		return "empty"
	}
	return ""
}

// usable tries the data folder: by a file in it, or by a folder in the nearest one there is. What it
// makes it removes.
func usable(data string) error {
	dir := filepath.Clean(data)
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			return &os.PathError{Op: "open", Path: dir, Err: os.ErrExist}
		}
		if err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if !os.IsNotExist(err) || parent == dir {
			return err
		}
		dir = parent
	}
	probe, err := os.MkdirTemp(dir, ".maillage-probe-")
	if err != nil {
		return err
	}
	return os.Remove(probe)
}

func setDatabase(c *Config, v string) string {
	c.Database = v
	if v == "" {
		return ""
	}
	u, err := url.Parse(v) // its error would quote the password
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" && !u.Query().Has("host") {
		return "bad_database"
	}
	return ""
}

// maskDatabase keeps what helps to recognise a database. The query goes whole: it may hold a password.
func maskDatabase(v string) string {
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil {
		return "***"
	}
	user := u.User.Username()
	if _, has := u.User.Password(); has {
		user += ":***"
	}
	if user != "" {
		user += "@"
	}
	rest := ""
	if u.RawQuery != "" {
		rest = "?***"
	}
	return u.Scheme + "://" + user + u.Host + u.Path + rest
}

func setBaseURL(c *Config, v string) string {
	if v == "" {
		c.BaseURL = ""
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return "bad_base_url=" + v
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "base_url_path=" + v
	}
	c.BaseURL = u.Scheme + "://" + strings.ToLower(u.Host)
	return ""
}

func setProxies(c *Config, v string) string {
	c.TrustedProxies = nil
	for _, s := range parts(v) {
		p, err := netip.ParsePrefix(s)
		if a, addrErr := netip.ParseAddr(s); err != nil && addrErr == nil && a.Zone() == "" {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return "bad_network=" + s
		}
		if p.Bits() == 0 {
			return "whole_world=" + s
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return ""
}

func setRate(c *Config, v string) string {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 1_000_000 {
		return "bad_rate=" + v
	}
	c.RateLimit = n
	return ""
}

func setLevel(c *Config, v string) string {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[v]
	if !ok {
		return "not_one_of=debug, info, warn, error"
	}
	c.LogLevel = level
	return ""
}

func setFormat(c *Config, v string) string {
	if v != "text" && v != "json" {
		return "not_one_of=text, json"
	}
	c.LogFormat = v
	return ""
}

func setName(c *Config, v string) string {
	v = strings.TrimSpace(v)
	if v == "" || !utf8.ValidString(v) || utf8.RuneCountInString(v) > 200 || strings.ContainsFunc(v, unicode.IsControl) {
		return "bad_name"
	}
	c.Name = v
	return ""
}

func setLanguages(c *Config, v string) string {
	c.Languages = nil
	for _, l := range parts(v) {
		if l != "fr" && l != "en" || slices.Contains(c.Languages, l) {
			return "not_one_of=fr, en"
		}
		c.Languages = append(c.Languages, l)
	}
	if len(c.Languages) == 0 {
		return "not_one_of=fr, en"
	}
	return ""
}

func setContact(c *Config, v string) string {
	if v != "" {
		if a, err := mail.ParseAddress(v); err != nil || a.Address != v {
			return "bad_email=" + v
		}
	}
	c.Contact = v
	return ""
}

func parts(v string) []string {
	var out []string
	for _, s := range strings.Split(v, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
