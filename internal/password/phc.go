// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a hash (RFC 9106; the OWASP equivalent with the least passes), and its sizes in bytes.
const (
	MemoryKiB = 46 * 1024
	Passes    = 1
	Lanes     = 1
	SaltBytes = 16
	KeyBytes  = 32
)

// The most that a stored string may ask for: what the figures above may grow to, and no more, so
// that a row written by someone hostile cannot take the memory or the time of the process.
const (
	maxMemoryKiB = 128 * 1024
	maxPasses    = 8
	maxLanes     = 4
	maxEncoded   = 256
)

// ErrEncoded is found in the errors about a stored string that is not one of ours, or asks for an
// absurd cost.
var ErrEncoded = errors.New("stored password unreadable")

// cost is what a hash asks of the machine.
type cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// defaultCost returns the cost of new hashes.
func defaultCost() cost { return cost{MemoryKiB, Passes, Lanes} }

func (c cost) derive(mixed, salt []byte, size int) []byte {
	return argon2.IDKey(mixed, salt, c.passes, c.memory, c.lanes, uint32(size))
}

// stored is a hash as the database keeps it, in the PHC string format:
// $argon2id$v=19$m=47104,t=1,p=1,keyid=ID$SALT$HASH, both in base64 without padding.
type stored struct {
	cost
	keyID     string
	salt, key []byte
}

func (s stored) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d,keyid=%s$%s$%s", argon2.Version, s.memory, s.passes, s.lanes,
		s.keyID, b64.EncodeToString(s.salt), b64.EncodeToString(s.key))
}

// parse reads what String writes, and only that. Its errors are ErrEncoded and quote nothing.
func parse(encoded string) (stored, error) {
	var s stored
	parts := strings.Split(encoded, "$")
	if len(encoded) > maxEncoded || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" ||
		parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return s, fmt.Errorf("%w: not argon2id", ErrEncoded)
	}
	params := strings.Split(parts[3], ",")
	if len(params) != 4 || !strings.HasPrefix(params[3], "keyid=") {
		return s, fmt.Errorf("%w: parameters", ErrEncoded)
	}
	m, okM := figure(params[0], "m=", maxMemoryKiB)
	t, okT := figure(params[1], "t=", maxPasses)
	p, okP := figure(params[2], "p=", maxLanes)
	s.cost, s.keyID = cost{uint32(m), uint32(t), uint8(p)}, strings.TrimPrefix(params[3], "keyid=")
	if !okM || !okT || !okP || m < 8*p || !keyID.MatchString(s.keyID) {
		return s, fmt.Errorf("%w: parameters", ErrEncoded)
	}
	var errSalt, errKey error
	s.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	s.key, errKey = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(s.salt) < 8 || len(s.salt) > 64 || len(s.key) < 16 || len(s.key) > 64 {
		return s, fmt.Errorf("%w: salt or hash", ErrEncoded)
	}
	return s, nil
}

// figure reads "m=47104": from one to the most allowed.
func figure(param, name string, most uint64) (uint64, bool) {
	digits, named := strings.CutPrefix(param, name)
	n, err := strconv.ParseUint(digits, 10, 32)
	return n, named && err == nil && n >= 1 && n <= most
}
