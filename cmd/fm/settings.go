package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/founder-mode/fm"
)

// settings reads a config.json, in which comments and a comma behind the last
// of a list may stand. A missing file gives the defaults.
func settings(path string) (fm.Config, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fm.Config{}, err
	}
	return parseSettings(path, text)
}

func parseSettings(path string, text []byte) (fm.Config, error) {
	if len(bytes.TrimSpace(text)) > 0 {
		// What is no JSON becomes blanks, so that the lines of an error stay
		// those of the file.
		plain, err := hujson.Standardize(text)
		if err != nil {
			return fm.Config{}, usage("%s: parse config: %s", path, strings.TrimPrefix(err.Error(), "hujson: "))
		}
		text = plain
	}
	c, err := fm.ParseConfig(text)
	if err != nil {
		return fm.Config{}, usage("%s: %v", path, err)
	}
	return c, nil
}
