package ui

// textKeys are those of the pages that show a text: the log, and a task's
// history.
func textKeys() []binding { return nil }

// textState is what such a page shows, and where its user is in it.
type textState struct{}

func paintText(c canvas, m *model) { paintOverview(c, m) }
