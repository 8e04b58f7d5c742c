// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strconv"
	"strings"
	"time"

	"maillage/internal/registry"
)

// col makes a column over one struct of representation.
func col[T any](heading string, cell func(d *T) string) column {
	return column{heading, func(row any) string {
		d, ok := row.(*T)
		if !ok {
			return "" // a list has rows of one kind
		}
		return cell(d)
	}}
}

func softwareColumns() []column {
	type d = softwareDTO
	return []column{
		col("Identifiant", func(d *d) string { return d.ID }),
		col("Nom", func(d *d) string { return d.Name }),
		col("Résumé", func(d *d) string { return inFrench(d.Summary) }),
		col("Licence", func(d *d) string { return licenceText(d.Licence) }),
		col("Catégories", func(d *d) string { return joined("category", d.Categories) }),
		col("Domaines métier", func(d *d) string { return joined("domain", d.Domains) }),
		col("Plateformes", func(d *d) string { return joined("platform", d.Platforms) }),
		col("Dépôt", func(d *d) string { return d.Repository }),
		col("Site web", func(d *d) string { return d.Website }),
		col("Remplace", func(d *d) string { return strings.Join(d.Replaces, ", ") }),
		col("Version", func(d *d) string { return releaseOf(d.Release).Version }),
		col("Date de la version", func(d *d) string { return releaseOf(d.Release).Date }),
		col("État", func(d *d) string { return word("status", d.Status) }),
		col("Organismes utilisateurs", func(d *d) string { return strconv.Itoa(d.Users.Total) }),
		col("Prestataires", func(d *d) string { return strconv.Itoa(d.Providers) }),
		col("Références confirmées", func(d *d) string { return strconv.Itoa(d.References) }),
		col("Mis à jour le", func(d *d) string { return day(&d.UpdatedAt) }),
	}
}

func organisationColumns() []column {
	type d = organisationDTO
	return []column{
		col("Identifiant", func(d *d) string { return d.ID }),
		col("Nom", func(d *d) string { return d.Name }),
		col("Rôles", func(d *d) string { return joined("role", d.Roles) }),
		col("Type", func(d *d) string { return word("type", d.Type) }),
		col("SIREN", func(d *d) string { return d.SIREN }),
		col("Commune", func(d *d) string { return placeOf(d.Territory, func(t *territoryDTO) *placeDTO { return t.Commune }) }),
		col("EPCI", func(d *d) string { return placeOf(d.Territory, func(t *territoryDTO) *placeDTO { return t.EPCI }) }),
		col("Département", func(d *d) string {
			return placeOf(d.Territory, func(t *territoryDTO) *placeDTO { return t.Departement })
		}),
		col("Région", func(d *d) string { return placeOf(d.Territory, func(t *territoryDTO) *placeDTO { return t.Region }) }),
		col("Code postal", func(d *d) string { return d.PostalCode }),
		col("Population", func(d *d) string { return number(d.Population) }),
		col("Site web", func(d *d) string { return d.Website }),
		col("Label TNL", func(d *d) string { return labelText(d.Label) }),
		col("Logiciels déclarés", func(d *d) string { return strconv.Itoa(d.Usages) }),
		col("Offres", func(d *d) string { return strconv.Itoa(d.Offers) }),
		col("Références confirmées", func(d *d) string { return strconv.Itoa(d.References) }),
		col("Rechoisiraient", func(d *d) string { return strconv.Itoa(d.ChooseAgain) }),
		col("Départements d’intervention", func(d *d) string { return strings.Join(d.DepartementsServed, ", ") }),
		col("A quitté le collectif le", func(d *d) string { return d.LeftOn }),
		col("Mis à jour le", func(d *d) string { return day(&d.UpdatedAt) }),
	}
}

