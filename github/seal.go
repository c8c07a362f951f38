package github

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/founder-mode/fm"
)

// seals are what fm writes below a text that it may write anew: a hash of the
// text, which no longer fits when somebody has edited it.
var seals = fm.Pattern(`(?s)^(.*?)\n*<!-- fm:v1 text=([0-9a-f]{16}) -->\s*$`)

// sealSize is what a seal adds to a text at most, in bytes.
const sealSize = 64

func sealed(text string) string {
	text = strings.TrimRight(text, "\n")
	return text + "\n\n" + markerStart + " text=" + textHash(text) + " -->\n"
}

// sealHolds says whether a text is still as fm wrote it.
func sealHolds(text string) bool {
	m := seals().FindStringSubmatch(strings.ReplaceAll(text, "\r\n", "\n"))
	return m != nil && m[2] == textHash(m[1])
}

func textHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
