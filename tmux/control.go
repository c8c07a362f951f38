package tmux

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// answerLimit is how long one answer on the control connection may take.
const answerLimit = 2 * time.Second

// errLost means that the control connection ended. The same question may be
// asked by exec.
var errLost = errors.New("control connection lost")

// conn is a control-mode connection (tmux(1), CONTROL MODE): one line asks, one
// block %begin … %end or %error answers, in the order of the lines. Between
// blocks stand notifications, which are only ever signs that something may
// have changed.
//
//	ask ──line──► tmux -C ──► server
//	 ▲               │
//	 └─ slots ◄── read: blocks to the oldest slot, notifications to note
//
// No text that a pane shows is ever asked for here, so none can pass for the
// end of a block.
type conn struct {
	cmd   *exec.Cmd
	in    *os.File
	note  func(line string)
	ended chan struct{} // closed when the reader is done

	mu    sync.Mutex    // held to write a line and take its slot, in one step
	slots []chan answer // the lines not answered yet, oldest first; each buffers one
}

type answer struct {
	text string
	err  error
}

// dialControl attaches to the hub and returns when the connection answers. The
// notes are called by the reader and must not block. The client asks for no
// output (a slow reader would freeze the panes) and has no size.
func (s *Server) dialControl(ctx context.Context, note func(string)) (*conn, error) {
	stdin, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("connect to tmux: %w", err)
	}
	cmd := exec.CommandContext(ctx, "tmux", append(always(), "-S", s.path, "-C",
		"attach-session", "-f", "no-output,ignore-size", "-t", exact(hub))...)
	cmd.Env = s.opts.Environ
	cmd.Stdin = stdin
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	_ = stdin.Close() // the child has its own
	if err != nil {
		_ = in.Close() // never used
		return nil, fmt.Errorf("connect to tmux: %w", err)
	}
	c := &conn{cmd: cmd, in: in, note: note, ended: make(chan struct{})}
	go c.read(out)
	if err := c.ping(ctx); err != nil {
		c.close()
		return nil, fmt.Errorf("connect to tmux: %w", err)
	}
	return c, nil
}

// ping asks for a word and wants exactly that word back, which also shows that
// answers and questions are in step.
func (c *conn) ping(ctx context.Context) error {
	const word = "fm-in-step"
	switch got, err := c.ask(ctx, "display-message", "-p", word); {
	case err != nil:
		return err
	case got != word+"\n":
		return fmt.Errorf("%w: out of step: %.40q", errLost, got)
	}
	return nil
}

// ask sends one command and waits for its answer. A question that is given up
// keeps its slot, so that a late answer reaches nobody else.
func (c *conn) ask(ctx context.Context, words ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	slots, err := c.send(ctx, words)
	if err != nil {
		return "", err
	}
	return c.await(ctx, slots[0], words[0])
}

// list asks all [questions] at once and waits for the three answers.
func (c *conn) list(ctx context.Context) (listing, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	q := questions()
	slots, err := c.send(ctx, q[:]...)
	if err != nil {
		return listing{}, err
	}
	var all strings.Builder
	for i, slot := range slots {
		text, err := c.await(ctx, slot, q[i][0])
		if err != nil {
			return listing{}, err
		}
		all.WriteString(text)
	}
	return parseListing(all.String())
}

func (c *conn) send(ctx context.Context, commands ...[]string) ([]chan answer, error) {
	var lines strings.Builder
	slots := make([]chan answer, len(commands))
	for i, words := range commands {
		lines.WriteString(quote(words))
		lines.WriteByte('\n')
		slots[i] = make(chan answer, 1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline, _ := ctx.Deadline()
	_ = c.in.SetWriteDeadline(deadline) // a pipe has deadlines; if not, the server's buffer is large
	if _, err := io.WriteString(c.in, lines.String()); err != nil {
		// Half a line may have gone out: nothing after it would be in step.
		_ = c.in.Close()
		return nil, fmt.Errorf("%w: %w", errLost, err)
	}
	c.slots = append(c.slots, slots...)
	return slots, nil
}

func (c *conn) await(ctx context.Context, slot chan answer, verb string) (string, error) {
	select {
	case a := <-slot:
		if a.err != nil {
			return "", fmt.Errorf("tmux %s: %w", verb, a.err)
		}
		return a.text, nil
	case <-c.ended:
		return "", fmt.Errorf("tmux %s: %w", verb, errLost)
	case <-ctx.Done():
		return "", fmt.Errorf("tmux %s: no answer: %w", verb, ctx.Err())
	}
}

// read runs until tmux closes its side. It never waits for a consumer.
func (c *conn) read(out io.Reader) {
	defer close(c.ended)
	r := bufio.NewReader(out)
	var block *block
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case block != nil:
			if a, closed := block.take(line); closed {
				c.answer(block, a)
				block = nil
			}
		case strings.HasPrefix(line, "%begin "):
			block = newBlock(line)
		default:
			c.note(line)
		}
	}
}

// answer gives a block to the oldest slot. Blocks that no line of ours asked
// for (the attach itself, hooks) carry a zero in their flags.
func (c *conn) answer(b *block, a answer) {
	if !b.asked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.slots) > 0 {
		c.slots[0] <- a
		c.slots = c.slots[1:]
	}
}

// close ends the connection and waits for its process.
func (c *conn) close() {
	c.mu.Lock()
	_ = c.in.Close() // tmux detaches at the end of its input
	c.mu.Unlock()
	_ = c.cmd.Cancel() // a client of a hung server does not read its input
	<-c.ended
	_ = c.cmd.Wait() // killed or detached, both are the end that was wanted
}

// block is an answer on its way. Only the exact guard that opened it closes
// it; nothing inside is interpreted.
type block struct {
	guard string // "time number flags"
	asked bool
	text  strings.Builder
}

func newBlock(line string) *block {
	guard := strings.TrimPrefix(line, "%begin ")
	return &block{guard: guard, asked: strings.HasSuffix(guard, " 1")}
}

func (b *block) take(line string) (a answer, closed bool) {
	switch line {
	case "%end " + b.guard:
		return answer{text: b.text.String()}, true
	case "%error " + b.guard:
		return answer{err: fmt.Errorf("%s", strings.TrimSpace(b.text.String()))}, true
	}
	b.text.WriteString(line)
	b.text.WriteByte('\n')
	return answer{}, false
}
