package fake

import (
	"maps"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// resolver is a field that takes arguments.
type resolver func(args object) (any, *gqlError)

// gqlError is one of the errors that come with a 200.
type gqlError struct{ kind, message string }

// execution runs one GraphQL request over the world. What a type has stands in
// an [object]; a field that is not there is a violation, because the fake would
// have to learn it.
type execution struct {
	renderer
	doc     *document
	schema  *ast.Schema // nil: answers are held against nothing
	errors  []any
	violate func(string, ...any)
	budget  *Budget
}

func (s *Server) runGraphQL(c *call) reply {
	d := c.graphQL
	switch {
	case s.world.settings.NoGraphQL:
		return forbidden()
	case slices.Contains(s.world.settings.Denied, d.operation()):
		return ok(object{"data": nil, "errors": []any{object{"type": "FORBIDDEN", "message": notYours}}})
	case d.fault != "":
		s.violate("graphql: %s", d.fault)
		return ok(object{"errors": []any{object{"message": d.fault}}})
	}
	e := &execution{renderer: c.render, doc: d, violate: s.violate, budget: s.budgets["graphql"]}
	if s.opts.Published != nil {
		e.schema = s.opts.Published.graph
	}
	root := e.query()
	if d.mutates() {
		root = e.mutation()
	}
	answer := object{"data": e.choose(d.op.SelectionSet, root, nil)}
	if len(e.errors) > 0 {
		answer["errors"] = e.errors
	}
	return ok(answer)
}

func (e *execution) fail(path []any, err *gqlError) {
	e.errors = append(e.errors, object{"type": err.kind, "message": err.message, "path": path, "locations": []any{object{"line": 1, "column": 1}}})
}

// choose makes the object that a selection asks for.
func (e *execution) choose(set ast.SelectionSet, from object, path []any) object {
	out := object{}
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			key := s.Alias
			if key == "" {
				key = s.Name
			}
			out[key] = e.field(s, from, append(slices.Clone(path), key))
		case *ast.InlineFragment:
			e.spread(s.TypeCondition, s.SelectionSet, from, out, path)
		case *ast.FragmentSpread:
			if f := e.doc.parsed.Fragments.ForName(s.Name); f != nil {
				e.spread(f.TypeCondition, f.SelectionSet, from, out, path)
			}
		}
	}
	return out
}

func (e *execution) spread(kind string, set ast.SelectionSet, from, out object, path []any) {
	if kind != "" && kind != from["__typename"] {
		return
	}
	maps.Copy(out, e.choose(set, from, path))
}

func (e *execution) field(f *ast.Field, from object, path []any) any {
	value, there := from[f.Name]
	if !there {
		e.violate("graphql: the fake has no field %s of %v", f.Name, from["__typename"])
		return nil
	}
	if resolve, is := value.(resolver); is {
		args := object{}
		for _, a := range f.Arguments {
			v, err := a.Value.Value(e.doc.Variables)
			if err != nil {
				e.violate("graphql: argument %s of %s: %v", a.Name, f.Name, err)
			}
			args[a.Name] = v
		}
		var err *gqlError
		if value, err = resolve(args); err != nil {
			e.fail(path, err)
			return nil
		}
	}
	e.fits(f, value)
	return e.complete(f, value, path)
}

// fits holds a value against its type in the schema, where there is one.
func (e *execution) fits(f *ast.Field, value any) {
	if f.Definition == nil || e.schema == nil {
		return // not held against a schema
	}
	kind := f.Definition.Type
	fine := true
	switch v := value.(type) {
	case nil:
		fine = !kind.NonNull
	case string:
		def := e.schema.Types[kind.Name()]
		fine = kind.Elem == nil && def != nil && (def.Kind == ast.Scalar && kind.Name() != "Int" && kind.Name() != "Boolean" || def.EnumValues.ForName(v) != nil)
	case bool:
		fine = kind.Name() == "Boolean"
	case int, int64:
		fine = kind.Name() == "Int"
	case []object:
		fine = kind.Elem != nil
	case object:
		fine = kind.Elem == nil && e.isA(v, kind.Name())
	}
	if !fine {
		e.violate("graphql: response: %s of %s is %v, want %s", f.Name, f.ObjectDefinition.Name, value, kind)
	}
}

func (e *execution) isA(o object, kind string) bool {
	if o == nil || o["__typename"] == kind {
		return true
	}
	for _, possible := range e.schema.PossibleTypes[kind] {
		if possible.Name == o["__typename"] {
			return true
		}
	}
	return false
}

func (e *execution) complete(f *ast.Field, value any, path []any) any {
	switch v := value.(type) {
	case object:
		if v == nil {
			return nil
		}
		return e.choose(f.SelectionSet, v, path)
	case []object:
		list := make([]any, 0, len(v))
		for i, each := range v {
			if each == nil {
				list = append(list, nil)
				continue
			}
			list = append(list, e.choose(f.SelectionSet, each, append(slices.Clone(path), i)))
		}
		return list
	}
	return value
}

// connection is a list that is read in parts. The cursors are positions.
func connection(kind string, all []object) resolver {
	return func(args object) (any, *gqlError) {
		from, to := 0, len(all)
		if after, is := args["after"].(string); is && after != "" {
			from = min(to, number(after))
		}
		if n := number(args["first"]); n > 0 {
			to = min(to, from+n)
		} else if n := number(args["last"]); n > 0 {
			from = max(from, to-n)
		}
		return object{
			"__typename": kind + "Connection", "nodes": all[from:to], "totalCount": len(all),
			"pageInfo": object{
				"__typename": "PageInfo", "hasNextPage": to < len(all), "hasPreviousPage": from > 0,
				"startCursor": strconv.Itoa(from), "endCursor": strconv.Itoa(to),
			},
		}, nil
	}
}

// number reads what a literal or a variable gives.
func number(v any) int {
	switch v := v.(type) {
	case int64:
		return int(v)
	case float64:
		return int(v)
	case string:
		n, err := strconv.Atoi(v)
		if err == nil {
			return n
		}
	}
	return 0
}

func text(v any) string {
	s, _ := v.(string) // "" for what was not given
	return s
}
