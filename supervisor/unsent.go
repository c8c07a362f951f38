package supervisor

import (
	"strings"
	"sync"

	"github.com/founder-mode/fm"
)

// unsentText is a text of ours that was pasted into a box and not seen to be sent.
type unsentText struct {
	run    fm.Run
	text   string
	pasted bool   // by us, as far as we know
	shown  string // how the box shows it; "" when it was not seen
}

// tellingText is how many letters a text has, at least, that nobody else writes
// by chance.
const tellingText = 20

// alone says whether a draft is our text. A name of a long text is believed
// where it is the one that we saw, since each paste has its own number; or where
// ours was pasted into an empty box and drawn too late for us.
func (l unsentText) alone(draft string) bool {
	return l.pasted && (draft == l.shown || l.shown == "" && pasted.MatchString(draft))
}

// within says whether our text stands in a draft among other words.
func (l unsentText) within(draft string) bool {
	whole, text := essence(draft), essence(l.text)
	if l.pasted && l.shown != "" && strings.Contains(whole, essence(l.shown)) {
		return true
	}
	return len(text) >= tellingText && strings.Contains(whole, text)
}

// ours is what a draft with other words in it shows of our text: the text, or
// the name of the last one that was pasted.
func ours(draft, text string) string {
	if strings.Contains(essence(draft), essence(text)) {
		return text
	}
	if all := named.FindAllString(draft, -1); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// unsentTexts remembers one for each worker. Its methods may be called
// concurrently, and on nil, which remembers nothing.
type unsentTexts struct {
	mu  sync.Mutex
	all map[fm.WorkerID]unsentText
}

// of gives what is known of a text that is to be said.
func (l *unsentTexts) of(w fm.WorkerID, run fm.Run, text string) unsentText {
	if l != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if one := l.all[w]; one.run == run && one.text == text {
			return one
		}
	}
	return unsentText{run: run, text: text}
}

func (l *unsentTexts) put(w fm.WorkerID, one unsentText) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[fm.WorkerID]unsentText{}
	}
	l.all[w] = one
}

func (l *unsentTexts) drop(w fm.WorkerID) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, w)
}
