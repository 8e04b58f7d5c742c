// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"github.com/labstack/echo/v4"
)

func (a *API) stats(c echo.Context) error { return nil }
