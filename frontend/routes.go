// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import "github.com/labstack/echo/v4"

// mountMembers adds the routes of accounts: the table of contents of that part of the door.
func (p *Pages) mountMembers(e *echo.Echo) {
	both := func(path string, get, post echo.HandlerFunc) {
		e.GET(path, get)
		e.POST(path, post)
	}
	both("/rejoindre", p.joinPick, p.joinPicked)
	both("/rejoindre/adresse", p.joinAddress, p.joinAddressed)
	both("/rejoindre/confirmer", p.joinConfirm, p.joinConfirmed)
	both("/rejoindre/lien", p.joinConfirm, p.joinConfirmed)
	e.POST("/rejoindre/renvoyer", p.joinResend)
	e.POST("/rejoindre/cle", p.joinPasskey)
	both("/invitations", p.invitation, p.invitationTaken)

	both("/connexion", p.signIn, p.signedIn)
	both("/connexion/code", p.second, p.seconded)
	e.POST("/connexion/cle", p.passkeySignedIn)
	e.POST("/connexion/cle/options", p.passkeyOptions)
	e.POST("/connexion/fournisseur/:key", p.toProvider)
	e.GET("/connexion/retour/:key", p.fromProvider)
	e.POST("/deconnexion", p.signOut)
	both("/mot-de-passe/oublie", p.forgot, p.forgotten)
	both("/mot-de-passe/nouveau", p.reset, p.resetDone)

	own := func(path string, get, post served) { both(path, p.account(get), p.account(post)) }
	e.GET("/bienvenue", p.account(p.joined))
	own("/confirmer-identite", p.prove, p.proved)
	own("/compte", p.profile, p.profileSaved)
	own("/compte/adresse", p.email, p.emailChanged)
	own("/compte/adresse/lien", p.emailLink, p.emailLinked)
	own("/compte/mot-de-passe", p.changePassword, p.passwordChanged)
	own("/compte/securite", p.security, p.secured)
	e.POST("/compte/securite/cle", p.account(p.keyAdded))
	e.POST("/compte/securite/cle/options", p.account(p.keyOptions))
	own("/compte/sessions", p.sessions, p.sessionsEnded)
	own("/compte/secrets", p.secrets, p.secretsChanged)
	own("/compte/organismes", p.belonging, p.belongs)
	own("/compte/donnees", p.leaving, p.left)
	e.POST("/compte/donnees/export", p.account(p.export))

	own("/organismes/:ref/membres", p.colleagues, p.colleaguesChanged)
	if p.cfg.Declarations != nil {
		own("/organismes/:ref/usages", p.declare, p.declared)
		own("/usages/:id", p.usage, p.usageChanged)
	}
	if p.cfg.Engagements != nil {
		own("/organismes/:ref/references", p.engagements, p.engaged)
	}
	if p.cfg.Offering != nil {
		own("/organismes/:ref/offres", p.offering, p.offered)
	}
	if p.cfg.Records != nil {
		own("/organismes/:ref/fiche", p.record, p.recorded)
	}
	own("/organismes/:ref/depart", p.departure, p.departed)
	if p.cfg.Matches != nil && p.cfg.Journal != nil {
		own("/animation", p.keeping, p.kept)
	}
	own("/animation/demandes", p.requests, p.requestDecided)
	own("/animation/comptes", p.accounts, p.accountChanged)
	own("/animation/comptes/:id/effacement", p.erasing, p.accountErased)
	own("/animation/invitations", p.offices, p.officesChanged)
}
