package scripted

import (
	"slices"
	"strings"
	"sync"
)

// inbox holds the prompts to come. The session adds to it; it takes the next
// one between turns, and a turn takes all after a tool.
type inbox struct {
	mu    sync.Mutex
	texts []string
}

func (b *inbox) add(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.texts = append(b.texts, text)
}

func (b *inbox) empty() bool { return len(b.list()) == 0 }

func (b *inbox) list() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.texts)
}

func (b *inbox) next() (text string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.texts) == 0 {
		return "", false
	}
	text, b.texts = b.texts[0], b.texts[1:]
	return text, true
}

// said takes what is plain text: a command waits for the end of the turn.
func (b *inbox) said() (texts []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.texts = slices.DeleteFunc(b.texts, func(text string) bool {
		if strings.HasPrefix(text, "/") {
			return false
		}
		texts = append(texts, text)
		return true
	})
	return texts
}
