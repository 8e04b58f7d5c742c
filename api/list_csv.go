// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"maillage/internal/catalogue"
	"maillage/internal/web"
)

// csvRows is how many rows a file holds when the client does not say: what one person's spreadsheet
// and one answer can take. A Link header leads to the rest.
const csvRows = 5000

// column is one column of a list's file: its heading, in French, and its cell.
type column struct {
	heading string
	cell    func(row any) string
}

// listCSV writes a list as the spreadsheets of French offices open it: UTF-8 with a byte order mark,
// semicolons, and no cell that a spreadsheet would run.
func (a *API) listCSV(c echo.Context, l *listing, p *parsed, q catalogue.Query) error {
	rows := csvRows
	if p.sized {
		rows = q.Size
	}
	buffer := a.buffers.borrow()
	defer a.buffers.giveBack(buffer)
	b := append((*buffer)[:0], headings(l.columns)...)
	next := ""
	for rows > 0 {
		q.Size = min(rows, web.MaxPageSize)
		page, err := a.cfg.Catalogue.Query(q)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			if b, err = appendRow(b, l, item); err != nil {
				return err
			}
		}
		rows -= len(page.Items)
		next = page.Next
		if next == "" || q.Before != "" || len(page.Items) == 0 {
			break
		}
		q.After = next
	}
	*buffer = b
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="`+l.path[strings.LastIndexByte(l.path, '/')+1:]+`.csv"`)
	if next != "" {
		h.Set("Link", "<"+string(trimQuotes(appendPage(nil, l.path, p.base, afterEncoded, next)))+`>; rel="next"`)
	}
	return send(c, http.StatusOK, a.headers.csv, b)
}

// headings begins a file: the byte order mark and the line of headings.
func headings(columns []column) []byte {
	b := []byte("\ufeff")
	for i, col := range columns {
		b = appendCell(b, col.heading, i == 0)
	}
	return append(b, "\r\n"...)
}

// appendRow appends the line of one thing of a list.
func appendRow(b []byte, l *listing, item *catalogue.Item) ([]byte, error) {
	row := l.row()
	if err := read(item, row); err != nil {
		return b, err
	}
	return appendCells(b, l.columns, row), nil
}

func appendCells(b []byte, columns []column, row any) []byte {
	for i, col := range columns {
		b = appendCell(b, col.cell(row), i == 0)
	}
	return append(b, "\r\n"...)
}

func trimQuotes(b []byte) []byte { return b[1 : len(b)-1] }

// appendCell appends one cell (RFC 4180, with semicolons). A cell that begins like a formula gets an
// apostrophe, which spreadsheets take for "this is text" (OWASP, CSV injection).
func appendCell(b []byte, s string, first bool) []byte {
	if !first {
		b = append(b, ';')
	}
	if s == "" {
		return b
	}
	if strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		s = "'" + s
	}
	if !strings.ContainsAny(s, ";\"\r\n") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}
