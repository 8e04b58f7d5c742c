// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package member

import "time"

// Said is a sentence in both languages.
type Said struct{ FR, EN string }

// In returns the sentence in a language; French for one that is not English.
func (s Said) In(l string) string {
	if lang(l) == "en" {
		return s.EN
	}
	return s.FR
}

// Rule says of one kind of data what it is, why and on which legal basis it is kept, how long, and who
// sees it. The daily job and the register of processing both read it.
type Rule struct {
	Retained Retained
	What     Said
	Why      Said // purpose and legal basis, an article of the GDPR
	// Keep counts from the last use or end of the thing. 0 is no automatic deletion: Until says when.
	Keep  time.Duration
	Until Said
	Who   Said
}

// Lives of what is kept.
const (
	day24     = 24 * time.Hour
	month     = 30 * day24
	year      = 365 * day24
	dormantAt = 3 * year
)

// Rules returns the retention table.
func Rules() []Rule {
	organisers := Said{"la personne, les animateurs", "the person, the organisers"}
	self := Said{"la personne seule", "the person alone"}
	nobody := Said{"personne, hors l’exploitation technique", "nobody but those who run the instance"}
	service := Said{"tenir l’espace des membres (art. 6.1.b ou 6.1.e)", "to run the members’ space (art. 6.1.b or 6.1.e)"}
	security := Said{"protéger les comptes (art. 6.1.f, art. 32)", "to protect accounts (art. 6.1.f, art. 32)"}
	return []Rule{
		{RetainAccounts, Said{"comptes : nom, adresse professionnelle, fonction, centres d’intérêt, réglages", "accounts: name, work address, function, interests, settings"},
			service, 0, Said{"jusqu’à l’effacement demandé ; sans visite, voir les comptes dormants", "until erasure is asked for; without a visit, see dormant accounts"},
			Said{"la personne, les membres de son organisme, les animateurs", "the person, members of their body, the organisers"}},
		{RetainMemberships, Said{"appartenances à un organisme : rôle, preuve, dates", "memberships of a body: role, proof, dates"},
			service, 0, Said{"avec le compte ; après effacement il n’en reste qu’un identifiant", "with the account; after erasure only an identifier is left"},
			Said{"la personne, les membres de l’organisme, les animateurs", "the person, members of the body, the organisers"}},
		{RetainDormant, Said{"comptes sans visite", "accounts without a visit"},
			Said{"minimiser : signalés à l’administrateur, qui écrit avant d’effacer", "minimisation: told to the administrator, who writes before erasing"},
			dormantAt, Said{"signalement, jamais effacement automatique", "told, never erased automatically"}, organisers},
		{RetainRefusals, Said{"demandes refusées et leur motif", "refused requests and their reason"}, service, year, Said{}, organisers},
		{RetainChallenges, Said{"liens et codes à usage unique, invitations", "one-time links and codes, invitations"}, security, day24, Said{}, nobody},
		{RetainSessions, Said{"sessions : appareil, réseau tronqué, dates", "sessions: device, shortened network, dates"}, security, month, Said{}, self},
		{RetainDevices, Said{"appareils reconnus (empreinte d’un témoin)", "known devices (hash of a cookie)"}, security, DeviceLife, Said{}, nobody},
		{RetainAttempts, Said{"compteurs d’échecs, sous des noms illisibles", "counters of failures, under unreadable names"}, security, year, Said{}, nobody},
		{RetainSecrets, Said{"jetons et mots de passe d’application révoqués ou échus (empreintes)", "revoked or expired tokens and app passwords (hashes)"}, security, year, Said{}, self},
		{RetainLetters, Said{"identifiants des messages envoyés, sans destinataire", "identifiers of sent messages, without addressee"},
			Said{"ne pas écrire deux fois (art. 6.1.f)", "not to write twice (art. 6.1.f)"}, month, Said{}, nobody},
		{RetainMail, Said{"messages écrits dans le dossier courriel, faute de serveur", "messages written to the mail folder, for want of a server"}, service, month, Said{}, nobody},
		{RetainAnswers, Said{"réponses de l’API gardées pour les reprises", "API answers kept for retries"}, service, day24, Said{}, nobody},
		{RetainTrail, Said{"journal chaîné : qui a fait quoi, par identifiants seuls", "chained trail: who did what, by identifiers alone"},
			Said{"rendre compte (art. 5.2, art. 6.1.f)", "accountability (art. 5.2, art. 6.1.f)"}, 0,
			Said{"avec l’instance : retirer une ligne romprait la chaîne ; après effacement, l’identifiant ne désigne plus personne",
				"with the instance: removing a line would break the chain; after erasure the identifier names nobody"},
			Said{"les animateurs ; chacun pour ses lignes", "the organisers; each person for their own lines"}},
		{RetainLedger, Said{"registre des effacements : identifiant et date", "erasure ledger: identifier and date"},
			Said{"ne faire revenir personne d’une sauvegarde (art. 17, art. 6.1.c)", "to bring nobody back from a backup (art. 17, art. 6.1.c)"}, 0,
			Said{"tant qu’une sauvegarde peut être restaurée", "as long as a backup may be restored"}, nobody},
	}
}
