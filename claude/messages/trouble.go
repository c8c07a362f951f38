package messages

import (
	"net/http"
	"strconv"
	"time"
)

// Drop says where the connection of an answer breaks.
type Drop string

// The places; the empty one is a connection that holds.
const (
	DropAtOnce Drop = "at once" // no byte is sent
	DropMidway Drop = "midway"  // the stream ends within the first text or tool
)

// Fail is the reply that is an error of the API. A kind such as
// "overloaded_error" and the words are for the CLI to show.
func Fail(status int, kind, words string) Reply {
	return Reply{Status: status, Type: kind, Error: words}
}

// Overloaded is the API that is at capacity.
func Overloaded() Reply { return Fail(529, "overloaded_error", "Overloaded") }

// TooMany is the API that asks to slow down, for so long.
func TooMany(wait time.Duration) Reply {
	r := Fail(http.StatusTooManyRequests, "rate_limit_error", "This request would exceed your rate limit.")
	r.Header = http.Header{}
	r.Header.Set("Retry-After", seconds(wait))
	return r
}

// Unauthorized is the API that refuses the key.
func Unauthorized() Reply {
	return Fail(http.StatusUnauthorized, "authentication_error", "invalid x-api-key")
}

// NoCredit is the API of an account without money.
func NoCredit() Reply {
	return Fail(http.StatusBadRequest, "invalid_request_error",
		"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.")
}

// Window is a usage limit of a subscription.
type Window string

// The windows, as the API names them.
const (
	FiveHours Window = "five_hour"
	SevenDays Window = "seven_day"
)

func (w Window) short() string {
	if w == SevenDays {
		return "7d"
	}
	return "5h"
}

// UsedUp is the API whose usage limit is reached until a time. Only a CLI that
// is logged in to a subscription (CLAUDE_CODE_OAUTH_TOKEN) opens its menu for
// it; one with an API key takes it for [TooMany].
func UsedUp(w Window, resets time.Time) Reply {
	r := Fail(http.StatusTooManyRequests, "rate_limit_error", "This request would exceed your account's rate limit. Please try again later.")
	r.Header = unified(w, 1, resets)
	r.Header.Set("Anthropic-Ratelimit-Unified-Status", "rejected")
	r.Header.Set("Retry-After", seconds(max(time.Until(resets), time.Second)))
	return r
}

// Near adds to a reply how much of a usage limit is used: a share from 0 to 1.
func (r Reply) Near(w Window, used float64, resets time.Time) Reply {
	r.Header = unified(w, used, resets)
	r.Header.Set("Anthropic-Ratelimit-Unified-Status", "allowed")
	return r
}

// unified is what release 2.1.197 of the CLI reads of a usage limit.
func unified(w Window, used float64, resets time.Time) http.Header {
	h := http.Header{}
	name := "Anthropic-Ratelimit-Unified-"
	at := strconv.FormatInt(resets.Unix(), 10)
	h.Set(name+"Reset", at)
	h.Set(name+"Representative-Claim", string(w))
	h.Set(name+w.short()+"-Utilization", strconv.FormatFloat(used, 'g', -1, 64))
	h.Set(name+w.short()+"-Reset", at)
	return h
}

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }
