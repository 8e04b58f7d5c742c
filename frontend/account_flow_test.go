// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"maillage/frontend"
	"maillage/internal/fault"
	"maillage/internal/member"
)

const longPassword = "quatre mots sans rapport entre eux"

func TestJoiningTakesFourScreensAndNoScript(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("")
	doc := b.see("/rejoindre?q=grenoble")
	ref := doc.Find("input[name=body]").First().AttrOr("value", "")
	if !strings.HasPrefix(ref, "register:") || !strings.Contains(words(doc, "label[for=f-body]"), "Isère") {
		t.Fatalf("%q: %s", ref, words(doc, "main"))
	}
	to, _, _ := b.send("/rejoindre?q=grenoble", url.Values{"body": {ref}}.Encode())
	doc = b.see(to)
	if !strings.Contains(words(doc, "main"), "Grenoble") {
		t.Errorf("the second screen names no body: %s", words(doc, "main"))
	}
	action := doc.Find("main form").AttrOr("action", "")
	to, _, _ = b.send(action, url.Values{"name": {"Ana Roux"}, "email": {"ana@grenoble.example"}}.Encode())
	if !c.said.called("Join "+ref+"   false ana@grenoble.example Ana Roux fr") || to != "/rejoindre/confirmer" {
		t.Fatalf("%v, to %s", c.said.calls, to)
	}
	doc = b.see(to)
	if doc.Find("form[data-passkey=register][hidden]").Length() != 1 || doc.Find("input[name=code][autocomplete=one-time-code]").Length() != 2 {
		t.Error("the third screen lacks a way")
	}
	to, _, _ = b.send(to, url.Values{"code": {"123 456"}, "password": {longPassword}, "name": {"Ana Roux"}, "function": {"DSI"},
		"interests": {"education", "finance"}, "rhythm": {"daily"}}.Encode())
	if to != "/bienvenue?decide=referent" || !c.said.called("ConfirmSignup "+link+"  123 456 "+longPassword+"   {Ana Roux DSI [education finance] daily fr}") {
		t.Fatalf("%v, to %s", c.said.calls, to)
	}
	if b.jar["__Host-maillage"] != secret || b.jar["__Host-maillage-device"] != "device" || b.jar["__Host-maillage-step"] != "" {
		t.Errorf("cookies: %v", b.jar)
	}
	c.said.me.Standings = []member.Standing{{Membership: member.Membership{State: member.Pending}, Body: member.Body{Name: body}}}
	if doc = b.see(to); !strings.Contains(words(doc, "main"), "Un référent de Grenoble va décider") || !strings.Contains(words(doc, "main"), "jours ouvrés") {
		t.Errorf("the last screen does not say who decides and when: %s", words(doc, "main"))
	}
}

func TestALinkInAMessageIsNotUsedUpByLookingAtIt(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("")
	for _, at := range []string{"/rejoindre/lien?t=" + link, "/mot-de-passe/nouveau?t=" + link, "/invitations?t=" + link} {
		b.see(at)
		if len(c.said.calls) > 0 {
			t.Fatalf("%s did %v", at, c.said.calls)
		}
	}
	c.browse("member").see("/compte/adresse/lien?t=" + link)
	if len(c.said.calls) > 0 {
		t.Fatalf("looking did %v", c.said.calls)
	}
	to, _, _ := b.send("/rejoindre/lien?t="+link, url.Values{"password": {longPassword}, "name": {"Ana"}, "rhythm": {"weekly"}}.Encode())
	if !strings.HasPrefix(to, "/bienvenue") || !c.said.called("ConfirmSignup  "+link+"  "+longPassword) {
		t.Errorf("%v, to %s", c.said.calls, to)
	}
	for _, at := range []string{"/rejoindre/lien?t=x", "/rejoindre/confirmer", "/mot-de-passe/nouveau?t=x", "/invitations?t=x", "/invitations"} {
		w := c.browse("").do(http.MethodGet, at, "")
		if doc := read(t, w); w.Code != http.StatusNotFound || words(doc, "h1") != "Ce lien ne sert plus" {
			t.Errorf("%s: %d %s", at, w.Code, words(doc, "h1"))
		}
	}
}

