package fake

import (
	"errors"
	"strings"
)

// term is one comparison of a query.
type term struct{ field, operator, value string }

// parseJQL reads comparisons with AND between them, and an order by creation at
// the end, which is all that fm asks for. A value in quotes is taken as Jira takes
// it: a backslash escapes.
func parseJQL(text string) (terms []term, ordered bool, err error) {
	words, err := wordsOf(text)
	if err != nil {
		return nil, false, err
	}
	for len(words) >= 3 {
		terms = append(terms, term{words[0], words[1], words[2]})
		words = words[3:]
		if len(words) == 0 {
			return terms, false, nil
		}
		if words[0] == "ORDER" {
			ordered = strings.Join(words, " ") == "ORDER BY created ASC, key ASC"
			if !ordered {
				return nil, false, errors.New("error in the JQL query: the order is not one that the fake has")
			}
			return terms, true, nil
		}
		if words[0] != "AND" {
			break
		}
		words = words[1:]
	}
	return nil, false, errors.New("error in the JQL query: Expecting operator but got " + strings.Join(words, " "))
}

// wordsOf splits at blanks outside of quotes.
func wordsOf(text string) ([]string, error) {
	var words []string
	var b strings.Builder
	open, escaped, quoted := false, false, false
	for _, r := range text {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case open && r == '\\':
			escaped = true
		case r == '"':
			open, quoted = !open, true
		case !open && r == ' ':
			if quoted || b.Len() > 0 {
				words = append(words, b.String())
			}
			b.Reset()
			quoted = false
		case open && r < ' ':
			return nil, errors.New("error in the JQL query: the character is a reserved JQL character")
		default:
			b.WriteRune(r)
		}
	}
	if open {
		return nil, errors.New("error in the JQL query: the quoted string has not been completed")
	}
	if quoted || b.Len() > 0 {
		words = append(words, b.String())
	}
	return words, nil
}
