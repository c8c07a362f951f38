package ui

import "github.com/gdamore/tcell/v2"

// Palette says which colours may be used.
type Palette int

// The palettes.
const (
	Coloured Palette = iota // the terminal's own sixteen, so that light and dark ones both can be read
	Plain                   // none (NO_COLOR, https://no-color.org): bold, dim and reverse only
)

// theme gives things their look. The background is always the terminal's own.
type theme struct {
	palette                                                     Palette
	text, dim, strong, title, good, bad, warn, accent, selected tcell.Style
}

func themeOf(p Palette) theme {
	plain := tcell.StyleDefault
	t := theme{
		palette: p,
		text:    plain, dim: plain.Dim(true), strong: plain.Bold(true), title: plain.Bold(true), selected: plain.Reverse(true),
		good: plain, bad: plain.Bold(true), warn: plain.Bold(true), accent: plain,
	}
	if p == Coloured {
		t.good = plain.Foreground(tcell.ColorGreen)
		t.bad = plain.Foreground(tcell.ColorMaroon).Bold(true)
		t.warn = plain.Foreground(tcell.ColorOlive).Bold(true)
		t.accent = plain.Foreground(tcell.ColorTeal)
	}
	return t
}