// refusal is a form sent wrong.
type refusal struct {
	name, as, at, form string
	fails              string // the method that refuses
	err                error
	status             int
	field              string // whose error is shown, "" for the page's
	keeps              map[string]string
}

func refusals() []refusal {
	fields := func(pairs ...string) error {
		var f fault.Fields
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Add(pairs[i], pairs[i+1])
		}
		return f.Err()
	}
	return []refusal{
		{"no body", "", "/rejoindre?q=grenoble", "body=", "", nil, 422, "body", nil},
		{"a body nobody knows", "", "/rejoindre?q=grenoble", "body=register:zzz", "", nil, 422, "body", nil},
		{"a false SIREN", "", "/rejoindre", "siren=123456789&body_name=Agence&kind=provider", "", nil, 422, "siren",
			map[string]string{"siren": "123456789", "body_name": "Agence"}},
		{"a SIREN without a name", "", "/rejoindre", "siren=552100554&body_name=&kind=provider", "", nil, 422, "body_name", nil},
		{"no address", "", "/rejoindre/adresse?organisme=register:213801855", "email=ana&name=Ana", "Join", fields("email", "not_an_email"), 422, "email",
			map[string]string{"email": "ana", "name": "Ana"}},
		{"a wrong code", "", "/rejoindre/lien?t=" + link, "password=" + longPassword + "&name=Ana&function=DSI&rhythm=daily&interests=finance", "ConfirmSignup",
			fields("password", "password_common"), 422, "password", map[string]string{"name": "Ana", "function": "DSI"}},
		{"no password", "", "/connexion", "email=ana@b.example&password=", "", nil, 422, "password", map[string]string{"email": "ana@b.example"}},
		{"a wrong password", "", "/connexion", "email=ana@b.example&password=x", "SignIn", fault.New(fault.Anonymous, "sign_in_refused"), 422, "",
			map[string]string{"email": "ana@b.example"}},
		{"too many tries", "", "/connexion", "email=ana@b.example&password=x", "SignIn", fault.New(fault.TooMany, "too_many_requests"), 429, "", nil},
		{"too many links", "", "/mot-de-passe/oublie", "email=ana@b.example", "ForgotPassword", fault.New(fault.TooMany, "too_many_requests"), 429, "", nil},
		{"a common password", "", "/mot-de-passe/nouveau?t=" + link, "password=x", "ResetPassword", fields("password", "password_common"), 422, "password", nil},
		{"an invitation's password", "", "/invitations?t=" + link, "name=Ben&password=x&rhythm=daily", "AcceptInvitation", fields("password", "password_short"), 422, "password",
			map[string]string{"name": "Ben"}},
		{"a wrong proof", "member", "/confirmer-identite", "password=x&next=/compte", "ProveAgain", fault.New(fault.Anonymous, "sign_in_refused"), 422, "", nil},
		{"no name", "member", "/compte", "name=&function=Maire&rhythm=daily&lang=fr", "UpdateMe", fields("name", "required"), 422, "name", map[string]string{"function": "Maire"}},
		{"an address like the old", "member", "/compte/adresse", "do=change&email=x", "ChangeEmail", fields("email", "email_same"), 422, "email", nil},
		{"a wrong current password", "member", "/compte/mot-de-passe", "current=x&password=y", "ChangePassword", fields("current", "password_wrong"), 422, "current", nil},
		{"a wrong code of the app", "member", "/compte/securite", "do=totp_confirm&token=sealed&code=1", "ConfirmTOTP", fields("code", "code_wrong"), 422, "code",
			map[string]string{"code": "1"}},
		{"the last way in", "member", "/compte/securite", "do=unlink&issuer=i&subject=s", "UnlinkIdentity", fault.New(fault.Conflict, "last_way_in"), 409, "", nil},
		{"no such deed", "member", "/compte/securite", "do=fly", "", nil, 422, "do", nil},
		{"a secret without a name", "member", "/compte/secrets", "do=create&kind=api_token&name=&scope=read&life=30", "CreateSecret", fields("name", "required"), 422, "name", nil},
		{"a secret for ever", "member", "/compte/secrets", "do=create&kind=api_token&name=x&scope=read&life=9999", "", nil, 422, "life", map[string]string{"name": "x"}},
		{"a secret for all doors", "member", "/compte/secrets", "do=create&kind=master&name=x&life=30", "", nil, 422, "kind", nil},
		{"asking for no body", "member", "/compte/organismes?q=lyon", "do=ask", "", nil, 422, "body", nil},
		{"leaving unsure", "member", "/compte/donnees", "do=leave", "", nil, 422, "leave_sure", nil},
		{"erasing unsure", "member", "/compte/donnees", "do=erase&posts=keep", "", nil, 422, "erase_sure", nil},
		{"a refused export", "member", "/compte/donnees/export", "", "Export", fault.New(fault.TooMany, "too_many_requests"), 429, "", nil},
		{"inviting nobody", "member", "/organismes/grenoble-38/membres", "do=invite&email=x&role=follow&message=Viens", "Invite", fields("email", "not_an_email"), 422, "email",
			map[string]string{"email": "x"}},
		{"the last referent", "member", "/organismes/grenoble-38/membres", "do=end&id=m1", "EndMembership", fault.New(fault.Conflict, "last_referent"), 409, "", nil},
		{"refusing without a reason", "member", "/animation/demandes", "do=refuse&id=m5&reason=", "RefuseRequest", fields("reason", "required"), 422, "reason", nil},
		{"decided already", "member", "/animation/demandes", "do=accept&id=m5", "AcceptRequest", fault.New(fault.Conflict, "already_decided"), 409, "", nil},
		{"disabling without a reason", "administrator", "/animation/comptes?q=c", "do=disable&id=4&reason=", "DisableAccount", fields("reason", "required"), 422, "reason", nil},
		{"erasing somebody unsure", "administrator", "/animation/comptes/4/effacement", "writings=keep", "", nil, 422, "erasing_sure", nil},
		{"erasing the last administrator", "administrator", "/animation/comptes/4/effacement", "writings=keep&erasing_sure=1", "EraseAccount",
			fault.New(fault.Conflict, "last_administrator"), 409, "", nil},
		{"erasing half", "administrator", "/animation/comptes/4/effacement", "writings=half&erasing_sure=1", "", nil, 422, "writings", nil},
		{"inviting nobody to an office", "administrator", "/animation/invitations", "do=invite&email=x&name=Gil&office=organiser", "Invite", fields("email", "not_an_email"), 422, "email",
			map[string]string{"email": "x", "name": "Gil"}},
		{"inviting to no office", "administrator", "/animation/invitations", "do=invite&email=gil@collectif.example", "", nil, 422, "office", map[string]string{"email": "gil@collectif.example"}},
		{"the last administrator", "administrator", "/animation/comptes", "do=office&id=1&office=", "SetOffice", fault.New(fault.Conflict, "last_administrator"), 409, "", nil},
	}
}

