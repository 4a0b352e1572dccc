// SPDX-License-Identifier: LGPL-2.1-or-later

// views.go - container and list views
//
// Exists because a view's list must change with the inventory at once and at
// small cost: a container view is a graph of its own (graph.go), and filters
// that traverse `view` hear of it. Guarded by world.mu.

package main

import (
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type view interface {
	object() mo.Reference
	// refresh follows a change of one object; done ends a batch of them and
	// tells whether the view's list changed.
	refresh(touched map[moref]bool) (changed bool)
}

type listView struct {
	w *world
	mo.ListView
}

func (v *listView) object() mo.Reference { return &v.ListView }

// refresh drops the objects that are gone.
func (v *listView) refresh(touched map[moref]bool) bool {
	kept := v.View[:0:0]
	for _, ref := range v.View {
		if !touched[ref] || v.w.exists(ref) {
			kept = append(kept, ref)
		}
	}
	changed := len(kept) != len(v.View)
	v.View = kept
	return changed
}

func (w *world) exists(ref moref) bool { return w.get(nil, ref) != nil }

func createListView(c *call) (interface{}, *fault) {
	v := &listView{w: c.w}
	v.Self = c.session.newRef("ListView")
	v.change(c, c.req.(*types.CreateListView).Obj, nil)
	c.session.views[v.Self] = v
	return &types.CreateListViewResponse{Returnval: v.Self}, nil
}

// change adds and removes; it gives what does not exist.
func (v *listView) change(c *call, add, remove []moref) (unresolved []moref) {
	gone := map[moref]bool{}
	for _, ref := range remove {
		gone[ref] = true
	}
	kept := v.View[:0:0]
	has := map[moref]bool{}
	for _, ref := range v.View {
		if !gone[ref] {
			kept, has[ref] = append(kept, ref), true
		}
	}
	for _, ref := range add {
		if c.w.get(c.session, ref) == nil {
			unresolved = append(unresolved, ref)
		} else if !has[ref] {
			kept, has[ref] = append(kept, ref), true
		}
	}
	v.View = kept
	c.w.touch(v.Self)
	return unresolved
}

func modifyListView(c *call) (interface{}, *fault) {
	v, ok := c.session.views[c.this].(*listView)
	if !ok {
		return nil, notFound(c.this)
	}
	r := c.req.(*types.ModifyListView)
	return &types.ModifyListViewResponse{Returnval: v.change(c, r.Add, r.Remove)}, nil
}

func resetListView(c *call) (interface{}, *fault) {
	v, ok := c.session.views[c.this].(*listView)
	if !ok {
		return nil, notFound(c.this)
	}
	return &types.ResetListViewResponse{Returnval: v.change(c, c.req.(*types.ResetListView).Obj, v.View)}, nil
}

func destroyView(c *call) (interface{}, *fault) {
	if c.session.views[c.this] == nil {
		return nil, notFound(c.this)
	}
	delete(c.session.views, c.this)
	c.w.touch(c.this)
	return nil, nil
}

type containerView struct {
	mo.ContainerView
	g       *graph
	order   []moref
	changed bool
}

// containment: what lies in what. Each step leads to the next ones again.
var containment = []struct{ kind, path string }{
	{"Folder", "childEntity"}, {"Datacenter", "vmFolder"}, {"Datacenter", "hostFolder"},
	{"Datacenter", "datastoreFolder"}, {"Datacenter", "networkFolder"}, {"ComputeResource", "host"},
	{"ComputeResource", "resourcePool"}, {"ResourcePool", "resourcePool"}, {"ResourcePool", "vm"},
	{"HostSystem", "vm"},
}

func containmentSpecs(recursive bool) []*traversal {
	var all []*traversal
	for _, s := range containment {
		all = append(all, &traversal{kind: s.kind, steps: makeProperty(s.path).steps})
	}
	for _, t := range all {
		if recursive {
			t.next = all
		}
	}
	return all
}

func createContainerView(c *call) (interface{}, *fault) {
	r := c.req.(*types.CreateContainerView)
	if !c.w.exists(r.Container) {
		return nil, notFound(r.Container)
	}
	for _, t := range r.Type {
		if !isA(t, "ManagedEntity") || typeSince(t) > c.api {
			return nil, &fault{&types.InvalidArgument{InvalidProperty: "type"}, "A specified parameter was not correct: type"}
		}
	}
	v := &containerView{}
	v.Self = c.session.newRef("ContainerView")
	v.Container, v.Type, v.Recursive = r.Container, r.Type, r.Recursive
	roots := []root{{ref: r.Container, skip: true, next: containmentSpecs(r.Recursive)}}
	v.g = newGraph(c.w, c.session, c.api, roots, func(moref, bool) { v.changed = true })
	v.list()
	c.session.views[v.Self] = v
	return &types.CreateContainerViewResponse{Returnval: v.Self}, nil
}

func (v *containerView) object() mo.Reference { return &v.ContainerView }

func (v *containerView) wants(ref moref) bool {
	for _, t := range v.Type {
		if isA(ref.Type, t) {
			return true
		}
	}
	return len(v.Type) == 0
}

// list rebuilds the view's list, objects in the order in which they came.
func (v *containerView) list() {
	kept := v.order[:0:0]
	has := make(map[moref]bool, len(v.order))
	for _, ref := range v.order {
		if v.g.count[ref] > 0 {
			kept, has[ref] = append(kept, ref), true
		}
	}
	var fresh []moref
	for ref := range v.g.count {
		if !has[ref] && v.wants(ref) {
			fresh = append(fresh, ref)
		}
	}
	sortRefs(fresh)
	v.order = append(kept, fresh...)
	v.View = v.order
	v.changed = false
}

func (v *containerView) refresh(touched map[moref]bool) bool {
	for ref := range touched {
		v.g.refresh(ref)
	}
	v.g.settle()
	if !v.changed {
		return false
	}
	v.list()
	return true
}

// flushViews brings the views up to date; those that changed are touched.
func (w *world) flushViews() {
	for _, s := range w.sessions {
		for ref, v := range s.views {
			if v.refresh(w.touched) {
				w.touch(ref)
			}
		}
	}
}
