// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// figuresTable is figures as people read them on a page, and as a spreadsheet opens them.
type figuresTable struct {
	// Key names the table in addresses and files.
	Key string
	// Title says what is counted, of what.
	Title string
	// Columns are the headings, that of the rows first.
	Columns []string
	Rows    []figuresRow
	// CSV is the address of the same figures as a file.
	CSV string
	// most is the largest count, for bars.
	most int
}

// figuresRow is one line: what is counted, and how many in each column.
type figuresRow struct {
	link
	Counts []int
}

// add adds a row.
func (t *figuresTable) add(of link, counts ...int) {
	for _, n := range counts {
		t.most = max(t.most, n)
	}
	t.Rows = append(t.Rows, figuresRow{of, counts})
}

// Bar returns the length of a bar, 100 being that of the largest count. What is not nothing can be
// seen.
func (t *figuresTable) Bar(n int) int {
	if n <= 0 {
		return 0
	}
	return max(1, n*100/t.most)
}

// Empty reports that there is nothing to count.
func (t *figuresTable) Empty() bool { return t.most == 0 }

// sendCSV sends a table as French offices open it, as the API does: UTF-8 with a byte order mark,
// semicolons (RFC 4180 otherwise), and no cell that a spreadsheet would run.
func sendCSV(c echo.Context, t *figuresTable) error {
	var b strings.Builder
	b.WriteString("\ufeff")
	line := func(cells []string) {
		for i, s := range cells {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(csvCell(s))
		}
		b.WriteString("\r\n")
	}
	line(t.Columns)
	for _, r := range t.Rows {
		cells := []string{r.Name}
		for _, n := range r.Counts {
			cells = append(cells, strconv.Itoa(n))
		}
		line(cells)
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentDisposition, `attachment; filename="`+t.Key+`.csv"`)
	h.Set(echo.HeaderCacheControl, "no-cache")
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
}

// csvCell writes one cell. One that begins like a formula gets an apostrophe, which spreadsheets take
// for "this is text" (OWASP, CSV injection).
func csvCell(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		s = "'" + s
	}
	if strings.ContainsAny(s, ";\"\r\n") {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}