func TestWhatIsWrongIsSaidFirstLinkedAndNothingTypedIsLostButPasswords(t *testing.T) {
	c := newClub(t, base)
	for _, lang := range []string{"fr", "en"} {
		for _, x := range refusals() {
			c.said.fail = map[string]error{x.fails: x.err}
			b := c.browse(x.as)
			b.lang = lang
			to, doc, status := b.send(x.at, x.form)
			if status != x.status {
				t.Errorf("%s: %d to %q, want %d", x.name, status, to, x.status)
				continue
			}
			if !strings.HasPrefix(words(doc, "title"), map[string]string{"fr": "Erreur :", "en": "Error:"}[lang]) {
				t.Errorf("%s: the title says %q", x.name, words(doc, "title"))
			}
			summary := doc.Find("main [role=alert][tabindex='-1'][autofocus]")
			if summary.Length() != 1 || summary.Find("li").Length() == 0 || strings.TrimSpace(summary.Find("li").Text()) == "" {
				t.Errorf("%s: nothing is said first: %s", x.name, words(doc, "main"))
			}
			if x.field != "" && x.field != "do" {
				at := strings.TrimPrefix(summary.Find("li a").AttrOr("href", ""), "#")
				if field := doc.Find("[id='" + at + "']"); at == "" || field.AttrOr("name", "") != x.field {
					t.Errorf("%s: the error leads to %q", x.name, at)
				}
			}
			for name, want := range x.keeps {
				if got := doc.Find("main form [name="+name+"]").AttrOr("value", ""); got != want {
					t.Errorf("%s: %s became %q", x.name, name, got)
				}
			}
			doc.Find("input[type=password]").Each(func(_ int, s *goquery.Selection) {
				if s.AttrOr("value", "") != "" {
					t.Errorf("%s: a password is sent back", x.name)
				}
			})
		}
	}
}

