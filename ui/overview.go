package ui

import "fmt"

// overviewKeys are those of the first page.
func overviewKeys() []binding {
	return []binding{
		{keys: []string{"Down", "j"}, on: []pageID{overviewPage}, group: "Move", help: "Select the next worker.", do: func(d *Dashboard) { d.model.move(1); d.glanceNow() }},
		{keys: []string{"Up", "k"}, on: []pageID{overviewPage}, group: "Move", help: "Select the worker before.", do: func(d *Dashboard) { d.model.move(-1); d.glanceNow() }},
	}
}

func paintOverview(c canvas, m *model) {
	s := m.view.Status
	c.text(0, 0, c.theme.title, "fm")
	for i, ws := range s.Workers {
		style := c.theme.text
		if ws.Worker == m.worker {
			style = c.theme.selected
		}
		c.text(0, i+1, style, fmt.Sprintf("%s %s %s", ws.Worker, ws.Text, ws.Title))
	}
	c.text(0, c.h-1, c.theme.dim, m.said+m.wrong)
}
