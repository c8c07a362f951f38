package disk

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// A contest is so many processes that claim tasks of one queue at once, as fast
// as each of them can.
const (
	contestTasks = 10_000
	contestants  = 8
	claimsEach   = 25
	contestRole  = "FM_DISK_CONTEST" // "ENGINE WORKER DIR": makes the test binary one of them
)

// engine keeps a queue. What it has claimed when claim returns must be durable.
type engine interface {
	fill(ctx context.Context, dir string, tasks int) error
	open(ctx context.Context, dir string) (claim func(ctx context.Context, id string, worker int) error, err error)
}

// ours is the queue of fm.
type ours struct{}

func (ours) fill(ctx context.Context, dir string, tasks int) error {
	q, err := openDir(ctx, dir)
	if err != nil {
		return err
	}
	var changes []queue.Change
	for i := range tasks {
		changes = append(changes, queue.Add(fm.Task{ID: fm.TaskID(strconv.Itoa(i)), Parent: "9", Title: "Add JWT middleware to the service"}, time.Now()))
	}
	_, err = q.Commit(ctx, time.Now(), changes...)
	return err
}

func (ours) open(ctx context.Context, dir string) (func(context.Context, string, int) error, error) {
	q, err := openDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	if _, err := q.Refresh(ctx, time.Now()); err != nil {
		return nil, err
	}
	return func(ctx context.Context, id string, worker int) error {
		t, ok := q.Snapshot().Task(fm.TaskID(id))
		if !ok || t.Status != fm.Pending {
			return fmt.Errorf("task %s is %q", id, t.Status)
		}
		_, err := q.Commit(ctx, time.Now(), queue.Claim(t, fm.WorkerID(worker), time.Now()))
		return err
	}, nil
}

// contend is one process of a contest: it says that it is ready, waits for a
// line, claims every eighth task, and tells how long each claim took.
func contend(words string, in io.Reader, out io.Writer) int {
	ctx := context.Background()
	part := strings.SplitN(words, " ", 3)
	worker, err := strconv.Atoi(part[1])
	var claim func(context.Context, string, int) error
	if err == nil {
		claim, err = engines()[part[0]].open(ctx, part[2])
	}
	fmt.Fprintln(out, "ready")
	_, _ = bufio.NewReader(in).ReadString('\n')
	lags := make([]time.Duration, 0, claimsEach)
	for i := 0; err == nil && i < claimsEach; i++ {
		began := time.Now()
		err = claim(ctx, strconv.Itoa(i*contestants+worker-1), worker)
		lags = append(lags, time.Since(began))
	}
	if err != nil {
		fmt.Fprintln(out, "error", err)
		return 1
	}
	for _, lag := range lags {
		fmt.Fprintln(out, int64(lag))
	}
	return 0
}

// contest holds one, and returns how long each claim took, sorted, and how long
// the whole of them.
func contest(b *testing.B, name string) (lags []time.Duration, took time.Duration) {
	b.Helper()
	dir := b.TempDir()
	if err := engines()[name].fill(b.Context(), dir, contestTasks); err != nil {
		b.Fatal(err)
	}
	type process struct {
		cmd *exec.Cmd
		in  io.WriteCloser
		out *bufio.Scanner
	}
	var all []process
	for w := 1; w <= contestants; w++ {
		cmd := exec.CommandContext(b.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", contestRole, name, w, dir))
		cmd.Stderr, cmd.WaitDelay = os.Stderr, time.Second
		in, err := cmd.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			b.Fatal(err)
		}
		p := process{cmd, in, bufio.NewScanner(out)}
		if p.out.Scan(); p.out.Text() != "ready" {
			b.Fatalf("process %d says %q", w, p.out.Text())
		}
		all = append(all, p)
	}
	began := time.Now()
	for _, p := range all {
		if _, err := io.WriteString(p.in, "go\n"); err != nil {
			b.Fatal(err)
		}
	}
	for _, p := range all {
		for p.out.Scan() {
			ns, err := strconv.ParseInt(p.out.Text(), 10, 64)
			if err != nil {
				b.Fatal(p.out.Text())
			}
			lags = append(lags, time.Duration(ns))
		}
		if took = max(took, time.Since(began)); p.cmd.Wait() != nil {
			b.Fatal(p.cmd.ProcessState)
		}
	}
	slices.Sort(lags)
	return lags, took
}

// BenchmarkClaim has eight processes claim 200 of 10,000 tasks, durably. One
// round is a contest of each engine, one after the other, so that a busy moment
// of the machine meets them alike. SQLite takes part where it is built in:
// scripts/bench says how.
func BenchmarkClaim(b *testing.B) {
	type sums struct{ p50, p99, most, rate []float64 }
	result := map[string]*sums{}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	for b.Loop() {
		for name := range engines() {
			lags, took := contest(b, name)
			if result[name] == nil {
				result[name] = &sums{}
			}
			r := result[name]
			r.p50 = append(r.p50, ms(lags[len(lags)/2]))
			r.p99 = append(r.p99, ms(lags[len(lags)*99/100]))
			r.most = append(r.most, ms(lags[len(lags)-1]))
			r.rate = append(r.rate, float64(len(lags))/took.Seconds())
		}
	}
	middle := func(all []float64) float64 { slices.Sort(all); return all[len(all)/2] }
	for name, r := range result {
		b.ReportMetric(middle(r.p50), name+"-p50-ms")
		b.ReportMetric(middle(r.p99), name+"-p99-ms")
		b.ReportMetric(middle(r.most), name+"-max-ms")
		b.ReportMetric(middle(r.rate), name+"-claims/s")
	}
	b.ReportMetric(0, "ns/op")
}
