// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package registry

// SoftwareKeys returns the identity keys that the records of a software give it, as a Batch holds
// them: whoever restores an entity needs them beside it.
func SoftwareKeys(k Known[SoftwareFacts]) []Identifier { return keysOf(k, softwareKeys) }

// OrganisationKeys is SoftwareKeys for organisations.
func OrganisationKeys(k Known[OrganisationFacts]) []Identifier { return keysOf(k, organisationKeys) }

func keysOf[F Facts](k Known[F], of func(*F) []Identifier) []Identifier {
	var keys []Identifier
	seen := map[Identifier]bool{}
	for i := range k.Records {
		for _, key := range of(&k.Records[i].Facts) {
			if !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}
