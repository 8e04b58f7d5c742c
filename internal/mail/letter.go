// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

// Package mail sends the letters of the instance: codes, invitations, notices. A letter is a kind, a
// recipient and a few values; its words are in templates, French and English, and its first form is
// plain text. It leaves by SMTP, or, where no server is set, is written to a folder.
//
// Delivery is at least once. Sending a letter again under the same ID overwrites its file in a folder;
// by SMTP it bears the same Message-ID, and Config.Sent, which remembers what a server accepted,
// leaves only the moment between the server's answer and the mark for a second copy.
package mail

import "time"

// Address is where a letter goes. Email is a bare address (RFC 5321 Mailbox, without quoting); Name
// may be empty.
type Address struct{ Name, Email string }

// Letter is one message to one person.
type Letter struct {
	// ID is the delivery's: it becomes the left side of the Message-ID and the name of the file, so
	// it is made of letters, digits, "_", "-" and single inner dots, 128 bytes at most.
	ID   string
	Kind Kind
	To   Address // the name greets the person
	Lang string  // "fr" or "en"
	// Values are exactly those Values(Kind) names; the optional ones may be empty or absent.
	Values map[string]string
	At     time.Time // the Date header; the same at every attempt
}

// Message is a composed letter: Subject of one line; Text wrapped at 76 columns where words allow, with
// line feeds; HTML with no image, script, or remote resource.
type Message struct{ Subject, Text, HTML string }
