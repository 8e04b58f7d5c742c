// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"testing"
	"time"

	"maillage/internal/testkit"
)

// What is promised of a letter, whenever the process is killed: it is sent, once, as long as the kill
// does not fall between the server's answer and the mark of it. There no program can know whether the
// server has the letter, and it is sent again: under the same Message-ID, by which the recipient's
// server and mail program tell a copy from a second letter (RFC 5322 §3.6.4).

// mailed makes the instance send its letters to that address.
func (i *instance) mailed(address string) {
	i.t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		i.t.Fatal(err)
	}
	i.env = append(i.env, "MAILLAGE_MAIL_HOST="+host, "MAILLAGE_MAIL_PORT="+port, "MAILLAGE_MAIL_TLS=none",
		"MAILLAGE_MAIL_FROM=bonjour@alpes.example")
}

// signUp has a letter made due, through the API: the code of a sign-up. It returns the sign-up's secret.
func (i *instance) signUp(email string) string {
	i.t.Helper()
	var begun struct {
		Signup string `json:"signup"`
	}
	newClient(i.base(), "").want(i.t, 202, "POST", "/api/v1/signups",
		fmt.Sprintf(`{"body":"register:213801855","email":%q,"name":"Ana Roux"}`, email)).into(i.t, &begun)
	return begun.Signup
}

// letAMinutePass ends the lease of a killed process and makes due what waits for another try.
func (i *instance) letAMinutePass() {
	i.t.Helper()
	if i.database != "" {
		// What the process had asked of PostgreSQL is brought to its end without it.
		eventually(i.t, 30*time.Second, "the connections of the killed process are gone", func() bool {
			return i.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()") == 0
		})
	}
	i.execute("UPDATE deliveries SET leased_until = due_at WHERE state = 'pending' AND leased_until IS NOT NULL")
	i.execute("UPDATE deliveries SET due_at = (SELECT recorded_at FROM events WHERE events.id = event_id) WHERE state = 'pending'")
}

// settled waits until nothing is left to send.
func (i *instance) settled() {
	i.t.Helper()
	eventually(i.t, 30*time.Second, "the outbox is empty", func() bool { return i.count("SELECT count(*) FROM deliveries WHERE state <> 'done'") == 0 })
}

// forbid has the database refuse a statement until the function it returns is called: what the process
// cannot write before it is killed, it has not written.
func (i *instance) forbid(statement, table, condition string) (allow func()) {
	i.t.Helper()
	name := "forbidden_" + table
	if i.database == "" {
		i.execute(fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s WHEN %s BEGIN SELECT RAISE(ABORT, 'forbidden by the test'); END", name, statement, table, condition))
		return func() { i.execute("DROP TRIGGER " + name) }
	}
	i.execute(fmt.Sprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forbidden by the test'; END $$", name))
	i.execute(fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION %s()", name, statement, table, condition, name))
	return func() { i.execute(fmt.Sprintf("DROP FUNCTION %s() CASCADE", name)) }
}

// forbidMark and forbidDone keep a letter that left from being noted, by the mail room and by the outbox.
func (i *instance) forbidMark() func() { return i.forbid("INSERT", "letters_sent", "NEW.id <> ''") }
func (i *instance) forbidDone() func() {
	return i.forbid("UPDATE", "deliveries", "NEW.state = 'done'")
}

// sentOnce drives another letter through, so that what would come late has come, and compares what the
// server accepted for an address with the number of copies there may be. All have one Message-ID. It
// returns one of them.
func sentOnce(t *testing.T, i *instance, s *testkit.MailServer, email string, copies int) testkit.Mail {
	t.Helper()
	after := "apres-" + email
	i.signUp(after)
	eventually(t, 30*time.Second, "the next letter is sent", func() bool { return len(sentTo(s, after)) > 0 })
	i.settled()
	got := sentTo(s, email)
	if len(got) != copies || len(sentTo(s, after)) != 1 {
		t.Fatalf("%d copies of the letter, want %d; %d of the next, want 1", len(got), copies, len(sentTo(s, after)))
	}
	for _, m := range got {
		if m.MessageID == "" || m.MessageID != got[0].MessageID || m.Body != got[0].Body {
			t.Errorf("a copy is another letter: %s and %s", m.MessageID, got[0].MessageID)
		}
	}
	return got[0]
}

// sentTo returns what the server accepted for an address.
func sentTo(s *testkit.MailServer, email string) []testkit.Mail {
	var all []testkit.Mail
	for _, m := range s.Accepted() {
		if m.To == email {
			all = append(all, m)
		}
	}
	return all
}

// TestALetterThatIsRecordedWhenTheProcessIsKilledIsSentOnceAfterwards kills between "recorded" and
// "mailed", at each moment at which the mail server has not accepted the letter.
func TestALetterThatIsRecordedWhenTheProcessIsKilledIsSentOnceAfterwards(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]testkit.MailStep{
		"before the greeting": testkit.MailConnected, "before the message is accepted": testkit.MailReceived} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, i *instance) {
				s := testkit.NewMailServer(t, "127.0.0.1:0")
				i.mailed(s.Address())
				p := i.serve()
				held := s.Hold(step)
				signup := i.signUp("ana@grenoble.example")
				held.Await()
				p.Kill()
				held.Drop()
				if n := i.count("SELECT count(*) FROM deliveries WHERE state = 'pending'"); n != 1 || len(s.Accepted()) != 0 {
					t.Fatalf("at the kill %d letters are recorded and %d accepted, want 1 and 0", n, len(s.Accepted()))
				}
				i.letAMinutePass()
				i.serve()
				letter := sentOnce(t, i, s, "ana@grenoble.example", 1)
				code := regexp.MustCompile(`\n(\d{6})\n`).FindStringSubmatch(letter.Body)
				if code == nil {
					t.Fatalf("no code in the letter: %s", letter.Body)
				}
				newClient(i.base(), "").want(t, 201, "POST", "/api/v1/signups/"+signup+"/confirm",
					fmt.Sprintf(`{"code":%q,"password":"quatre mots sans rapport entre eux"}`, code[1]))
			})
		})
	}
}

