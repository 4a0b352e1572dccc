// SPDX-License-Identifier: LGPL-2.1-or-later

// graph.go - which objects a set of traversal specs reaches, kept up to date
//
// Exists because following the specs anew for each change would cost the whole
// inventory each time. A node is a spec at an object with the objects it leads
// to; counts say how often an object is selected and a node reached. When an
// object changes, only its own nodes are read again. Counts cannot see a cycle
// that nothing outside reaches any more, so an edge that vanished between
// objects that stay asks for one sweep: the whole graph followed anew.
//
// Guarded by world.mu.

package main

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

type traversal struct {
	kind  string
	steps []string
	skip  bool
	next  []*traversal
}

type nodeKey struct {
	ref  moref
	spec *traversal
}

type node struct {
	in   int
	kids []moref
}

type root struct {
	ref  moref
	skip bool
	next []*traversal
}

type graph struct {
	w        *world
	session  *session
	api      apiVersion
	roots    []root
	nodes    map[nodeKey]*node
	byRef    map[moref][]*traversal
	count    map[moref]int
	onChange func(ref moref, selected bool) // nil while sweeping
	suspect  bool
}

func isTrue(b *bool) bool { return b != nil && *b }

// compileSpecs resolves the names in object specs into traversals.
func compileSpecs(objects []types.ObjectSpec) ([]root, *fault) {
	named := map[string]*traversal{}
	made := map[*types.TraversalSpec]*traversal{}
	var declare func([]types.BaseSelectionSpec)
	declare = func(set []types.BaseSelectionSpec) {
		for _, s := range set {
			if ts, ok := s.(*types.TraversalSpec); ok {
				t := &traversal{kind: ts.Type, steps: makeProperty(ts.Path).steps, skip: isTrue(ts.Skip)}
				made[ts] = t
				if ts.Name != "" {
					named[ts.Name] = t
				}
				declare(ts.SelectSet)
			}
		}
	}
	for _, o := range objects {
		declare(o.SelectSet)
	}
	for ts, t := range made {
		next, f := resolve(ts.SelectSet, named, made)
		if f != nil {
			return nil, f
		}
		t.next = next
	}
	var roots []root
	for _, o := range objects {
		next, f := resolve(o.SelectSet, named, made)
		if f != nil {
			return nil, f
		}
		roots = append(roots, root{o.Obj, isTrue(o.Skip), next})
	}
	return roots, nil
}

func resolve(set []types.BaseSelectionSpec, named map[string]*traversal,
	made map[*types.TraversalSpec]*traversal) ([]*traversal, *fault) {
	var out []*traversal
	for _, s := range set {
		ts, ok := s.(*types.TraversalSpec)
		t := made[ts]
		if !ok {
			t = named[s.GetSelectionSpec().Name]
		}
		if t == nil {
			return nil, &fault{&types.InvalidArgument{InvalidProperty: "selectSet"},
				"There is no TraversalSpec named '" + s.GetSelectionSpec().Name + "'."}
		}
		out = append(out, t)
	}
	return out, nil
}

// checkTraversals refuses paths that no object of the class has.
func checkTraversals(objects []types.ObjectSpec, api apiVersion) *fault {
	var check func([]types.BaseSelectionSpec) *fault
	check = func(set []types.BaseSelectionSpec) *fault {
		for _, s := range set {
			ts, ok := s.(*types.TraversalSpec)
			if !ok {
				continue
			}
			if _, known := moTypes[ts.Type]; !known || typeSince(ts.Type) > api {
				return invalid("Unable to resolve WSDL type name %s", ts.Type)
			}
			if declared(ts.Type, ts.Path, api) == nil {
				return &fault{&types.InvalidProperty{Name: ts.Path},
					"The property " + ts.Path + " of " + ts.Type + " could not be found."}
			}
			if f := check(ts.SelectSet); f != nil {
				return f
			}
		}
		return nil
	}
	for _, o := range objects {
		if f := check(o.SelectSet); f != nil {
			return f
		}
	}
	return nil
}

func newGraph(w *world, s *session, api apiVersion, roots []root, onChange func(moref, bool)) *graph {
	g := &graph{w: w, session: s, api: api, roots: roots, onChange: onChange}
	g.clear()
	g.fill()
	return g
}

