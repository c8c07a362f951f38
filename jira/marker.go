package jira

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/founder-mode/fm"
)

// property is the name of the entity property in which fm notes, where people
// do not see it, what it made an issue for. It is given with the issue itself, so
// that there is never one without it.
const property = "fm"

// marker is what stands there.
type marker struct {
	Parent string   `json:"parent"` // its id: keys change when issues are moved
	Key    string   `json:"key"`
	Deps   []string `json:"deps,omitempty"` // where Jira has no links for them
}

var safeKey = fm.Pattern(`^[\w.-]{1,64}$`)

// newMarker spells keys that are no plain words as a hash.
func newMarker(parent, key string) marker {
	if !safeKey().MatchString(key) {
		sum := sha256.Sum256([]byte(key))
		key = "~" + hex.EncodeToString(sum[:12])
	}
	return marker{Parent: parent, Key: key}
}

func (m marker) names(other marker) bool {
	return m.Key != "" && m.Key == other.Key && m.Parent == other.Parent
}

// markerOf reads the marker of an issue, the zero one where it has none.
func markerOf(i *issue) marker {
	var m marker
	if text, found := i.Properties[property]; !found || json.Unmarshal(text, &m) != nil {
		return marker{}
	}
	return m
}
