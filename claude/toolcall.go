package claude

import (
	"bytes"
	"encoding/json"
	"strings"
)

// deed tells what a tool was asked to do: by the one word that says it, as far
// as the tool is known, else by all of its input, as JSON.
func deed(tool string, input json.RawMessage) string {
	tells := map[string]string{
		"Bash": "command", "Read": "file_path", "Write": "file_path", "Edit": "file_path", "MultiEdit": "file_path",
		"NotebookEdit": "notebook_path", "Grep": "pattern", "Glob": "pattern",
	}
	in := json.NewDecoder(bytes.NewReader(input))
	in.UseNumber()
	var all any
	if in.Decode(&all) != nil {
		return string(input)
	}
	if fields, ok := all.(map[string]any); ok {
		if text, ok := fields[tells[tool]].(string); ok && text != "" {
			return text
		}
	}
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false) // it is for people
	if out.Encode(all) != nil {
		return string(input)
	}
	return b.String()
}
