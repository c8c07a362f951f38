package claude

import (
	"strings"

	"github.com/founder-mode/fm"
)

// troubleOf tells the class of a turn's failure by what the CLI calls it and by
// the words that it shows, because one name covers several classes.
func troubleOf(name, says string) fm.Trouble {
	words := strings.ToLower(says)
	switch name {
	case "rate_limit":
		return rateTrouble(words)
	case "overloaded", "server_error":
		if anyIn(words, unreachable()) {
			return fm.NetTrouble
		}
		return fm.ServerTrouble
	case "authentication_failed", "oauth_org_not_allowed":
		return fm.LoginTrouble
	case "billing_error":
		return fm.CreditTrouble
	case "model_not_found":
		return fm.ModelTrouble
	case "invalid_request":
		if strings.Contains(words, "too long") {
			return fm.LengthTrouble
		}
	}
	if anyIn(words, unreachable()) {
		return fm.NetTrouble
	}
	return fm.OtherTrouble
}

// rateTrouble tells a limit that resets by itself from money that somebody has
// to add, and both from a request to slow down.
func rateTrouble(words string) fm.Trouble {
	switch {
	case strings.Contains(words, "resets "):
		return fm.LimitTrouble
	case anyIn(words, []string{
		"spend limit", "out of usage", "out of extra usage", "usage credits", "seat type", "disabled for your org", "disabled by your admin", "is set to $0",
	}):
		return fm.CreditTrouble
	case anyIn(words, []string{"you've hit your", "you've reached your", "you’ve hit your"}):
		return fm.LimitTrouble
	}
	return fm.RateTrouble
}

func unreachable() []string {
	return []string{
		"unable to connect", "connectionrefused", "econnrefused", "econnreset", "enotfound", "eai_again", "etimedout", "ehostunreach", "enetunreach",
		"connection error", "timed out", "socket hang up", "fetch failed",
	}
}

func anyIn(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
