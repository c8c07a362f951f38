//go:build sqlite

package disk

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"

	_ "modernc.org/sqlite"
)

func engines() map[string]engine {
	return map[string]engine{"fm": ours{}, "sqlite": sqlite{}}
}

// sqlite keeps the same tasks in a table, as durably: a log that is written
// ahead, and synced at each commit.
type sqlite struct{}

func (sqlite) connect(dir string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "queue.db")+
		"?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func (s sqlite) fill(ctx context.Context, dir string, tasks int) error {
	db, err := s.connect(dir)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `CREATE TABLE task (id TEXT PRIMARY KEY, parent TEXT, priority INT, status TEXT, worker INT, since INT, revision INT, attempt INT, title TEXT)`); err != nil {
		return err
	}
	add, err := tx.PrepareContext(ctx, `INSERT INTO task VALUES (?, '9', 3, 'pending', 0, unixepoch(), 1, 0, 'Add JWT middleware to the service')`)
	if err != nil {
		return err
	}
	for i := range tasks {
		if _, err := add.ExecContext(ctx, strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s sqlite) open(ctx context.Context, dir string) (func(context.Context, string, int) error, error) {
	db, err := s.connect(dir)
	if err != nil {
		return nil, err
	}
	claim, err := db.PrepareContext(ctx, `UPDATE task SET status = 'working', worker = ?, since = unixepoch(), revision = revision + 1, attempt = attempt + 1
		WHERE id = ? AND status = 'pending' AND revision = 1 RETURNING attempt`)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, id string, worker int) error {
		var attempt int
		if err := claim.QueryRowContext(ctx, worker, id).Scan(&attempt); err != nil {
			return fmt.Errorf("task %s: %w", id, err)
		}
		return nil
	}, nil
}
