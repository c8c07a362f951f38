package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
)

// A sealed file says of itself that fm init wrote it, and what it held then.
// One that still holds that may be replaced by a newer one; any other is
// somebody's own.

const sealWords = "written by fm init, sha256 "

var sealed = regexp.MustCompile(sealWords + "([0-9a-f]{32})")

// seal adds the line, below the first one, in the way that the kind of file
// has for what is not said to its reader.
func seal(name string, text []byte) []byte {
	before, after := "// ", ""
	switch {
	case path.Base(name) == "plugin.json": // JSON knows no comments
		before, after = `  "keywords": ["`, `"],`
	case path.Ext(name) == ".md" && bytes.HasPrefix(text, []byte("---\n")):
		before = "# "
	case path.Ext(name) == ".md":
		before, after = "<!-- ", " -->"
	}
	at := bytes.IndexByte(text, '\n') + 1
	head, tail := string(text[:at])+before+sealWords, after+"\n"+string(text[at:])
	return []byte(head + sealOf(head, tail) + tail)
}

func sealOf(head, tail string) string {
	sum := sha256.Sum256([]byte(head + tail))
	return hex.EncodeToString(sum[:16])
}

// state is what stands where fm init wants to write.
type state int

const (
	absent  state = iota
	foreign       // it has no seal
	changed       // the seal is broken
	intact
)

func sealState(text []byte) state {
	m := sealed.FindSubmatchIndex(text)
	switch {
	case m == nil:
		return foreign
	case sealOf(string(text[:m[2]]), string(text[m[3]:])) != string(text[m[2]:m[3]]):
		return changed
	}
	return intact
}
