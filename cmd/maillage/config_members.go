// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"maillage/internal/mail"
	"maillage/internal/member"
	"maillage/internal/password"
)

// memberSettings are what accounts and mail must be told.
func memberSettings() []setting {
	return []setting{
		{name: "secret_key", secret: true, set: setSecretKey, show: maskSecret,
			usage: "clé de l’instance, 64 chiffres hexadécimaux ; sinon secret.key dans le dossier des données / instance key, 64 hex digits; else secret.key in the data folder"},
		{name: "password_minimum", def: "15", set: setPasswordMinimum,
			usage: "longueur minimale des mots de passe, au moins 15 / least length of passwords, at least 15"},
		{name: "mail_host", set: func(c *Config, v string) string { c.Mail.Host = v; return "" },
			usage: "serveur SMTP ; sans lui les messages sont écrits dans le dossier des données / SMTP server; without one messages are written to the data folder"},
		{name: "mail_port", set: setMailPort, usage: "port SMTP / SMTP port"},
		{name: "mail_tls", def: "starttls", set: setMailTLS,
			usage: "chiffrement SMTP / SMTP encryption: tls, starttls, opportunistic, none"},
		{name: "mail_username", set: func(c *Config, v string) string { c.Mail.Username = v; return "" },
			usage: "identifiant SMTP / SMTP user name"},
		{name: "mail_password", secret: true, show: maskSecret,
			set:   func(c *Config, v string) string { c.Mail.Password = v; return "" },
			usage: "mot de passe SMTP / SMTP password"},
		{name: "mail_from", set: func(c *Config, v string) string { c.Mail.From = v; return "" },
			usage: "adresse d’expédition / sender address"},
		{name: "mail_reply_to", set: func(c *Config, v string) string { c.Mail.ReplyTo = v; return "" },
			usage: "adresse de réponse / reply address"},
		{name: "identity_providers", set: func(c *Config, v string) string { c.ProvidersFile = v; return "" },
			usage: "fichier YAML des fournisseurs d’identité (ProConnect, LemonLDAP::NG, Keycloak) / YAML file of identity providers"},
		{name: "identity_networks", list: true, set: setIdentityNetworks,
			usage: "réseaux privés où un fournisseur d’identité peut être joint (CIDR) / private networks where an identity provider may be reached (CIDR)"},
	}
}

// maskSecret shows that there is a secret, and nothing of it.
func maskSecret(v string) string {
	if v == "" {
		return ""
	}
	return "***"
}

func setSecretKey(c *Config, v string) string {
	c.SecretKey = nil
	if v == "" {
		return ""
	}
	raw, err := hex.DecodeString(strings.TrimSpace(v))
	if err != nil || len(raw) != member.MasterSize {
		return "bad_key"
	}
	c.SecretKey = raw
	return ""
}

func setPasswordMinimum(c *Config, v string) string {
	n, err := strconv.Atoi(v)
	if err != nil || n < password.MinCodePoints || n > 64 {
		return "bad_minimum=" + v
	}
	c.PasswordMinimum = n
	return ""
}

func setMailPort(c *Config, v string) string {
	if v == "" {
		return ""
	}
	n, err := strconv.ParseUint(v, 10, 16)
	if err != nil || n == 0 {
		return "bad_port=" + v
	}
	c.Mail.Port = int(n)
	return ""
}

func setMailTLS(c *Config, v string) string {
	c.Mail.TLS = mail.TLS(v)
	switch v {
	case "tls", "starttls", "opportunistic", "none":
		return ""
	}
	return "not_one_of=tls, starttls, opportunistic, none"
}

func setIdentityNetworks(c *Config, v string) string {
	c.IdentityNetworks = nil
	for _, s := range parts(v) {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return "bad_network=" + s
		}
		c.IdentityNetworks = append(c.IdentityNetworks, p.Masked())
	}
	return ""
}
