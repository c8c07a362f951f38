package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

const (
	perPage  = 100 // the most that GitHub gives
	maxPages = 100 // of one list: a loop in the links ends somewhere
)

// pages reads a list, page by page, as long as each wants more.
func pages[T any](ctx context.Context, g *GitHub, path string, each func([]T) (more bool)) error {
	page := 1
	for range maxPages {
		var items []T
		resp, err := g.do(ctx, http.MethodGet, pageOf(path, page), nil, &items)
		if err != nil {
			return err
		}
		if !each(items) || resp.NextPage == 0 {
			return nil
		}
		page = resp.NextPage
	}
	return fmt.Errorf("read %s: more than %d entries", path, maxPages*perPage)
}

// all reads a whole list.
func all[T any](ctx context.Context, g *GitHub, path string) (list []T, err error) {
	err = pages(ctx, g, path, func(items []T) bool {
		list = append(list, items...)
		return true
	})
	return list, err
}

func pageOf(path string, page int) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	path += fmt.Sprintf("%sper_page=%d", separator, perPage)
	if page > 1 {
		path += fmt.Sprintf("&page=%d", page)
	}
	return path
}
