// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package totp

import (
	"image"
	"image/color"

	"github.com/boombuler/barcode"
)

// quiet is the width of the white border of a QR code, in modules.
const quiet = 4

// bordered is a QR code of one pixel a module with its border: the library draws none, and a dark
// page would then touch the code.
type bordered struct{ barcode.Barcode }

func withBorder(code barcode.Barcode) barcode.Barcode { return bordered{code} }

// Bounds is the code's, wider by the border on each side.
func (b bordered) Bounds() image.Rectangle {
	inner := b.Barcode.Bounds()
	return image.Rect(0, 0, inner.Dx()+2*quiet, inner.Dy()+2*quiet)
}

// At is white in the border.
func (b bordered) At(x, y int) color.Color {
	inner := b.Barcode.Bounds()
	p := image.Pt(x-quiet, y-quiet).Add(inner.Min)
	if !p.In(inner) {
		return color.White
	}
	return b.Barcode.At(p.X, p.Y)
}