func usageColumns() []column {
	type d = usageDTO
	return []column{
		col("Identifiant", func(d *d) string { return d.ID }),
		col("Organisme", func(d *d) string { return d.Organisation.Name }),
		col("Logiciel", func(d *d) string { return d.Software.Name }),
		col("Étape", func(d *d) string { return word("stage", d.Stage) }),
		col("Depuis", func(d *d) string { return d.Since }),
		col("Version", func(d *d) string { return d.Version }),
		col("Périmètre", func(d *d) string { return d.Scope }),
		col("Postes", func(d *d) string { return number(d.Seats) }),
		col("Hébergement", func(d *d) string { return word("hosting", d.Hosting) }),
		col("Prestataire", func(d *d) string { return briefName(d.Provider) }),
		col("Note", func(d *d) string { return d.Note }),
		col("Contact possible", func(d *d) string { return yes(d.ContactAllowed) }),
		col("Visibilité", func(d *d) string { return word("visibility", d.Visibility) }),
		col("Confirmé le", func(d *d) string { return day(d.ConfirmedAt) }),
		col("À reconfirmer", func(d *d) string { return yes(d.Overdue) }),
	}
}

func offerColumns() []column {
	type d = offerDTO
	return []column{
		col("Identifiant", func(d *d) string { return d.ID }),
		col("Prestataire", func(d *d) string { return d.Provider.Name }),
		col("Logiciel", func(d *d) string { return d.Software.Name }),
		col("Services", func(d *d) string { return joined("service", d.Services) }),
		col("Zone", func(d *d) string { return areaText(&d.Area) }),
		col("Achat", func(d *d) string { return word("purchase", d.Purchase) }),
		col("Adresse web", func(d *d) string { return d.URL }),
		col("Note", func(d *d) string { return inFrench(d.Note) }),
		col("Mis à jour le", func(d *d) string { return day(&d.UpdatedAt) }),
	}
}

func referenceColumns() []column {
	type d = referenceDTO
	return []column{
		col("Identifiant", func(d *d) string { return d.ID }),
		col("Prestataire", func(d *d) string { return d.Provider.Name }),
		col("Organisme", func(d *d) string { return d.Organisation.Name }),
		col("Logiciel", func(d *d) string { return d.Software.Name }),
		col("Services", func(d *d) string { return joined("service", d.Services) }),
		col("Depuis", func(d *d) string { return d.Since }),
		col("Jusqu’à", func(d *d) string { return d.Until }),
		col("Résumé", func(d *d) string { return inFrench(d.Summary) }),
		col("État", func(d *d) string { return word("reference_state", d.State) }),
		col("Rechoisirait", func(d *d) string {
			if d.ChooseAgain == nil {
				return ""
			}
			return yes(*d.ChooseAgain)
		}),
	}
}

func joined[S ~string](vocabulary string, keys []S) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = word(vocabulary, string(k))
	}
	return strings.Join(out, ", ")
}

func inFrench(l map[string]string) string { return registry.Localised(l).In("fr") }

func yes(b bool) string {
	if b {
		return "oui"
	}
	return "non"
}

// number leaves out what is not known.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func day(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func licenceText(l *licenceDTO) string {
	switch {
	case l == nil:
		return ""
	case l.Known:
		return l.SPDX
	}
	return l.Label
}

func releaseOf(r *releaseDTO) releaseDTO {
	if r == nil {
		return releaseDTO{}
	}
	return *r
}

func placeOf(t *territoryDTO, at func(*territoryDTO) *placeDTO) string {
	if t == nil || at(t) == nil {
		return ""
	}
	p := at(t)
	if p.Name == "" {
		return p.Code
	}
	return p.Name + " (" + p.Code + ")"
}

func labelText(l *labelDTO) string {
	if l == nil {
		return ""
	}
	return strings.TrimSpace(l.Level + " " + number(l.Year))
}

func briefName(b *briefDTO) string {
	if b == nil {
		return ""
	}
	return b.Name
}

func areaText(a *areaDTO) string {
	var out []string
	if a.France {
		out = append(out, "France entière")
	}
	for _, p := range append(append([]placeDTO{}, a.Regions...), a.Departements...) {
		out = append(out, p.Name+" ("+p.Code+")")
	}
	return strings.Join(out, ", ")
}