func TestALetterThatFoundNoServerBeforeTheKillIsSentOnceAfterwards(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		address := testkit.FreeAddress(t)
		i.mailed(address)
		p := i.serve()
		i.signUp("ana@grenoble.example")
		eventually(t, 30*time.Second, "the letter waits for another try", func() bool {
			return i.count("SELECT count(*) FROM deliveries WHERE state = 'pending' AND attempt = 1 AND leased_until IS NULL") == 1
		})
		p.Kill()
		s := testkit.NewMailServer(t, address)
		i.letAMinutePass()
		i.serve()
		sentOnce(t, i, s, "ana@grenoble.example", 1)
	})
}

// TestALetterAcceptedAndNotMarkedAtTheKillIsSentAgainUnderItsMessageID is the one window in which a
// second copy may leave: see the top of this file.
func TestALetterAcceptedAndNotMarkedAtTheKillIsSentAgainUnderItsMessageID(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		s := testkit.NewMailServer(t, "127.0.0.1:0")
		i.mailed(s.Address())
		p := i.serve()
		// The mark is written once the server has answered QUIT or let two seconds pass: a slow machine
		// would kill too late.
		allowMark, allowDone := i.forbidMark(), i.forbidDone()
		held := s.Hold(testkit.MailAccepted)
		i.signUp("ana@grenoble.example")
		held.Await()
		p.Kill()
		held.Drop()
		if n := len(sentTo(s, "ana@grenoble.example")); n != 1 || i.count("SELECT count(*) FROM letters_sent") != 0 {
			t.Fatalf("at the kill %d letters are accepted, want 1 and no mark", n)
		}
		allowMark()
		allowDone()
		i.letAMinutePass()
		i.serve()
		sentOnce(t, i, s, "ana@grenoble.example", 2)
	})
}

func TestALetterMarkedBeforeTheKillIsNotSentAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		s := testkit.NewMailServer(t, "127.0.0.1:0")
		i.mailed(s.Address())
		p := i.serve()
		allowDone := i.forbidDone()
		i.signUp("ana@grenoble.example")
		eventually(t, 30*time.Second, "the letter is marked", func() bool { return i.count("SELECT count(*) FROM letters_sent") == 1 })
		p.Kill()
		if n := i.count("SELECT count(*) FROM deliveries WHERE state = 'pending'"); n != 1 {
			t.Fatalf("%d letters are unsettled at the kill, want 1", n)
		}
		allowDone()
		i.letAMinutePass()
		i.serve()
		sentOnce(t, i, s, "ana@grenoble.example", 1)
	})
}

// TestEveryLetterAcknowledgedIsSentWhateverTheMomentOfTheKill kills at moments nobody chose.
func TestEveryLetterAcknowledgedIsSentWhateverTheMomentOfTheKill(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, i *instance) {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // moments, not secrets
		s := testkit.NewMailServer(t, "127.0.0.1:0")
		i.mailed(s.Address())
		const rounds = 8 // ten letters an hour are what one address may ask for
		late := int64(0)
		for n := range rounds {
			p := i.serve()
			i.signUp(fmt.Sprintf("ana%d@grenoble.example", n))
			pause(random.IntN(25))
			p.Kill()
			late += i.count("SELECT count(*) FROM deliveries WHERE state = 'pending'")
			i.letAMinutePass()
		}
		i.serve()
		i.settled()
		copies := 0
		for n := range rounds {
			got := sentTo(s, fmt.Sprintf("ana%d@grenoble.example", n))
			if len(got) == 0 {
				t.Fatalf("seed %d: letter %d is lost", seed, n)
			}
			copies += len(got) - 1
			for _, m := range got {
				if m.MessageID == "" || m.MessageID != got[0].MessageID {
					t.Errorf("seed %d: letter %d left as %s and as %s", seed, n, got[0].MessageID, m.MessageID)
				}
			}
		}
		t.Logf("%s, seed %d: %d letters, a kill after each, %d before it was settled; %d copies, under the same Message-ID", t.Name(), seed, rounds, late, copies)
	})
}
