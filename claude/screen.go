package claude

import "github.com/founder-mode/fm"

// Screen reads what a pane shows.
func (c *Claude) Screen(string) fm.Screen { return fm.Screen{} }