// deed is a form sent right: what is asked of the members' room, and where it leads.
type deed struct{ as, at, form, call, to string }

func deeds() []deed {
	return []deed{
		{"", "/rejoindre", "siren=552100554&body_name=Agence&kind=partner", "", "/rejoindre/adresse?nature=partner&nom=Agence&siren=552100554"},
		{"", "/rejoindre/adresse?nature=partner&nom=Agence&siren=552100554", "email=a@b.example&name=Ana", "Join  552100554 Agence true a@b.example Ana fr", "/rejoindre/confirmer"},
		{"", "/connexion", "email=a@b.example&password=x+y&next=", "SignIn a@b.example x y ", "/compte"},
		{"member", "/deconnexion", "", "SignOut " + secret, "/connexion?fait=signed_out"},
		{"", "/mot-de-passe/nouveau?t=" + link, "password=nouveau", "ResetPassword " + link + " nouveau", "/connexion?fait=password_reset"},
		{"", "/invitations?t=" + link, "name=Ben&password=x&rhythm=daily", "AcceptInvitation " + link + " x {Ben", "/bienvenue?decide=referent"},
		{"member", "/invitations?t=" + link, "", "AcceptInvitationAs 1 " + link, "/compte/organismes?fait=invitation_taken"},
		{"member", "/confirmer-identite", "password=x&next=/compte/donnees", "ProveAgain 1 x", "/compte/donnees"},
		{"member", "/compte", "name=Ana&function=&rhythm=none&lang=en", "UpdateMe 1 {Ana  [] none en}", "/compte?fait=saved"},
		{"member", "/compte/adresse", "do=change&email=a@c.example", "ChangeEmail 1 a@c.example", "/compte/adresse?fait=email_sent"},
		{"member", "/compte/adresse/lien?t=" + link, "", "ConfirmEmailLink 1 " + link, "/compte/adresse?fait=email_changed"},
		{"member", "/compte/mot-de-passe", "current=x&password=y", "ChangePassword 1 x y", "/compte/mot-de-passe?fait=password_changed"},
		{"member", "/compte/securite", "do=totp_remove", "RemoveTOTP 1", "/compte/securite?fait=totp_remove"},
		{"member", "/compte/securite", "do=passkey_remove&id=k1", "RemovePasskey 1 k1", "/compte/securite?fait=passkey_remove"},
		{"member", "/compte/securite", "do=unlink&issuer=i&subject=s", "UnlinkIdentity 1 i s", "/compte/securite?fait=unlink"},
		{"member", "/compte/sessions", "do=end&id=s2", "EndSession 1 s2", "/compte/sessions?fait=session_ended"},
		{"member", "/compte/sessions", "do=others", "EndOtherSessions 1", "/compte/sessions?fait=session_ended"},
		{"member", "/compte/secrets", "do=revoke&id=t1", "RevokeSecret 1 t1", "/compte/secrets?fait=secret_revoked"},
		{"member", "/compte/organismes", "do=ask&body=register:213801855", "AskToJoin 1 register:213801855", "/compte/organismes?fait=body_ask"},
		{"member", "/compte/organismes", "do=leave&id=m2", "LeaveBody 1 m2 false", "/compte/organismes?fait=body_leave"},
		{"member", "/compte/donnees", "do=leave&leave_sure=1", "LeaveCollective 1 true", "/compte/donnees?fait=left"},
		{"member", "/compte/donnees", "do=erase&erase_sure=1&posts=keep", "Erase 1 false true", "/connexion?fait=erased"},
		{"member", "/compte/donnees", "do=erase&erase_sure=1&posts=remove", "Erase 1 true true", "/connexion?fait=erased"},
		{"member", "/organismes/grenoble-38/membres", "do=invite&email=d@b.example&name=Dan&role=lead&message=Viens", "Invite 1 grenoble-38 referent d@b.example Dan Viens",
			"/organismes/grenoble-38/membres?fait=colleague_invite"},
		{"member", "/organismes/grenoble-38/membres", "do=role&id=m4&role=referent", "SetMemberRole 1 m4 referent", "/organismes/grenoble-38/membres?fait=colleague_role"},
		{"member", "/organismes/grenoble-38/membres", "do=end&id=m4", "EndMembership 1 m4 false", "/organismes/grenoble-38/membres?fait=colleague_end"},
		{"member", "/organismes/grenoble-38/membres", "do=revoke&id=i1", "RevokeInvitation 1 i1", "/organismes/grenoble-38/membres?fait=colleague_revoke"},
		{"member", "/animation/demandes", "do=accept&id=m5", "AcceptRequest 1 m5", "/animation/demandes?fait=request_accept"},
		{"member", "/animation/demandes", "do=refuse&id=m5&reason=Non", "RefuseRequest 1 m5 Non", "/animation/demandes?fait=request_refuse"},
		{"administrator", "/animation/comptes?q=c", "do=disable&id=4&reason=Non", "DisableAccount 1 4 Non", "/animation/comptes?fait=account_disable&q=c"},
		{"administrator", "/animation/comptes", "do=enable&id=5", "EnableAccount 1 5", "/animation/comptes?fait=account_enable"},
		{"administrator", "/animation/comptes", "do=office&id=4&office=organiser", "SetOffice 1 4 organiser", "/animation/comptes?fait=account_office"},
		{"administrator", "/animation/comptes", "do=force&id=4", "ForcePasswordChange 1 4", "/animation/comptes?fait=account_force"},
		{"administrator", "/animation/invitations", "do=invite&email=gil@collectif.example&name=Gil&office=administrator&message=Viens",
			"Invite 1  administrator gil@collectif.example Gil Viens", "/animation/invitations?fait=colleague_invite"},
		{"administrator", "/animation/comptes/4/effacement", "writings=keep&erasing_sure=1", "EraseAccount 1 4 false", "/animation/comptes?fait=account_erase"},
		{"administrator", "/animation/comptes/4/effacement", "writings=remove&erasing_sure=1", "EraseAccount 1 4 true", "/animation/comptes?fait=account_erase"},
		{"administrator", "/animation/comptes/1/effacement", "writings=keep&erasing_sure=1", "", "/compte/donnees"},
		{"administrator", "/animation/invitations", "do=revoke&id=i2", "RevokeInvitation 1 i2", "/animation/invitations?fait=colleague_revoke"},
	}
}

