// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"maillage/internal/fault"
)

func TestTheKindIsFoundThroughWrapping(t *testing.T) {
	cause := errors.New("pq: duplicate key")
	err := fmt.Errorf("register: %w", fault.Wrap(fault.Conflict, "slug_taken", cause))
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("kind %v, want conflict", got)
	}
	if !errors.Is(err, cause) {
		t.Error("the private cause is lost to errors.Is")
	}
	if fault.KindOf(cause) != fault.Internal {
		t.Error("an error nobody named must be internal")
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("nil is not a fault")
	}
}

func TestEveryFieldIsReportedAtOnce(t *testing.T) {
	var f fault.Fields
	if f.Err() != nil {
		t.Fatal("no field noted must be no error")
	}
	f.Add("name", "required")
	f.AddDetail("summary", "too_long", "200")
	e, ok := errors.AsType[*fault.Error](f.Err())
	if !ok || len(e.Fields) != 2 || e.Kind != fault.Invalid {
		t.Fatalf("got %v", f.Err())
	}
}
