// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package passkey

import (
	"errors"
	"strings"
	"testing"

	"maillage/internal/fault"
)

func TestAPanicOfTheLibraryIsARefusal(t *testing.T) {
	err := guarded(fault.Anonymous, func() error {
		var response []byte
		_ = response[32]
		return nil
	})
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Anonymous || e.Code != "passkey_refused" || !strings.Contains(e.Error(), "index out of range") {
		t.Errorf("got %v", err)
	}
}
