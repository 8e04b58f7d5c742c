// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"testing"

	"maillage/internal/fault"
)

// settled checks that a stranger's bytes end as one of the answers a door can show.
func settled(t *testing.T, err error) {
	t.Helper()
	if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.Anonymous && kind != fault.TooLarge {
		t.Errorf("%v (%v)", err, kind)
	}
}

func FuzzAResponseToCreationOptions(f *testing.F) {
	s, a := newSite(f), newAuthenticator(f)
	options, kept := s.beginRegistration()
	honest := a.create(options)
	f.Add([]byte(honest))
	a.format, a.statement = "compound", map[string]any{"x": []byte{1}}
	f.Add([]byte(a.create(options)))
	f.Fuzz(func(t *testing.T, response []byte) {
		made, err := s.FinishRegistration(s.user, kept, response)
		if err != nil {
			settled(t, err)
			return
		}
		if len(made.ID) == 0 || len(made.ID) > 1023 || len(made.PublicKey) > 1024 || len(made.AAGUID) != 16 {
			t.Errorf("accepted: %+v", made)
		}
	})
}

// The inner CBOR is behind base64, where a fuzzer does not find its way: it is given by itself.
func FuzzTheAttestationObject(f *testing.F) {
	s, a := newSite(f), newAuthenticator(f)
	options, kept := s.beginRegistration()
	var honest struct {
		ID       string         `json:"id"`
		RawID    string         `json:"rawId"`
		Type     string         `json:"type"`
		Response map[string]any `json:"response"`
	}
	if err := json.Unmarshal(a.create(options), &honest); err != nil {
		f.Fatal(err)
	}
	object, err := base64.RawURLEncoding.DecodeString(honest.Response["attestationObject"].(string))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(object)
	f.Fuzz(func(t *testing.T, object []byte) {
		honest.Response["attestationObject"] = b64(object)
		body, err := json.Marshal(honest)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FinishRegistration(s.user, kept, body); err != nil {
			settled(t, err)
		}
	})
}

func FuzzAResponseToRequestOptions(f *testing.F) {
	s, a := newSite(f), newAuthenticator(f)
	s.register(a)
	options, kept := s.beginLogin()
	f.Add([]byte(a.get(options)))
	f.Fuzz(func(t *testing.T, response []byte) {
		handle, used, err := s.FinishLogin(kept, response, s.find)
		if err != nil {
			settled(t, err)
			return
		}
		// Only a signature of the real key proves; the fuzzer has one, and may write it otherwise.
		if !bytes.Equal(handle, s.user.Handle) || !bytes.Equal(used.ID, a.id) {
			t.Errorf("%x proves %x", used.ID, handle)
		}
	})
}