func TestEachFormAsksWhatItSaysAndSaysWhatWasDone(t *testing.T) {
	c := newClub(t, base)
	for _, x := range deeds() {
		c.said.calls = nil
		b := c.browse(x.as)
		to, _, status := b.send(x.at, x.form)
		if to != x.to || x.call != "" && !c.said.called(x.call) {
			t.Errorf("%s %s: %d to %q, %q", x.at, x.form, status, to, c.said.calls)
			continue
		}
		if !strings.Contains(to, "fait=") {
			continue
		}
		if doc := b.see(to); words(doc, "main [role=status]") == "" {
			t.Errorf("%s %s: nothing says that it is done", x.at, x.form)
		}
	}
}

func TestAFormWhoseActionNeedsAFreshProofAsksForItAndComesBack(t *testing.T) {
	c := newClub(t, base)
	again := fault.New(fault.Forbidden, "sign_in_again")
	c.said.fail = map[string]error{"RemoveTOTP": again, "Export": again, "Erase": again, "BeginPasskey": again,
		"EraseAccount": again}
	b := c.browse("member")
	for _, x := range []struct{ at, form, back string }{
		{"/compte/securite", "do=totp_remove", "/compte/securite"},
		{"/compte/donnees/export", "", "/compte/donnees"},
		{"/compte/donnees", "do=erase&erase_sure=1&posts=keep", "/compte/donnees"},
		{"/animation/comptes/4/effacement", "writings=keep&erasing_sure=1", "/animation/comptes/4/effacement"},
	} {
		if to, _, _ := b.send(x.at, x.form); to != "/confirmer-identite?next="+url.QueryEscape(x.back) {
			t.Errorf("%s: to %q", x.at, to)
		}
	}
	if w := b.do(http.MethodPost, "/compte/securite/cle/options", ""); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `"detail"`) {
		t.Errorf("a script is told %d %s", w.Code, w.Body)
	}
}

