// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"maillage/frontend"
	"maillage/internal/mail"
)

const envPrefix = "MAILLAGE_"

// Config is everything an instance is told, checked. It is filled from, strongest first: flags,
// environment, file, defaults.
type Config struct {
	Listen         string
	Data           string // folder: SQLite database, index
	Database       string // a PostgreSQL URL; empty for SQLite. A secret.
	BaseURL        string // scheme and host, without a slash at the end
	TrustedProxies []netip.Prefix
	RateLimit      int // requests per five minutes and address; 0 for any number
	LogLevel       slog.Level
	LogFormat      string // "text" or "json"
	Name           string // of the instance, for people
	Languages      []string
	Contact        string // e-mail; may be empty
	MetricsListen  string // empty for none
	Legal          frontend.Legal

	SecretKey        []byte // 32 bytes; nil for the one of the data folder. A secret.
	PasswordMinimum  int    // code points
	Mail             mail.Config
	ProvidersFile    string // identity providers; empty for none
	IdentityNetworks []netip.Prefix

	sources map[string]source
}

// HTTPS reports whether people reach the instance by https.
func (c Config) HTTPS() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Logger returns the logger that LogLevel and LogFormat ask for.
func (c Config) Logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// Print writes each setting, its value and where it came from. Secrets are masked.
func (c Config) Print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range settings() {
		from := c.sources[s.name]
		value := from.value
		if s.show != nil {
			value = s.show(value)
		}
		if s.name == "base_url" {
			value = c.BaseURL
		}
		fmt.Fprintf(out, "%s\t%s\t(%s)\n", s.name, value, from.origin)
	}
	return out.Flush()
}

// source is a value as it was written, and where: "--listen", "MAILLAGE_LISTEN", "maillage.yaml:3".
type source struct {
	value, origin string
}

// ConfigError is every fault found, one message each, in the administrator's language.
type ConfigError struct {
	Faults []string
}

func (e *ConfigError) Error() string { return strings.Join(e.Faults, "\n") }

// addConfigFlags gives a command the flags that loadConfig reads.
func addConfigFlags(flags *pflag.FlagSet) {
	flags.String("config", "", "fichier de configuration YAML / YAML configuration file")
	for _, s := range settings() {
		flags.String(s.flag(), s.def, s.usage)
	}
}

// loader gathers values and faults. A setting with a fault keeps its default, so that the checks that
// follow do not blame what depends on it.
type loader struct {
	words   words
	sources map[string]source
	faults  []string
}

// loadConfig fills a Config and checks all of it: values, unknown names, and that the data folder can
// be used. It returns a *ConfigError naming everything wrong at once.
func loadConfig(flags *pflag.FlagSet, environ []string) (Config, error) {
	l := &loader{words: wordsFor(environ), sources: map[string]source{}}
	for _, s := range settings() {
		l.sources[s.name] = source{s.def, l.words.byDefault}
	}
	env, file := l.environment(environ)
	if f := flags.Lookup("config"); f != nil && f.Changed {
		file = source{f.Value.String(), "--config"}
	}
	if file.value != "" {
		l.file(file)
	}
	for name, s := range env {
		l.sources[name] = s
	}
	for _, s := range settings() {
		if f := flags.Lookup(s.flag()); f != nil && f.Changed {
			l.sources[s.name] = source{f.Value.String(), "--" + s.flag()}
		}
	}
	c := Config{sources: l.sources}
	for _, s := range settings() {
		if from := l.sources[s.name]; !l.apply(&c, s, from) && s.def != from.value {
			_ = s.set(&c, s.def) // a default is always right: a test holds it
		}
	}
	l.together(&c)
	if len(l.faults) > 0 {
		return Config{}, &ConfigError{l.faults}
	}
	return c, nil
}

func (l *loader) apply(c *Config, s setting, from source) bool {
	if why := s.set(c, from.value); why != "" {
		l.fault(s.name, from.origin, why)
		return false
	}
	return true
}

// fault notes one message: the setting, where it was written, and what is wrong.
func (l *loader) fault(name, origin, why string) {
	l.faults = append(l.faults, fmt.Sprintf("%s (%s)%s%s", name, origin, l.words.colon, l.words.say(why)))
}

// together checks what no setting shows alone.
func (l *loader) together(c *Config) {
	if c.BaseURL == "" {
		c.BaseURL = "http://" + reachable(c.Listen)
	}
	if c.MetricsListen != "" && c.MetricsListen == c.Listen {
		l.fault("metrics_listen", l.sources["metrics_listen"].origin, "same_as_listen")
	}
	for _, problem := range c.mail().Problems() {
		name, why, _ := strings.Cut(problem, ": ")
		if from, ours := l.sources[name]; ours && strings.HasPrefix(name, "mail_") {
			l.fault(name, from.origin, why)
		}
	}
	l.legal(c)
	if err := usable(c.Data); err != nil {
		l.fault("data", l.sources["data"].origin, "data_unusable="+err.Error())
	}
}

// environment reads MAILLAGE_*. An empty variable is one that is not set: composition files write
// them so.
func (l *loader) environment(environ []string) (env map[string]source, file source) {
	env = map[string]source{}
	known := map[string]setting{}
	for _, s := range settings() {
		known[envPrefix+strings.ToUpper(s.name)] = s
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" {
			continue
		}
		if name == envPrefix+"CONFIG" {
			file = source{value, name}
			continue
		}
		s, ok := known[name]
		if stem, isFile := strings.CutSuffix(name, "_FILE"); !ok && isFile && known[stem].secret {
			s, ok = known[stem], true
			var err error
			if value, err = readSecret(value); err != nil {
				l.fault(s.name, name, "unreadable="+err.Error())
				continue
			}
		}
		if !ok {
			l.fault(name, l.words.environment, "unknown_setting")
			continue
		}
		if old, twice := env[s.name]; twice {
			l.fault(s.name, name, "given_twice="+old.origin)
			continue
		}
		env[s.name] = source{value, name}
	}
	return env, file
}

// readSecret reads a file mounted by the orchestrator, without the line break editors leave.
func readSecret(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
