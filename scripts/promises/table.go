package main

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// reasons says, under a heading for each promise, why one is not held and what
// it would take.
//
//go:embed notes.md
var reasons string

// verdict is what became of a promise.
type verdict string

// The verdicts.
const (
	held       verdict = "yes"
	missed     verdict = "**no**"
	unmeasured verdict = "not measured"
	elsewhere  verdict = ""
)

// table is a row for each promise, and the reasons for those that are not held.
func table(list []promise, r results) string {
	var b, why strings.Builder
	b.WriteString("| promise | target | measured | reference | ratio | held? |\n|---|---|---|---|---|---|\n")
	told := map[string]bool{}
	for _, p := range list {
		row, v := p.row(r)
		b.WriteString(row)
		if (v == missed || v == unmeasured) && !told[p.note] {
			told[p.note] = true
			why.WriteString(p.reason())
		}
	}
	if why.Len() > 0 {
		b.WriteString("\n### What is not held, and why\n\n" + why.String())
	}
	return b.String()
}

// row is a promise's line of the table.
func (p promise) row(r results) (string, verdict) {
	measured, reference, ratio := p.by, "–", "–"
	value, have := r.middle(p.at)
	by, haveRef := r.middle(p.reference)
	if p.scale != 0 {
		value, by = value*p.scale, by*p.scale
	}
	if haveRef {
		reference = fmt.Sprintf("%s %s (%s)", short(by), p.unit, p.refName)
	}
	quotient, haveRatio := r.middle(p.ratio)
	if !haveRatio && have && haveRef && by != 0 {
		quotient, haveRatio = value/by, true
	}
	if haveRatio {
		ratio = short(quotient)
	}
	v := p.judge(value, have, quotient, haveRatio)
	switch {
	case have:
		measured = strings.TrimSpace(short(value) + " " + p.unit)
	case v == unmeasured:
		measured = "–"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", p.what, p.target, measured, reference, ratio, v), v
}

// judge holds the numbers against the promise.
func (p promise) judge(value float64, have bool, ratio float64, haveRatio bool) verdict {
	switch {
	case p.by != "":
		return elsewhere
	case !have, p.ratioMost > 0 && !haveRatio:
		return unmeasured
	case p.least && ratio < p.ratioMost, !p.least && p.ratioMost > 0 && ratio > p.ratioMost:
		return missed
	case !p.least && p.most >= 0 && value > p.most:
		return missed
	}
	return held
}

// reason is what notes.md says of the promise.
func (p promise) reason() string {
	_, rest, ok := strings.Cut(reasons, "\n## "+p.note+"\n")
	if !ok {
		return "* " + p.what + ": nobody has said why yet.\n"
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return strings.TrimSpace(text) + "\n"
}

// short gives a number with three digits that count.
func short(x float64) string {
	switch {
	case x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
