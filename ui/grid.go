package ui

// gridKeys are those of the grid of all panes.
func gridKeys() []binding { return nil }

// gridState is where the user is in the grid.
type gridState struct{}

func paintGrid(c canvas, m *model) { paintOverview(c, m) }
