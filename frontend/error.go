// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package frontend

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"maillage/internal/web"
)

// errorPage is what a person is told about an error.
type errorPage struct {
	page
	Status    int
	Heading   string
	Detail    string
	Advice    string
	RequestID string
	Fields    []fieldError
}

type fieldError struct{ Name, Detail string }

// advised are the statuses with an advice of their own; the others have that of their hundred.
var advised = []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusTooManyRequests,
	http.StatusServiceUnavailable}

// ErrorPage shows a problem to a person: what happened, what to do, and the number to give when
// reporting it. It writes the status of the problem. It is for web.Config.ErrorPage; when it returns
// an error nothing was sent.
func (p *Pages) ErrorPage(c echo.Context, problem web.Problem) error {
	e := errorPage{page: p.begin(c), Status: problem.Status, RequestID: problem.RequestID}
	e.Hidden = true
	e.Heading, e.Detail = e.words.fine(problem.Title), e.words.fine(problem.Detail)
	for _, f := range problem.Errors {
		e.Fields = append(e.Fields, fieldError{f.Field, e.words.fine(f.Detail)})
	}
	if problem.Language != e.Lang {
		p.retell(&e, problem)
	}
	e.Title = e.Heading
	advice := "error.advice.client"
	switch {
	case slices.Contains(advised, problem.Status):
		advice = "error.advice." + strconv.Itoa(problem.Status)
	case problem.Status >= http.StatusInternalServerError:
		advice = "error.advice.server"
	}
	e.Advice = e.words.text[advice]
	return p.show(c, problem.Status, "error", e.Lang, e)
}

// retell says the problem in the language of the address: the kit knows the browser's only.
func (p *Pages) retell(e *errorPage, problem web.Problem) {
	sentences := p.said
	e.Heading = e.words.fine(sentences.Title(e.Lang, problem.Status))
	e.Detail = e.words.fine(sentences.Sentence(e.Lang, problem.Code, ""))
	for i, f := range problem.Errors {
		e.Fields[i].Detail = e.words.fine(sentences.Sentence(e.Lang, f.Code, ""))
	}
}
