// Command promises holds what the benchmarks measured against what fm promises,
// as a table for docs/benchmarks.md.
//
//	promises .cache/bench.txt .cache/bench-cli.md
//
// It promises that no row is left out: what was not measured says so, and what
// is not held is followed by the reason, if anybody has found one. It measures
// nothing itself.
//
// Start reading at [promises], which is the list.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "promises:", err) // nobody to tell
		os.Exit(1)                                       //nolint:forbidigo // this is main
	}
}

// run reads the outputs of benchmarks in these files and writes the table.
func run(paths []string, w io.Writer) error {
	if len(paths) == 0 {
		return errors.New("want files with the output of benchmarks")
	}
	all := results{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read results: %w", err)
		}
		all.read(string(text))
	}
	if _, err := io.WriteString(w, table(promises(), all)); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}
