// SPDX-License-Identifier: LGPL-2.1-or-later

// filter.go - one filter of a property collector
//
// Holds, for each object it selects, the properties as they were last read, and
// when each changed last. Guarded by world.mu.

package main

import (
	"bytes"
	"container/list"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type propState struct {
	val   []byte // the encoded <val>; nil: unset
	fault types.BaseMethodFault
	at    uint64 // version in which it became so
}

// member is an object in a filter, or, when it left, what tells of that.
type member struct {
	f       *filter
	ref     moref
	props   []property
	state   []propState
	entered uint64
	seq     uint64 // version of the last change
	left    bool
	place   *list.Element // in collector.log
}

type filter struct {
	ref     moref
	c       *collector
	spec    types.PropertyFilterSpec
	api     apiVersion
	partial bool
	g       *graph
	members map[moref]*member
	kinds   map[string][]property // by class: what is collected; nil value: nothing
}

func (f *filter) object() mo.Reference {
	return &mo.PropertyFilter{Self: f.ref, Spec: f.spec, PartialUpdates: f.partial}
}

func createFilter(c *call) (interface{}, *fault) {
	r := c.req.(*types.CreateFilter)
	col, fl := c.collector()
	if fl != nil {
		return nil, fl
	}
	roots, fl := c.checkFilter(&r.Spec)
	if fl != nil {
		return nil, fl
	}
	f := &filter{ref: c.session.newRef("PropertyFilter"), c: col, spec: r.Spec, api: c.api, partial: r.PartialUpdates,
		members: map[moref]*member{}, kinds: map[string][]property{}}
	col.filters = append(col.filters, f)
	c.session.filters[f.ref] = f
	f.g = newGraph(c.w, c.session, c.api, roots, f.selected)
	col.announce()
	return &types.CreateFilterResponse{Returnval: f.ref}, nil
}

// checkFilter: everything that can be wrong with a filter's spec.
func (c *call) checkFilter(spec *types.PropertyFilterSpec) ([]root, *fault) {
	if f := checkSpec(spec, c.api); f != nil {
		return nil, f
	}
	if f := checkTraversals(spec.ObjectSet, c.api); f != nil {
		return nil, f
	}
	if !isTrue(spec.ReportMissingObjectsInResults) {
		for _, o := range spec.ObjectSet {
			if c.w.get(c.session, o.Obj) == nil {
				return nil, notFound(o.Obj)
			}
		}
	}
	return compileSpecs(spec.ObjectSet)
}

func destroyFilter(c *call) (interface{}, *fault) {
	f := c.session.filters[c.this]
	if f == nil {
		return nil, notFound(c.this)
	}
	f.destroy()
	return nil, nil
}

func (f *filter) destroy() {
	for _, m := range f.members {
		f.c.log.Remove(m.place)
	}
	for i := range f.c.filters {
		if f.c.filters[i] == f {
			f.c.filters = append(append([]*filter{}, f.c.filters[:i]...), f.c.filters[i+1:]...)
			break
		}
	}
	delete(f.c.session.filters, f.ref)
}

// collected: the properties of a class; false when the filter wants none of it.
func (f *filter) collected(kind string) ([]property, bool) {
	props, ok := f.kinds[kind]
	if !ok {
		var match bool
		if props, match = propertiesOf(kind, f.spec.PropSet); match && props == nil {
			props = []property{}
		}
		f.kinds[kind] = props
	}
	return props, props != nil
}

// selected is told by the graph that an object came or went.
func (f *filter) selected(ref moref, in bool) {
	if in {
		f.enter(ref)
	} else {
		f.leave(ref)
	}
}

func (f *filter) enter(ref moref) {
	props, ok := f.collected(ref.Type)
	obj := f.c.w.get(f.c.session, ref)
	if !ok || obj == nil {
		return
	}
	m := f.members[ref]
	if m == nil {
		m = &member{f: f, ref: ref, props: props, state: make([]propState, len(props))}
		m.place = f.c.log.PushBack(m)
		f.members[ref] = m
	}
	m.left = false
	m.entered = f.c.stamp(m)
	v := moValue(obj)
	for i := range m.props {
		s := &m.state[i]
		s.val, s.fault = f.c.w.val(obj, v, &m.props[i], f.api)
		s.at = m.seq
	}
}

func (f *filter) leave(ref moref) {
	m := f.members[ref]
	if m == nil || m.left {
		return
	}
	f.c.stamp(m)
	m.left = true
	f.c.tombs = append(f.c.tombs, m)
}

// refresh compares one object with what is known of it.
func (f *filter) refresh(ref moref) {
	f.g.refresh(ref)
	m := f.members[ref]
	obj := f.c.w.get(f.c.session, ref)
	switch {
	case (m == nil || m.left) && obj != nil && f.g.count[ref] > 0:
		f.enter(ref)
	case m == nil || m.left:
	case obj == nil:
		f.leave(ref)
	default:
		m.compare(obj)
	}
}

func (m *member) compare(obj mo.Reference) {
	v := moValue(obj)
	c := m.f.c
	changed := false
	for i := range m.props {
		s := &m.state[i]
		val, fault := c.w.val(obj, v, &m.props[i], m.f.api)
		if bytes.Equal(val, s.val) && (val == nil) == (s.val == nil) && (fault == nil) == (s.fault == nil) {
			continue
		}
		if !changed {
			c.stamp(m)
			changed = true
		}
		s.val, s.fault, s.at = val, fault, m.seq
	}
}
