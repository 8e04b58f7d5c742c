// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package mail

import "slices"

// Kind says what a letter is about, and so which template and values it has.
type Kind string

// The kinds of letters.
const (
	ConfirmEmail        Kind = "confirm_email"
	AccountExists       Kind = "account_exists"
	ResetPassword       Kind = "reset_password"
	Invitation          Kind = "invitation"
	RequestReceived     Kind = "request_received"
	RequestToDecide     Kind = "request_to_decide"
	RequestAccepted     Kind = "request_accepted"
	RequestRefused      Kind = "request_refused"
	Welcome             Kind = "welcome"
	NewSignIn           Kind = "new_sign_in"
	PasswordChanged     Kind = "password_changed"
	SecondFactorChanged Kind = "second_factor_changed"
	EmailChanged        Kind = "email_changed"
	ConfirmNewEmail     Kind = "confirm_new_email"
	AccountDisabled     Kind = "account_disabled"
	AccountLocked       Kind = "account_locked"
	LeftBody            Kind = "left_body"
	LeftCollective      Kind = "left_collective"
	Erased              Kind = "erased"
	LastReferent        Kind = "last_referent"
	BodyLeft            Kind = "body_left"
	APISecretCreated    Kind = "api_secret_created"
)

// kinds are the letters there are, each with the values its templates use, all of them and no other.
func kinds() map[Kind][]string {
	return map[Kind][]string{
		ConfirmEmail:        {"code", "link", "minutes", "hours", "body"},
		AccountExists:       {"login_link", "reset_link"},
		ResetPassword:       {"link", "minutes"},
		Invitation:          {"inviter", "body", "role", "link", "days", "message"},
		RequestReceived:     {"body", "deciders", "delay"},
		RequestToDecide:     {"applicant", "email", "function", "body", "link"},
		RequestAccepted:     {"body", "role", "link"},
		RequestRefused:      {"body", "reason", "contact"},
		Welcome:             {"body", "role", "link"},
		NewSignIn:           {"device", "when", "link"},
		PasswordChanged:     {"when", "link"},
		SecondFactorChanged: {"what", "when", "left", "link"},
		EmailChanged:        {"old", "new", "when", "link"},
		ConfirmNewEmail:     {"code", "link", "minutes"},
		AccountDisabled:     {"reason", "contact"},
		AccountLocked:       {"link"},
		LeftBody:            {"body", "when"},
		LeftCollective:      {"when", "body"},
		Erased:              {"when"},
		LastReferent:        {"body", "link"},
		BodyLeft:            {"body", "when", "link"},
		APISecretCreated:    {"what", "name", "when", "link"},
	}
}

// Kinds returns every kind, sorted.
func Kinds() []Kind {
	var all []Kind
	for k := range kinds() {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// Values returns the names of the values a letter of that kind has, nil for an unknown kind. What each
// name holds:
//
//   - link, login_link, reset_link: an address of this instance, below Config.BaseURL;
//   - minutes, hours, days: a whole number, from 1; it is shown with its unit;
//   - left: how many recovery codes are left, from 0, when one was used;
//   - when: a time as in RFC 3339; it is shown in words, in Config.Zone;
//   - role, what: a code of templates/*/words.txt, or words already in the letter's language;
//   - message, reason: what somebody wrote, several lines of it; shown as a quotation;
//   - any other: one line of plain words.
func Values(k Kind) []string { return slices.Clone(kinds()[k]) }

// Optional reports whether a value may be empty: the lines that need it are then left out.
func Optional(value string) bool {
	return value == "message" || value == "reason" || value == "function" || value == "left"
}

// common are the values every template may use besides its own; Config and the recipient give them.
func common() []string { return []string{"site", "base_url", "person"} }
