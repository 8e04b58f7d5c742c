// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import (
	"fmt"
	"strings"
	"time"
)

// ProcessingRegister returns the record of processing activities (GDPR art. 30.1) as Markdown, from
// the retention table, in French or English. contact is where people write; empty leaves it to be
// filled in.
func ProcessingRegister(l, site, contact string) string {
	say := func(fr, en string) string { return Said{fr, en}.In(l) }
	if contact == "" {
		contact = say("à compléter", "to be filled in")
	}
	var b strings.Builder
	line := func(fr, en string) { fmt.Fprintln(&b, say(fr, en)) }
	fmt.Fprintf(&b, "# %s : %s\n\n", cellText(site), say("registre des traitements (RGPD, art. 30)", "record of processing activities (GDPR, art. 30)"))
	fmt.Fprintf(&b, "- %s : %s (%s)\n", say("Responsable du traitement", "Controller"), cellText(site), cellText(contact))
	line("- Personnes concernées : agents publics et prestataires membres du collectif, personnes invitées",
		"- Data subjects: public officials and providers who are members, people invited")
	line("- Destinataires : ceux du tableau ; aucun tiers, aucun traceur", "- Recipients: those of the table; no third party, no tracker")
	line("- Transferts hors de l’Union européenne : aucun du fait du logiciel", "- Transfers out of the European Union: none made by the software")
	line("- Sécurité : mots de passe par argon2id, second facteur pour les animateurs, secrets gardés par empreinte, journal chaîné, accès décidés à chaque demande",
		"- Security: passwords by argon2id, a second factor for organisers, secrets kept as hashes, a chained trail, access decided at each request")
	line("- Droits : export, rectification et effacement par la personne elle-même, depuis son compte",
		"- Rights: export, rectification and erasure by the person themself, from their account")
	fmt.Fprintf(&b, "\n| %s | %s | %s | %s |\n| --- | --- | --- | --- |\n", say("données", "data"), say("finalité et base légale", "purpose and legal basis"),
		say("durée", "how long"), say("qui les voit", "who sees them"))
	for _, r := range Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.What.In(l), r.Why.In(l), r.HowLong(l), r.Who.In(l))
	}
	return b.String()
}

// HowLong says in words, in French or English, how long the thing is kept.
func (r Rule) HowLong(l string) string {
	var parts []string
	if days := int(r.Keep / (24 * time.Hour)); days > 0 {
		unit := Said{"jours", "days"}
		if days == 1 {
			unit = Said{"jour", "day"}
		}
		n := days
		if days%365 == 0 {
			n, unit = days/365, Said{"ans", "years"}
			if n == 1 {
				unit = Said{"an", "year"}
			}
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, unit.In(l)))
	}
	if until := r.Until.In(l); until != "" {
		parts = append(parts, until)
	}
	return strings.Join(parts, " ; ")
}

// cellText keeps a setting from breaking the table.
func cellText(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ").Replace(s)
}