func TestASecretIsShownOnceInTheAnswerItself(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	for _, x := range []struct{ at, form, selector, shown, call string }{
		{"/compte/secrets", "do=create&kind=app_password&name=Agenda&scope=read&life=366", "code.secret", "mlp-shown-once", "CreateSecret 1 app_password Agenda calendar 8784h"},
		{"/compte/secrets", "do=create&kind=api_token&name=Stats&scope=read&life=30", "code.secret", "mlp-shown-once", "CreateSecret 1 api_token Stats read 720h"},
		{"/compte/secrets", "do=create&kind=api_token&name=Stats&scope=all&life=90", "code.secret", "mlp-shown-once", "CreateSecret 1 api_token Stats  2160h"},
		{"/compte/securite", "do=totp_begin", "code.secret", "ABCD EFGH", "BeginTOTP 1"},
		{"/compte/securite", "do=totp_confirm&token=sealed&code=123456", ".secrets", "aaaa-1111 bbbb-2222", "ConfirmTOTP 1 sealed 123456"},
		{"/compte/securite", "do=recovery", ".secrets", "cccc-3333", "NewRecoveryCodes 1"},
	} {
		_, doc, status := b.send(x.at, x.form)
		if status != http.StatusOK || words(doc, x.selector) != x.shown || !c.said.called(x.call) {
			t.Errorf("%s %s: %d %q, %q", x.at, x.form, status, words(doc, x.selector), c.said.calls)
		}
		if strings.Contains(b.see(x.at).Text(), x.shown) {
			t.Errorf("%s shows it again", x.at)
		}
	}
	_, doc, _ := b.send("/compte/securite", "do=totp_begin")
	if src := doc.Find("main img").AttrOr("src", ""); !strings.HasPrefix(src, "data:image/png;base64,iVBO") {
		t.Errorf("the QR code is %q", src)
	}
}

func TestALastReferentIsAskedTwice(t *testing.T) {
	c := newClub(t, base)
	c.said.fail["LeaveBody unsure"] = fault.New(fault.Conflict, "last_referent")
	b := c.browse("member")
	_, doc, status := b.send("/compte/organismes", "do=leave&id=m1")
	box := doc.Find("input[type=checkbox][name=sure]")
	if status != http.StatusConflict || box.Length() != 1 || box.AttrOr("id", "") != "f-sure-m1" {
		t.Fatalf("%d, %d boxes", status, box.Length())
	}
	if to, _, _ := b.send("/compte/organismes", "do=leave&id=m1&sure=1"); to != "/compte/organismes?fait=body_leave" || !c.said.called("LeaveBody 1 m1 true") {
		t.Errorf("to %q, %v", to, c.said.calls)
	}
}

func TestASecondFactorAndAPasskeyGoOnFromTheFirstScreen(t *testing.T) {
	c := newClub(t, base)
	c.said.pending = true
	b := c.browse("")
	to, _, _ := b.send("/connexion", "email=a@b.example&password=x&next=/compte/secrets")
	if to != "/connexion/code?next=%2Fcompte%2Fsecrets" || b.jar["__Host-maillage"] != "" {
		t.Fatalf("to %q with %v", to, b.jar)
	}
	doc := b.see(to)
	if to, _, _ = b.send("/connexion/code", "code=123456&next="+doc.Find("main input[name=next]").AttrOr("value", "")); to != "/compte/secrets" ||
		!c.said.called("SecondFactor "+link+" 123456") || b.jar["__Host-maillage"] != secret || b.jar["__Host-maillage-step"] != "" {
		t.Errorf("to %q with %v", to, b.jar)
	}
	if w := c.browse("").do(http.MethodGet, "/connexion/code", ""); w.Header().Get("Location") != "/connexion" {
		t.Errorf("the second screen without the first: %d", w.Code)
	}
	b = c.browse("")
	if w := b.do(http.MethodPost, "/connexion/cle/options", ""); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") ||
		w.Body.String() != `{"challenge":"AA"}` || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("options: %d %s", w.Code, w.Body)
	}
	if to, _, _ = b.send("/connexion/cle", url.Values{"response": {`{"id":"k"}`}, "next": {"/compte"}}.Encode()); to != "/compte" || !c.said.called(`FinishPasskeySignIn ceremony {"id":"k"}`) {
		t.Errorf("to %q, %v", to, c.said.calls)
	}
	if _, _, status := b.send("/connexion/cle", "response=notjson"); status != http.StatusUnprocessableEntity {
		t.Errorf("what is no answer: %d", status)
	}
	b = c.browse("member")
	b.do(http.MethodPost, "/compte/securite/cle/options", "")
	if to, _, _ = b.send("/compte/securite/cle", url.Values{"response": {`{}`}, "label": {"Clé"}}.Encode()); to != "/compte/securite?fait=passkey_added" || b.jar["__Host-maillage"] != stronger ||
		!c.said.called("FinishPasskey 1 ceremony Clé {}") {
		t.Errorf("to %q, %v", to, c.said.calls)
	}
}

