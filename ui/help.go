package ui

func paintHelp(c canvas, m *model) { paintOverview(c, m) }
