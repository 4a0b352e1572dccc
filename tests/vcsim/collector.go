// SPDX-License-Identifier: LGPL-2.1-or-later

// collector.go - property collectors: versions, waits, pages
//
// Exists because the simulator's collector knows no versions and no pages and
// reads the inventory again for each update. Promises, as real servers: each
// version is a number; a reply that was lost can be asked for again with the
// same version; one marked truncated has a version that is good for one
// follow-up; any other version is InvalidCollectorVersion. A wait wakes within
// the change that it waits for, and ends by CancelWaitForUpdates, the end of the
// session or collector (RequestCanceled), or its time.
//
// The log holds each member of each filter once, in the order of their last
// changes, so that what changed since a version is the log's tail. A change that
// no reply has told of yet moves along when its object changes again, else a
// page boundary could hide it. Guarded by world.mu.

package main

import (
	"container/list"
	"strconv"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

type collector struct {
	w       *world
	session *session
	ref     moref
	filters []*filter
	log     *list.List // of *member
	tombs   []*member  // those that left, until their leaving was acknowledged
	seq     uint64

	told      uint64 // version of the last reply
	toldMore  bool   // it was truncated
	acked     uint64 // version that the client last passed
	ackedMore bool   // it was a truncated one
	answered  bool   // a reply has followed it

	waiter *waiter
}

// waiter is a call that waits; changed is closed to wake it, gone to end it.
type waiter struct {
	changed chan struct{}
	gone    chan struct{}
}

func newCollector(s *session, ref moref) *collector {
	c := &collector{w: s.w, session: s, ref: ref, log: list.New()}
	s.collectors[ref] = c
	return c
}

// collector finds the one a call is made on; the session's default one is made
// when it is first used.
func (c *call) collector() (*collector, *fault) {
	if col := c.session.collectors[c.this]; col != nil {
		return col, nil
	}
	if c.this == serviceContent().PropertyCollector {
		return newCollector(c.session, c.this), nil
	}
	return nil, notFound(c.this)
}

func createCollector(c *call) (interface{}, *fault) {
	col := newCollector(c.session, c.session.newRef("PropertyCollector"))
	return &types.CreatePropertyCollectorResponse{Returnval: col.ref}, nil
}

func destroyCollector(c *call) (interface{}, *fault) {
	col := c.session.collectors[c.this]
	if col == nil {
		return nil, notFound(c.this)
	}
	col.destroy()
	return nil, nil
}

func (c *collector) destroy() {
	c.cancel()
	for _, f := range append([]*filter(nil), c.filters...) {
		f.destroy()
	}
	delete(c.session.collectors, c.ref)
}

func cancelWait(c *call) (interface{}, *fault) {
	col, f := c.collector()
	if f == nil {
		col.cancel()
	}
	return nil, f
}

func (c *collector) cancel() {
	if c.waiter != nil {
		close(c.waiter.gone)
		c.waiter = nil
	}
}

// stamp gives a member's change its version and moves it to the log's end.
func (c *collector) stamp(m *member) uint64 {
	c.seq++
	if m.entered > c.told {
		m.entered = c.seq
	}
	for i := range m.state {
		if m.state[i].at > c.told {
			m.state[i].at = c.seq
		}
	}
	m.seq = c.seq
	c.log.MoveToBack(m.place)
	return c.seq
}

// announce wakes whoever waits for updates.
func (c *collector) announce() {
	if w := c.waiter; w != nil {
		select {
		case <-w.changed:
		default:
			close(w.changed)
		}
	}
}

// flush brings every view and filter up to date with what was touched.
func (w *world) flush() {
	if len(w.touched) == 0 {
		return
	}
	w.flushViews()
	touched := w.touched
	w.touched = map[moref]bool{}
	for _, s := range w.sessions {
		for _, f := range s.filters {
			before := f.c.seq
			for ref := range touched {
				f.refresh(ref)
			}
			f.g.settle()
			if f.c.seq != before {
				f.c.announce()
			}
		}
	}
}

// begin checks the version that the client passed.
func (c *collector) begin(version string) *fault {
	if version == "" {
		c.acked, c.ackedMore, c.answered = 0, false, false
		c.rewind()
		return nil
	}
	v, err := strconv.ParseUint(version, 10, 64)
	switch {
	case err == nil && v != 0 && v == c.told && v != c.acked:
		c.acked, c.ackedMore, c.answered = v, c.toldMore, false
	case err == nil && v != 0 && v == c.acked && !(c.ackedMore && c.answered):
		c.rewind()
	default:
		return &fault{&types.InvalidCollectorVersion{}, "The collector version '" + version + "' is not valid."}
	}
	c.bury()
	return nil
}

// bury forgets the objects whose leaving the client has acknowledged.
func (c *collector) bury() {
	kept := c.tombs[:0]
	for _, m := range c.tombs {
		if m.left && m.seq <= c.acked {
			c.log.Remove(m.place)
			if m.f.members[m.ref] == m {
				delete(m.f.members, m.ref)
			}
		} else if m.left {
			kept = append(kept, m)
		}
	}
	c.tombs = kept
}

// wait answers WaitForUpdatesEx and its elders; it holds the world only while
// it looks. forever: without a limit of time.
func (c *call) wait(version string, seconds *int32, max int) (interface{}, *fault) {
	var timeout <-chan time.Time
	if seconds != nil {
		timer := time.NewTimer(time.Duration(*seconds) * time.Second)
		defer timer.Stop()
		timeout = timer.C
	}
	var col *collector
	var res interface{}
	var f *fault
	own := &waiter{gone: make(chan struct{})}
	look := func() (done bool) {
		if res = col.updates(max, c.api); res != nil {
			col.stopWaiting(own)
			return true
		}
		own.changed = make(chan struct{})
		return false
	}
	c.w.do(func() {
		if col, f = c.collector(); f == nil {
			if f = col.begin(version); f == nil {
				col.cancel()
				col.waiter = own
				if !look() && seconds != nil && *seconds <= 0 {
					col.stopWaiting(own)
				}
			}
		}
	})
	for f == nil && res == nil && (seconds == nil || *seconds > 0) {
		select {
		case <-own.changed:
			c.w.do(func() {
				if col.waiter == own {
					look()
				}
			})
			continue
		case <-own.gone:
			f = &fault{&types.RequestCanceled{}, "The request was canceled by a user."}
		case <-timeout:
			c.w.do(func() { col.stopWaiting(own) })
			return nil, nil
		case <-c.ctx.Done():
			c.w.do(func() { col.stopWaiting(own) })
			return nil, nil
		}
	}
	return res, f
}

func (c *collector) stopWaiting(own *waiter) {
	if c.waiter == own {
		c.waiter = nil
	}
}

func waitForUpdatesEx(c *call) (interface{}, *fault) {
	r := c.req.(*types.WaitForUpdatesEx)
	max := c.w.opt.updatePage
	var seconds *int32
	if r.Options != nil {
		seconds = r.Options.MaxWaitSeconds
		if n := int(r.Options.MaxObjectUpdates); n > 0 && n < max {
			max = n
		}
	}
	return c.wait(r.Version, seconds, max)
}

func waitForUpdates(c *call) (interface{}, *fault) {
	return c.wait(c.req.(*types.WaitForUpdates).Version, nil, 0)
}

func checkForUpdates(c *call) (interface{}, *fault) {
	return c.wait(c.req.(*types.CheckForUpdates).Version, new(int32), 0)
}