func (g *graph) clear() {
	g.nodes = map[nodeKey]*node{}
	g.byRef = map[moref][]*traversal{}
	g.count = map[moref]int{}
}

func (g *graph) fill() {
	for _, r := range g.roots {
		if !r.skip {
			g.add(r.ref)
		}
		g.visit(r.ref, r.next)
	}
}

func (g *graph) add(ref moref) {
	g.count[ref]++
	if g.count[ref] == 1 && g.onChange != nil {
		g.onChange(ref, true)
	}
}

func (g *graph) visit(ref moref, specs []*traversal) {
	for _, t := range specs {
		if !isA(ref.Type, t.kind) {
			continue
		}
		key := nodeKey{ref, t}
		if n := g.nodes[key]; n != nil {
			n.in++
			continue
		}
		n := &node{in: 1, kids: g.read(ref, t)}
		g.nodes[key] = n
		g.byRef[ref] = append(g.byRef[ref], t)
		for _, kid := range n.kids {
			g.link(t, kid)
		}
	}
}

func (g *graph) link(t *traversal, kid moref) {
	if !t.skip {
		g.add(kid)
	}
	g.visit(kid, t.next)
}

func (g *graph) unlink(t *traversal, kid moref) {
	if !t.skip {
		g.count[kid]--
		if g.count[kid] == 0 {
			delete(g.count, kid)
			g.onChange(kid, false)
		} else {
			g.suspect = true
		}
	}
	g.leave(kid, t.next)
}

func (g *graph) leave(ref moref, specs []*traversal) {
	for _, t := range specs {
		key := nodeKey{ref, t}
		n := g.nodes[key]
		if n == nil {
			continue
		}
		n.in--
		if n.in > 0 {
			g.suspect = true
			continue
		}
		delete(g.nodes, key)
		g.forget(ref, t)
		for _, kid := range n.kids {
			g.unlink(t, kid)
		}
	}
}

func (g *graph) forget(ref moref, t *traversal) {
	list := g.byRef[ref]
	for i := range list {
		if list[i] == t {
			g.byRef[ref] = append(append([]*traversal{}, list[:i]...), list[i+1:]...)
			break
		}
	}
	if len(g.byRef[ref]) == 0 {
		delete(g.byRef, ref)
	}
}

// read gives the objects that a spec leads to from an object, now.
func (g *graph) read(ref moref, t *traversal) []moref {
	obj := g.w.get(g.session, ref)
	if obj == nil {
		return nil
	}
	v, ok := read(moValue(obj), t.steps)
	if !ok || len(g.w.denied) != 0 && g.w.isDenied(ref, t.steps) {
		return nil
	}
	v = reflect.Indirect(v)
	switch x := v.Interface().(type) {
	case moref:
		return []moref{x}
	case []moref:
		return append([]moref(nil), x...)
	}
	return nil
}

// refresh follows the specs at one object again.
func (g *graph) refresh(ref moref) {
	for _, t := range append([]*traversal(nil), g.byRef[ref]...) {
		n := g.nodes[nodeKey{ref, t}]
		if n == nil {
			continue // gone meanwhile
		}
		old := n.kids
		n.kids = g.read(ref, t)
		added, removed := difference(old, n.kids)
		for _, kid := range added {
			g.link(t, kid)
		}
		for _, kid := range removed {
			g.unlink(t, kid)
		}
	}
}

// difference of two lists that may hold the same element twice.
func difference(old, now []moref) (added, removed []moref) {
	if reflect.DeepEqual(old, now) {
		return nil, nil
	}
	left := make(map[moref]int, len(old))
	for _, r := range old {
		left[r]++
	}
	for _, r := range now {
		if left[r] > 0 {
			left[r]--
		} else {
			added = append(added, r)
		}
	}
	for _, r := range old {
		if left[r] > 0 {
			left[r]--
			removed = append(removed, r)
		}
	}
	return added, removed
}

// settle ends a batch of refreshes: what only a cycle held goes now.
func (g *graph) settle() {
	if !g.suspect {
		return
	}
	g.suspect = false
	before, changed := g.count, g.onChange
	g.onChange = nil
	g.clear()
	g.fill()
	g.onChange = changed
	for ref := range before {
		if g.count[ref] == 0 {
			changed(ref, false)
		}
	}
	for ref := range g.count {
		if before[ref] == 0 {
			changed(ref, true)
		}
	}
}
