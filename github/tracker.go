package github

// Tracker keeps issues in the repository. Methods may be called concurrently.
type Tracker struct {
	*GitHub
}

// Tracker returns the repository's issues.
func (g *GitHub) Tracker() *Tracker { return &Tracker{g} }
