// SPDX-License-Identifier: LGPL-2.1-or-later

// updates.go - update sets as XML
//
// Exists apart from collector.go because an update set is put together from
// values that filters keep encoded: a page of thousands of objects is copied,
// not encoded again. Guarded by world.mu.

package main

import (
	"container/list"
	"reflect"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// updates gives what changed since the acknowledged version, at most max
// objects (0: all), and remembers what it told; nil: nothing did.
func (c *collector) updates(max int, api apiVersion) interface{} {
	var order []*encoder
	sets := map[*filter]*encoder{}
	n, last, more := 0, c.acked, false
	for e := c.tail(c.acked); e != nil; e = e.Next() {
		m := e.Value.(*member)
		kind := m.news(c.acked)
		if kind != "" && max > 0 && n == max {
			more = true
			break
		}
		if last = m.seq; kind == "" {
			continue
		}
		n++
		if sets[m.f] == nil {
			sets[m.f] = m.f.openSet(api)
			order = append(order, sets[m.f])
		}
		m.encode(sets[m.f], kind, c.acked)
	}
	if n == 0 {
		return nil
	}
	if !more {
		last = c.seq
	}
	c.told, c.toldMore, c.answered = last, more, true
	return encodeSets(order, last, more, api)
}

// tail finds the first change after a version.
func (c *collector) tail(since uint64) *list.Element {
	var first *list.Element
	for e := c.log.Back(); e != nil && e.Value.(*member).seq > since; e = e.Prev() {
		first = e
	}
	return first
}

// rewind makes every change that the client has not acknowledged untold again,
// so that pages of another size than before can carry it.
func (c *collector) rewind() {
	c.told, c.toldMore = c.acked, c.ackedMore
	for e := c.tail(c.acked); e != nil; e = e.Next() {
		m := e.Value.(*member)
		if m.entered > c.acked {
			m.entered = m.seq
		}
		for i := range m.state {
			if m.state[i].at > c.acked {
				m.state[i].at = m.seq
			}
		}
	}
}

// news: what happened to the object since a version; "": nothing to tell.
func (m *member) news(since uint64) types.ObjectUpdateKind {
	switch {
	case m.left && m.entered > since:
		return ""
	case m.left:
		return types.ObjectUpdateKindLeave
	case m.entered > since:
		return types.ObjectUpdateKindEnter
	}
	for i := range m.state {
		if m.state[i].at > since {
			return types.ObjectUpdateKindModify
		}
	}
	return ""
}

func (f *filter) openSet(api apiVersion) *encoder {
	e := &encoder{api: api}
	e.WriteString("<filterSet>")
	e.moref("filter", f.ref, false)
	return e
}

func (m *member) encode(e *encoder, kind types.ObjectUpdateKind, since uint64) {
	e.WriteString("<objectSet>")
	e.simple("kind", string(kind))
	e.moref("obj", m.ref, false)
	if kind != types.ObjectUpdateKindLeave {
		enter := kind == types.ObjectUpdateKindEnter
		for i := range m.state {
			if !enter && m.f.c.w.opt.silentSummary && strings.HasPrefix(m.props[i].path, "summary.config.") {
				continue
			}
			if s := &m.state[i]; (enter || s.at > since) && s.fault == nil && (s.val != nil || !enter) {
				e.WriteString("<changeSet>")
				e.simple("name", m.props[i].path)
				e.WriteString("<op>assign</op>")
				e.Write(s.val)
				e.WriteString("</changeSet>")
			}
		}
		for i := range m.state {
			if s := &m.state[i]; (enter || s.at > since) && s.fault != nil {
				e.missing(m.props[i].path, s.fault)
			}
		}
	}
	e.WriteString("</objectSet>")
}

// missing writes a missingSet: the path and why it cannot be read.
func (e *encoder) missing(path string, f types.BaseMethodFault) {
	e.element("missingSet", reflect.ValueOf(types.MissingProperty{Path: path,
		Fault: types.LocalizedMethodFault{Fault: f, LocalizedMessage: messageOf(f, "")}}), false)
}

func encodeSets(sets []*encoder, version uint64, more bool, api apiVersion) rawXML {
	e := &encoder{api: api}
	e.WriteString("<returnval>")
	e.simple("version", strconv.FormatUint(version, 10))
	for _, s := range sets {
		e.Write(s.Bytes())
		e.WriteString("</filterSet>")
	}
	if more && fieldSince("UpdateSet", "truncated") <= api {
		e.WriteString("<truncated>true</truncated>")
	}
	e.WriteString("</returnval>")
	return rawXML(e.Bytes())
}
