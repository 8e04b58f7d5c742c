// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package fetch

import "net/netip"

// Public reports whether an address is one of the Internet at large: in none of the special-purpose
// ranges of IANA (RFC 6890 and its registries), nor in a range that stands for another address
// (IPv4-mapped is unwrapped; NAT64, 6to4 and Teredo are refused whole).
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	// All the unicast addresses given out in IPv6 are here; ::1, fc00::/7, fe80::/10, multicast,
	// 64:ff9b::/96 and the unassigned rest are not.
	if a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) {
		return false
	}
	for _, p := range special() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func special() []netip.Prefix {
	return []netip.Prefix{
		v4(0, 0, 0, 0, 8),       // "this network"
		v4(10, 0, 0, 0, 8),      // private
		v4(100, 64, 0, 0, 10),   // shared, carrier-grade NAT
		v4(127, 0, 0, 0, 8),     // loopback
		v4(169, 254, 0, 0, 16),  // link-local, clouds' metadata
		v4(172, 16, 0, 0, 12),   // private
		v4(192, 0, 0, 0, 24),    // protocol assignments
		v4(192, 0, 2, 0, 24),    // documentation
		v4(192, 31, 196, 0, 24), // AS112
		v4(192, 52, 193, 0, 24), // AMT
		v4(192, 88, 99, 0, 24),  // 6to4 relays, deprecated
		v4(192, 168, 0, 0, 16),  // private
		v4(192, 175, 48, 0, 24), // AS112
		v4(198, 18, 0, 0, 15),   // benchmarking
		v4(198, 51, 100, 0, 24), // documentation
		v4(203, 0, 113, 0, 24),  // documentation
		v4(224, 0, 0, 0, 4),     // multicast
		v4(240, 0, 0, 0, 4),     // reserved, broadcast
		v6("2001::/23"),         // protocol assignments: Teredo, ORCHID, benchmarking
		v6("2001:db8::/32"),     // documentation
		v6("2002::/16"),         // 6to4
		v6("2620:4f:8000::/48"), // AS112
		v6("3ffe::/16"),         // 6bone, given back
		v6("3fff::/20"),         // documentation
	}
}

func v4(a, b, c, d byte, bits int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{a, b, c, d}), bits)
}

func v6(s string) netip.Prefix { return netip.MustParsePrefix(s) }
