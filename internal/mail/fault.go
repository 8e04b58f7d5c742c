// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import (
	"errors"
	"net/textproto"
	"regexp"
	"strings"

	"maillage/internal/fault"
)

// PermanentError is a letter that trying again cannot send: the server refused the recipient or the
// message (RFC 5321 §4.2.1, 5yz), or the letter itself is wrong. An outbox parks it at once. Every other
// error of Send is worth another try.
type PermanentError struct{ Fault *fault.Error }

func (e *PermanentError) Error() string { return e.Fault.Error() }
func (e *PermanentError) Unwrap() error { return e.Fault }

// Permanent is always true. A room that does not know this one asks errors.As for an
// interface{ Permanent() bool }.
func (e *PermanentError) Permanent() bool { return true }

// IsPermanent reports whether err holds a PermanentError.
func IsPermanent(err error) bool {
	_, ok := errors.AsType[*PermanentError](err)
	return ok
}

// unsendable is a letter nobody can send as it is written. Its cause never quotes a value: it is
// kept in the outbox and in logs.
func unsendable(why string) error {
	return &PermanentError{fault.Wrap(fault.Invalid, "mail_letter_invalid", errors.New(why))}
}

// replyError is what a server answered, or how the connection broke, at one step.
type replyError struct {
	step string
	err  error
}

// Error names the step and gives the server's words without addresses: this text outlives the account
// it was about.
func (e *replyError) Error() string { return e.step + ": " + masked(e.err.Error()) }
func (e *replyError) Unwrap() error { return e.err }

// refused reports a 5yz reply, which the same command would get again.
func refused(err error) bool {
	reply, ok := errors.AsType[*textproto.Error](err)
	return ok && reply.Code >= 500 && reply.Code < 600
}

// anAddress is an address in the words of a server, with or without brackets.
var anAddress = regexp.MustCompile(`[^\s<>()\[\]",;:]*@[^\s<>()",;]*`)

const maxReply = 300 // code points of a server's answer that are worth keeping

// masked makes a server's answer fit to be kept: one line, no address, not endless.
func masked(s string) string {
	s = anAddress.ReplaceAllString(oneLine(s), "(address)")
	if r := []rune(s); len(r) > maxReply {
		s = string(r[:maxReply]) + "…"
	}
	return strings.TrimSpace(s)
}
