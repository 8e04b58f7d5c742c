// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package totp_test

import (
	"bytes"
	"encoding/base32"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"

	"maillage/internal/totp"
)

// rfcSecret is the key of RFC 6238, appendix B, for SHA-1: the ASCII digits, in base32.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestTheVectorsOfRFC6238AreAccepted(t *testing.T) {
	// Appendix B has eight digits; six are its last six (RFC 4226 §5.3: modulo 10^digits).
	for unix, eight := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924",
		2000000000: "69279037", 20000000000: "65353130",
	} {
		step, ok := totp.Check(rfcSecret, eight[2:], time.Unix(unix, 0), 0)
		if !ok || step != unix/30 {
			t.Errorf("at %d: step %d, %v", unix, step, ok)
		}
	}
}

func TestACodeIsGoodOneStepEarlyOrLateAndNoFurther(t *testing.T) {
	const code, step = "081804", 1111111109 / 30
	for _, c := range []struct {
		offset int64
		want   bool
	}{{-2, false}, {-1, true}, {0, true}, {1, true}, {2, false}} {
		got, ok := totp.Check(rfcSecret, code, time.Unix((step+c.offset)*30, 0), 0)
		if ok != c.want || ok && got != step {
			t.Errorf("%d steps off: step %d, %v", c.offset, got, ok)
		}
	}
	// The window moves with the step, not with the second.
	if _, ok := totp.Check(rfcSecret, code, time.Unix((step+1)*30+29, 0), 0); !ok {
		t.Error("refused in the last second of the window")
	}
}

func TestACodeServesOnce(t *testing.T) {
	now := time.Unix(1111111109, 0)
	step, ok := totp.Check(rfcSecret, "081804", now, 0)
	if !ok {
		t.Fatal("refused at first")
	}
	if _, ok := totp.Check(rfcSecret, "081804", now, step); ok {
		t.Error("accepted twice")
	}
	if _, ok := totp.Check(rfcSecret, "081804", now.Add(30*time.Second), step); ok {
		t.Error("accepted again in the next step")
	}
	if _, ok := totp.Check(rfcSecret, "081804", now, step+1); ok {
		t.Error("accepted although a later code was used")
	}
	if _, ok := totp.Check(rfcSecret, "050471", time.Unix(1111111111, 0), step); !ok {
		t.Error("the code after it is refused")
	}
}

func TestSpacesInACodeArePassedOver(t *testing.T) {
	now := time.Unix(1111111109, 0)
	for _, code := range []string{"081 804", " 081804\n", "081\u00a0804", "081\u202f804"} {
		if _, ok := totp.Check(rfcSecret, code, now, 0); !ok {
			t.Errorf("%q refused", code)
		}
	}
	for _, code := range []string{"", "81804", "0081804", "08180４", "+81804", "081804x", "-81804", "07081804"} {
		if _, ok := totp.Check(rfcSecret, code, now, 0); ok {
			t.Errorf("%q accepted", code)
		}
	}
}

func TestASecretThatIsNoneRefusesEveryCode(t *testing.T) {
	short := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(make([]byte, 15))
	for _, secret := range []string{"", "not base32!", "AAAA", short} {
		for n := range 1_000_000 / 500 {
			code := fmt.Sprintf("%06d", n*500)
			if _, ok := totp.Check(secret, code, time.Unix(59, 0), 0); ok {
				t.Fatalf("%q accepts %s", secret, code)
			}
		}
	}
	// HMAC takes an empty key: this is its code of step 1, by RFC 4226, which anybody can compute.
	if _, ok := totp.Check("", "812658", time.Unix(59, 0), 0); ok {
		t.Error("the code of an empty secret is accepted")
	}
}

func TestATimeBeforeTheFirstStepHasNoCode(t *testing.T) {
	for _, now := range []time.Time{{}, time.Unix(-59, 0), time.Unix(0, 0).Add(-time.Hour)} {
		if _, ok := totp.Check(rfcSecret, "755224", now, 0); ok {
			t.Errorf("accepted at %v", now)
		}
	}
}

func TestANewSecretIsWhatApplicationsRead(t *testing.T) {
	s, err := totp.New("Réseau: Alpes & Léman", "ana@mairie.example")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s.Value())
	if err != nil || len(raw) != 20 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	u, err := url.Parse(s.URI())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for name, want := range map[string]string{"secret": s.Value(), "issuer": "Réseau Alpes & Léman", "algorithm": "SHA1",
		"digits": "6", "period": "30"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Réseau Alpes & Léman:ana@mairie.example" {
		t.Errorf("%s", s.URI())
	}
	if strings.Contains(s.URI(), "+") {
		t.Errorf("a space is a plus in %s: applications show it", s.URI())
	}
	if got := strings.ReplaceAll(s.Text(), " ", ""); got != s.Value() || strings.Count(s.Text(), " ") != 7 {
		t.Errorf("text %q", s.Text())
	}
	other, err := totp.New("A", "b")
	if err != nil || other.Value() == s.Value() {
		t.Errorf("two secrets are one, %v", err)
	}
}

func TestASecretShownAgainIsTheSame(t *testing.T) {
	s, err := totp.New("Maillage", "ana@mairie.example")
	if err != nil {
		t.Fatal(err)
	}
	again, err := totp.Restore("Maillage", "ana@mairie.example", s.Value())
	if err != nil || again.URI() != s.URI() {
		t.Errorf("%q, %v", again.URI(), err)
	}
	if _, err := totp.Restore(" : ", "ana", s.Value()); err == nil {
		t.Error("a secret without an issuer")
	}
	for _, value := range []string{"", "AAAA", "?"} {
		if _, err := totp.Restore("Maillage", "ana", value); err == nil {
			t.Errorf("%q is restored", value)
		}
	}
}

func TestASecretIsNotInALog(t *testing.T) {
	s, err := totp.New("Maillage", "ana@mairie.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s)} {
		if strings.Contains(printed, s.Value()) {
			t.Errorf("printed: %s", printed)
		}
	}
}

func TestTheImageIsAQRCodeWithItsBorder(t *testing.T) {
	s, err := totp.New("Maillage", "ana@mairie.example")
	if err != nil {
		t.Fatal(err)
	}
	body, err := s.PNG(320)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(body))
	if err != nil || img.Bounds() != image.Rect(0, 0, 320, 320) {
		t.Fatalf("%v, %v", img.Bounds(), err)
	}
	dark := func(x, y int) bool { r, _, _, _ := img.At(x, y).RGBA(); return r < 0x8000 }
	first := -1
	for i := 0; i < 320 && first < 0; i++ {
		if dark(i, i) {
			first = i
		}
	}
	// The corner of a finder pattern, seven dark modules wide (ISO/IEC 18004 §5.3.2), after the border.
	width := 0
	for x := first; first >= 0 && x < 320 && dark(x, first); x++ {
		width++
	}
	module := width / 7
	if first < 4*module || module == 0 || width%7 != 0 || !dark(first, first+width-1) || dark(first+module, first+module) {
		t.Errorf("first dark pixel at %d, finder pattern of %d pixels", first, width)
	}
	for _, size := range []int{-1, 0, 149, 2001} {
		if _, err := s.PNG(size); err == nil {
			t.Errorf("an image of %d pixels", size)
		}
	}
}
