package queue

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// costKey and tokenKey are the keys of what a task has spent, with beforeMark
// behind them those of what it had spent before the current attempt.
const (
	costKey    = "c"
	tokenKey   = "k"
	beforeMark = "b"
)

// writeSpending gives the fields of an amount, and nothing for nothing.
func writeSpending(mark string, s fm.Spending) string {
	var fields string
	if s.Cost > 0 {
		fields += "|" + costKey + mark + "=" + writeUSD(s.Cost)
	}
	if s.Tokens > 0 {
		fields += "|" + tokenKey + mark + "=" + strconv.FormatInt(s.Tokens, 10)
	}
	return fields
}

// readSpending reads what [writeSpending] wrote without a mark.
func readSpending(payload string) (fm.Spending, error) {
	var s fm.Spending
	for field := range strings.SplitSeq(payload, "|") {
		key, value, _ := strings.Cut(field, "=")
		if err := readAmounts(&s, key, value); err != nil {
			return fm.Spending{}, fmt.Errorf("field %s: %w", key, err)
		}
	}
	return s, nil
}

// readAmounts reads a field of an amount; others say nothing of it.
func readAmounts(s *fm.Spending, key, value string) error {
	var err error
	switch key {
	case costKey:
		s.Cost, err = readUSD(value)
	case tokenKey:
		s.Tokens, err = readTokens(value)
	}
	return err
}

const microDigits = 6

// writeUSD writes dollars with at least two decimals and no rounding.
func writeUSD(u fm.USD) string {
	s := fmt.Sprintf("%d.%0*d", u/1e6, microDigits, u%1e6)
	for strings.HasSuffix(s, "0") && !strings.HasSuffix(s[:len(s)-2], ".") {
		s = s[:len(s)-1]
	}
	return s
}

// readUSD reads dollars without going through a floating-point number.
func readUSD(s string) (fm.USD, error) {
	whole, decimals, point := strings.Cut(s, ".")
	if whole == "" || point && decimals == "" || len(decimals) > microDigits {
		return 0, fmt.Errorf("%q: want dollars such as 1.25, with at most six decimals", fm.Line(s, 40))
	}
	n, err := readAmount(whole + decimals + strings.Repeat("0", microDigits-len(decimals)))
	if err != nil {
		return 0, fmt.Errorf("%q: want dollars such as 1.25: %w", fm.Line(s, 40), err)
	}
	return fm.USD(n), nil
}

func readTokens(s string) (int64, error) {
	n, err := readAmount(s)
	if err != nil {
		return 0, fmt.Errorf("%q: want a number of tokens: %w", fm.Line(s, 40), err)
	}
	return n, nil
}

func readAmount(digits string) (int64, error) {
	n, err := strconv.ParseUint(digits, 10, 64)
	if errors.Is(err, strconv.ErrRange) || n > maxAmount {
		return 0, errors.New("out of range")
	}
	if err != nil {
		return 0, errors.New("no digits")
	}
	return int64(n), nil
}

// cutAmounts gives what stands before and behind the amounts in a line of
// fm's.
func cutAmounts(line string) (head, tail string) {
	at := len(line)
	for _, mark := range amountMarks() {
		if i := strings.Index(line, mark); i >= 0 {
			at = min(at, i)
		}
	}
	return line[:at], skipAmounts(line[at:])
}

// skipAmounts drops the amounts, and what was cut off of one, from the start
// of the rest of a line.
func skipAmounts(rest string) string {
	for _, mark := range amountMarks() {
		if strings.HasPrefix(mark, rest) {
			return ""
		}
		if !strings.HasPrefix(rest, mark) {
			continue
		}
		end := strings.IndexByte(rest[1:], '|')
		if end < 0 {
			return ""
		}
		rest = rest[1+end:]
	}
	return rest
}

// amountMarks are the beginnings of the fields of amounts, in their order in a
// line.
func amountMarks() [4]string {
	return [4]string{
		"|" + costKey + "=", "|" + tokenKey + "=",
		"|" + costKey + beforeMark + "=", "|" + tokenKey + beforeMark + "=",
	}
}