func TestARoundTripToAnIdentityProvider(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("")
	_, doc, status := b.send("/connexion/fournisseur/proconnect", "")
	to := "https://idp.example/authorize?state=s&nonce=n"
	if status != http.StatusOK || doc.Find("main a.button").AttrOr("href", "") != to || doc.Find("meta[http-equiv=refresh]").AttrOr("content", "") != "0;url="+to {
		t.Fatalf("%d: %s", status, words(doc, "main"))
	}
	if w := b.do(http.MethodGet, "/connexion/retour/proconnect?state=s&code=7", ""); w.Header().Get("Location") != "/compte" || b.jar["__Host-maillage"] != secret {
		t.Errorf("back: %d to %q, %v", w.Code, w.Header().Get("Location"), c.said.calls)
	}
	w := b.do(http.MethodGet, "/connexion/retour/proconnect?state=s&code=7", "")
	if doc = read(t, w); w.Code != 422 || !strings.Contains(words(doc, "[role=alert]"), "déjà servi") {
		t.Errorf("the same answer again: %d %s", w.Code, words(doc, "main"))
	}
	b = c.browse("")
	b.send("/connexion/fournisseur/proconnect", "")
	if w = b.do(http.MethodGet, "/connexion/retour/proconnect?state=s&code=new", ""); w.Header().Get("Location") != "/rejoindre/confirmer?par=proconnect" {
		t.Errorf("somebody new goes to %q", w.Header().Get("Location"))
	}
	if label := words(b.see("/rejoindre/confirmer?par=proconnect"), "label[for=f-password]"); label != "Mot de passe (facultatif)" {
		t.Errorf("who came by a provider is asked for %q", label)
	}
	for at, want := range map[string]int{"/connexion/retour/proconnect?state=other": 403, "/connexion/retour/keycloak?state=s": 422, "/connexion/retour/none": 404} {
		b = c.browse("")
		b.send("/connexion/fournisseur/proconnect", "")
		if w = b.do(http.MethodGet, at, ""); w.Code != want || b.jar["__Host-maillage"] != "" {
			t.Errorf("%s: %d", at, w.Code)
		}
	}
	b = c.browse("member")
	b.send("/connexion/fournisseur/keycloak", "link=1")
	b.jar["__Host-maillage-step"] = "identity=trip-1"
	if w = b.do(http.MethodGet, "/connexion/retour/proconnect?state=s&code=9", ""); w.Header().Get("Location") != "/compte/securite?fait=linked" || !c.said.called("LinkIdentity 1 9") {
		t.Errorf("linking goes to %q, %v", w.Header().Get("Location"), c.said.calls)
	}
	b.jar["__Host-maillage-step"] = "identity=trip-2"
	if w = b.do(http.MethodGet, "/connexion/retour/proconnect?state=s&code=9", ""); w.Code != 422 {
		t.Errorf("an answer to another account: %d", w.Code)
	}
}

