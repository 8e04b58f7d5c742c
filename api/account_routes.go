// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import "github.com/labstack/echo/v4"

// mountAccounts adds the routes about people and access.
func (a *API) mountAccounts(v1 *echo.Group) {
	v1.POST("/signups", a.account(a.signupCreate))
	v1.GET("/signups/:signup", a.account(a.signupGet))
	v1.POST("/signups/:signup/resend", a.account(a.signupResend))
	v1.POST("/signups/:signup/confirm", a.account(a.signupConfirm))

	v1.POST("/sessions", a.account(a.sessionCreate))
	v1.POST("/sessions/second-factor", a.account(a.sessionSecondFactor))
	v1.POST("/sessions/passkey/begin", a.account(a.sessionPasskeyBegin))
	v1.POST("/sessions/passkey/finish", a.account(a.sessionPasskeyFinish))
	v1.GET("/sessions", a.account(a.sessionList))
	v1.DELETE("/sessions", a.account(a.sessionEndOthers))
	v1.DELETE("/sessions/current", a.account(a.sessionEndCurrent))
	v1.DELETE("/sessions/:id", a.account(onThing("session_missing", a.sessionEnd)))

	v1.POST("/password/forgot", a.account(a.passwordForgot))
	v1.POST("/password/reset", a.account(a.passwordReset))

	v1.GET("/me", a.account(a.meGet))
	v1.PATCH("/me", a.account(a.meUpdate))
	v1.PUT("/me/password", a.account(a.passwordChange))
	v1.POST("/me/email", a.account(a.meEmail))
	v1.POST("/me/email/confirm", a.account(a.meEmailConfirm))
	v1.POST("/me/prove", a.account(a.meProve))
	v1.POST("/me/act", a.account(a.meAct))
	v1.GET("/me/export", a.account(a.meExport))
	v1.POST("/me/memberships", a.account(a.meJoin))
	v1.DELETE("/me/memberships/:id", a.accountQuery(a.meLeaveBody))
	v1.POST("/me/leave", a.account(a.meLeave))
	v1.POST("/me/erase", a.account(a.meErase))

	v1.POST("/me/totp", a.account(a.totpBegin))
	v1.POST("/me/totp/confirm", a.account(a.totpConfirm))
	v1.DELETE("/me/totp", a.account(a.totpRemove))
	v1.POST("/me/recovery-codes", a.account(a.recoveryRenew))
	v1.POST("/me/passkeys/begin", a.account(a.passkeyBegin))
	v1.POST("/me/passkeys/finish", a.account(a.passkeyFinish))
	v1.DELETE("/me/passkeys/:id", a.account(a.passkeyRemove))
	v1.DELETE("/me/identities/:id", a.account(a.identityUnlink))
	v1.GET("/me/secrets", a.account(a.secretList))
	v1.POST("/me/secrets", a.account(a.secretCreate))
	v1.DELETE("/me/secrets/:id", a.account(onThing("secret_missing", a.secretRevoke)))

	v1.GET("/organisations/:ref/members", a.account(a.memberList))
	v1.GET("/organisations/:ref/file", a.account(a.bodyFile))
	v1.DELETE("/organisations/:ref/membership", a.account(a.bodyLeave))
	v1.PATCH("/memberships/:id", a.account(a.membershipUpdate))
	v1.DELETE("/memberships/:id", a.accountQuery(a.membershipEnd))
	v1.GET("/membership-requests", a.accountQuery(a.requestList))
	v1.POST("/membership-requests/:id/accept", a.account(onThing("request_missing", a.requestAccept)))
	v1.POST("/membership-requests/:id/refuse", a.account(a.requestRefuse))

	v1.GET("/invitations", a.accountQuery(a.invitationList))
	v1.POST("/invitations", a.account(a.invitationCreate))
	v1.DELETE("/invitations/:id", a.account(onThing("invitation_missing", a.invitationRevoke)))
	v1.GET("/invitations/by-link", a.accountQuery(a.invitationGet))
	v1.POST("/invitations/accept", a.account(a.invitationAccept))

	v1.GET("/accounts", a.accountQuery(a.accountList))
	v1.PUT("/accounts/:id/office", a.account(a.accountOffice))
	v1.POST("/accounts/:id/disable", a.account(a.accountDisable))
	v1.POST("/accounts/:id/enable", a.account(onThing("account_missing", a.accountEnable)))
	v1.POST("/accounts/:id/force-password-change", a.account(onThing("account_missing", a.accountForcePassword)))
	v1.DELETE("/accounts/:id", a.accountQuery(a.accountErase))
}
