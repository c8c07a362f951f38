//go:build ignore

// Command measure runs a command 50 times and prints a row of a table about it:
// its name, and the shortest and the middle run by the clock and in CPU time.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

const runs = 50

func main() {
	if err := measure(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func measure(name string, argv []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var clock, cpu []time.Duration
	for range runs {
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.WaitDelay = time.Second
		began := time.Now()
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%q: %w", argv, err)
		}
		clock = append(clock, time.Since(began))
		cpu = append(cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	slices.Sort(clock)
	slices.Sort(cpu)
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/1e6) }
	fmt.Printf("| %s | %s | %s | %s | %s |\n", name, ms(clock[0]), ms(clock[runs/2]), ms(cpu[0]), ms(cpu[runs/2]))
	return nil
}