func TestActingForAnotherBodyChangesTheSession(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	if to, _, _ := b.send("/compte/organismes", "do=act&id=m2"); to != "/compte/organismes?fait=body_act" || b.jar["__Host-maillage"] != member.SessionPrefix+"rotated" {
		t.Errorf("to %q with %v", to, b.jar)
	}
}

func TestAnExportIsAnArchiveAndErasingForgetsTheBrowser(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	w := b.do(http.MethodPost, "/compte/donnees/export", "")
	if w.Code != http.StatusOK || w.Body.String() != "PK" || w.Header().Get("Content-Type") != "application/zip" ||
		w.Header().Get("Content-Disposition") != `attachment; filename="maillage-2026-11-24.zip"` || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
	if b.send("/compte/donnees", "do=erase&erase_sure=1&posts=keep"); b.jar["__Host-maillage"] != "" {
		t.Error("the browser keeps the session of an account that is no more")
	}
}

func TestABodyIsLeftOnPurposeAndItsFileTakenAlong(t *testing.T) {
	c := newClub(t, base)
	const at = "/organismes/grenoble-38/depart"
	b := c.browse("member")
	w := b.do(http.MethodPost, at, "do=file")
	if w.Code != http.StatusOK || w.Body.String() != "PK" || w.Header().Get("Content-Type") != "application/zip" || !c.said.called("BodyFile 1 grenoble-38") {
		t.Errorf("%d %v %q", w.Code, w.Header(), w.Body)
	}
	_, doc, status := b.send(at, "do=leave")
	if status != http.StatusUnprocessableEntity || doc.Find("a[href='#f-depart_sure']").Length() != 1 || c.said.called("LeaveAsBody 1 grenoble-38") {
		t.Errorf("left without being sure: %d, %v", status, c.said.calls)
	}
	if to, _, _ := b.send(at, "do=leave&depart_sure=1"); to != "/organismes/grenoble-38" || !c.said.called("LeaveAsBody 1 grenoble-38") {
		t.Errorf("to %q, %v", to, c.said.calls)
	}
	c.said.fail["LeaveAsBody"] = fault.New(fault.Forbidden, "sign_in_again")
	if to, _, _ := b.send(at, "do=leave&depart_sure=1"); to != "/confirmer-identite?next="+url.QueryEscape(at) {
		t.Errorf("to %q", to)
	}
}

func TestADemonstrationOverPlainHTTPHasPlainCookies(t *testing.T) {
	c := newClub(t, "http://localhost:8080")
	b := c.browse("")
	w := b.do(http.MethodPost, "/connexion", "email=a@b.example&password=x")
	for _, k := range w.Result().Cookies() {
		if strings.HasPrefix(k.Name, "__Host-") || k.Secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode {
			t.Errorf("%+v", k)
		}
	}
	if b.jar["maillage"] != secret {
		t.Errorf("%v", b.jar)
	}
}

func TestWhatIsHiddenIsMissing(t *testing.T) {
	c := newClub(t, base)
	if w := c.browse("member").do(http.MethodGet, "/organismes/hidden/membres", ""); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	c.said.fail["Requests"] = fault.New(fault.Forbidden, "not_allowed")
	if w := c.browse("member").do(http.MethodGet, "/animation/demandes", ""); w.Code != http.StatusForbidden {
		t.Errorf("%d", w.Code)
	}
}

func TestMessagesLeadToPagesThatAreThere(t *testing.T) {
	c := newClub(t, base)
	b := c.browse("member")
	for _, p := range []member.Page{member.PageSignup, member.PageReset, member.PageInvite, member.PageNewEmail} {
		at, ok := strings.CutPrefix(frontend.Address(base, p, link), base)
		if !ok || !strings.HasSuffix(at, "?t="+link) {
			t.Fatalf("%s: %q", p, at)
		}
		b.see(at)
	}
	for _, p := range []member.Page{member.PageSignIn, member.PageForgot, member.PageRequests, member.PageSecurity, member.PageSessions,
		member.PageSecrets, member.PageAccount} {
		b.see(strings.TrimPrefix(frontend.Address(base, p, ""), base))
	}
	b.see(strings.TrimPrefix(frontend.Address(base, member.PageMembers, "grenoble-38"), base))
	if frontend.Address(base, member.PageHome, "") != base+"/" {
		t.Error("home is elsewhere")
	}
}
