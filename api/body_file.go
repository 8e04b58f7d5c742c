// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/fault"
	"maillage/internal/member"
	"maillage/internal/registry"
)

// fileReadme is the first file of a body's archive, in French and in English.
const fileReadme = `Dossier de %[1]s
Tout ce que cet annuaire tient de cet organisme : sa fiche et la source de chaque champ, ses usages, ses
offres, ses références (confirmées ou non), et ses membres. Chaque liste est en JSON, dans la forme décrite
par /api/v1/openapi.yaml, et en CSV pour un tableur (UTF-8, points-virgules).

File of %[1]s
All this registry holds about this body: its sheet and the source of each field, its usages, its offers,
its references (confirmed or not), and its members. Each list is in JSON, in the form that
/api/v1/openapi.yaml describes, and in CSV for a spreadsheet (UTF-8, semicolons).
`

// BodyFile writes the file of a body as a ZIP, for those who answer for it and for organisers: its sheet
// with the source of each field, its declarations whoever may see them, and its members. Nothing is
// written before everything was read. It returns fault.Missing "organisation_missing" for anybody else.
func (a *API) BodyFile(ctx context.Context, by member.Actor, ref string, w io.Writer) error {
	if !by.Authenticated() {
		return fault.New(fault.Anonymous, "sign_in_needed")
	}
	item, err := a.item(registry.KindOrganisation, ref, by)
	if err != nil {
		return err
	}
	if !by.LeadsIn(string(item.ID())) {
		return fault.New(fault.Missing, "organisation_missing")
	}
	sources, err := a.provenance(ctx, registry.KindOrganisation, item.ID())
	if err != nil {
		return err
	}
	files := []archived{
		{"LISEZMOI-README.txt", fmt.Appendf(nil, fileReadme, item.Name())},
		{"organisation.json", append(item.JSON(), '\n')},
		{"organisation-sources.json", encode(sources)},
	}
	for _, part := range []struct {
		name string
		list *listing
		dims []string
	}{
		{"usages", a.lists.usages, []string{"organisation"}},
		{"offers", a.lists.offers, []string{"provider"}},
		{"references", a.lists.references, []string{"organisation", "provider"}},
	} {
		lists, err := a.declarationsOf(part.name, part.list, part.dims, item.ID(), by)
		if err != nil {
			return err
		}
		files = append(files, lists...)
	}
	people, err := a.membersFile(ctx, by, item.ID())
	if err != nil {
		return err
	}
	return zipped(w, a.cfg.Now(), append(files, people...))
}

// archived is one file of an archive.
type archived struct {
	name string
	body []byte
}

// declarationsOf returns what is listed under any of those dimensions, in JSON and in CSV.
func (a *API) declarationsOf(name string, l *listing, dims []string, of registry.ID, by member.Actor) ([]archived, error) {
	array, table := []byte(`{"data":[`), headings(l.columns)
	seen := map[registry.ID]bool{}
	for _, dim := range dims {
		q := catalogue.Query{Kind: l.kind, By: by, Size: catalogue.MaxSize, Where: []catalogue.Term{{Dim: dim, Values: []string{string(of)}}}}
		for more := true; more; more = q.After != "" {
			page, err := a.cfg.Catalogue.Query(q)
			if err != nil {
				return nil, err
			}
			for _, item := range page.Items {
				if seen[item.ID()] {
					continue
				}
				if len(seen) > 0 {
					array = append(array, ',')
				}
				seen[item.ID()] = true
				array = item.AppendJSON(append(array, '\n'))
				if table, err = appendRow(table, l, item); err != nil {
					return nil, err
				}
			}
			q.After = page.Next
		}
	}
	return []archived{{name + ".json", append(array, "\n]}\n"...)}, {name + ".csv", table}}, nil
}

// membersFile returns the members, in JSON and in CSV.
func (a *API) membersFile(ctx context.Context, by member.Actor, of registry.ID) ([]archived, error) {
	out := data[colleagueDTO]{Data: []colleagueDTO{}}
	columns := []column{
		col("Nom", func(d *colleagueDTO) string { return d.Name }),
		col("Courriel", func(d *colleagueDTO) string { return d.Email }),
		col("Fonction", func(d *colleagueDTO) string { return d.Function }),
		col("Rôle", func(d *colleagueDTO) string { return string(d.Membership.Role) }),
	}
	table := headings(columns)
	if a.cfg.Members != nil {
		people, err := a.cfg.Members.MembersOf(ctx, by, string(of))
		if err != nil {
			return nil, err
		}
		for _, m := range people {
			d := newColleague(m)
			out.Data = append(out.Data, d)
			table = appendCells(table, columns, &d)
		}
	}
	body, err := json.MarshalIndent(out, "", "  ")
	return []archived{{"members.json", append(body, '\n')}, {"members.csv", table}}, err
}

func zipped(w io.Writer, at time.Time, files []archived) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		part, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at})
		if err == nil {
			_, err = io.Copy(part, bytes.NewReader(f.body))
		}
		if err != nil {
			return fmt.Errorf("archive %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

// bodyFile answers GET /organisations/{ref}/file.
func (a *API) bodyFile(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	return a.sendArchive(c, "maillage-organisation.zip", func(w io.Writer) error {
		return a.BodyFile(c.Request().Context(), by, c.Param("ref"), w)
	})
}

// bodyLeave answers DELETE /organisations/{ref}/membership: the body leaves the collective.
func (a *API) bodyLeave(c echo.Context) error {
	by, err := someone(c)
	if err != nil {
		return err
	}
	if err := a.cfg.Members.LeaveAsBody(c.Request().Context(), by, c.Param("ref")); err != nil {
		return err
	}
	return a.gone(c)
}

// sendArchive sends what make writes. The archive is made whole, on disk, before its first byte is sent:
// what fails is then answered as an error and not as half an archive, and a slow reader holds a file
// rather than memory or the database.
func (a *API) sendArchive(c echo.Context, name string, make func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(a.cfg.Temp, "maillage-export-*.zip")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // removed below where the system lets a file in use go
	defer f.Close()           //nolint:errcheck // read to the end, or of no use
	_ = os.Remove(f.Name())   // nobody finds it by its name, even after a crash
	if err := make(f); err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentLength, strconv.FormatInt(size, 10))
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Stream(http.StatusOK, "application/zip", f)
}
