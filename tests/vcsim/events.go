// SPDX-License-Identifier: LGPL-2.1-or-later

// events.go - the history of events, and collectors of it
//
// Exists because the simulator's collectors know no times, keep a thousand events and give them
// newest first. Every event that the simulator posts is kept here, by a collector of its own that
// listens to it; clients get these collectors:
//
// REF EventHistoryCollector, HistoryCollector: latestPage is the newest events, in no order that is
// promised, and is pushed when it changes; the scrollable view begins at the oldest and ReadNextEvents
// returns nothing at its end; the page size is at most 1000. REF EventFilterSpec: entity with its
// recursion, time, type, eventTypeId, userName. REF EventManager: at most maxCollector, else
// InvalidState; a host's history cannot be read, only the latest page (LIBVIRT; its QueryEvents is
// NotImplemented). LogUserEvent makes a GeneralUserEvent. Collectors end with their session. A server
// that is started anew has its events still.

package main

import (
	"fmt"
	"net/http"
	"os"
	"reflect"
	"sort"
	"strconv"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const maxCollectors = 32

type eventHistory struct {
	all  []types.BaseEvent // oldest first
	key  int32
	tap  moref    // the simulator's collector that listens
	file *os.File // nil: they are gone with the process; see history.go
}

type eventCollector struct {
	mo.EventHistoryCollector
	size int
	next int32 // the key that the scrollable view goes on after
}

func (c *eventCollector) Reference() moref { return c.Self }

func eventManager() *simulator.EventManager {
	return simulator.Map.Get(*serviceContent().EventManager).(*simulator.EventManager)
}

// tapEvents lets the simulator tell of each event from now on.
func (w *world) tapEvents() {
	if serviceContent().EventManager == nil {
		return
	}
	session := &simulator.Session{Registry: simulator.NewRegistry()}
	ctx := &simulator.Context{Map: simulator.Map, Session: session}
	req := &types.CreateCollectorForEvents{Filter: types.EventFilterSpec{MaxCount: 1}}
	body := eventManager().CreateCollectorForEvents(ctx, req)
	w.events.tap = reflect.ValueOf(body).Elem().FieldByName("Res").Elem().FieldByName("Returnval").Interface().(moref)
}

// posted is called for each change that the simulator tells of.
func (w *world) posted(o mo.Reference, changes []types.PropertyChange) {
	if o.Reference() != w.events.tap || len(changes) != 1 {
		return
	}
	page := reflect.Indirect(reflect.ValueOf(changes[0].Val)) // an ArrayOfEvent
	if page.Kind() == reflect.Struct {
		page = page.Field(0)
	}
	if event, ok := page.Index(0).Interface().(types.BaseEvent); ok {
		w.addEvent(event)
	}
}

// addEvent gives an event its key and its time, and tells every collector that wants it.
func (w *world) addEvent(event types.BaseEvent) {
	h := &w.events
	h.key++
	e := event.GetEvent()
	e.Key, e.ChainId = h.key, h.key
	e.CreatedTime = time.Now().UTC()
	h.keep(event)
	h.all = append(h.all, event)
	for _, s := range w.sessions {
		for _, c := range s.events {
			if c.wants(event) {
				c.page(h)
				w.touch(c.Self)
			}
		}
	}
}

// page is newest first, as a vCenter mostly has it.
func (c *eventCollector) page(h *eventHistory) {
	c.LatestPage = nil
	for i := len(h.all) - 1; i >= 0 && len(c.LatestPage) < c.size; i-- {
		if c.wants(h.all[i]) {
			c.LatestPage = append(c.LatestPage, h.all[i])
		}
	}
}

func (c *eventCollector) wants(event types.BaseEvent) bool {
	spec := c.Filter.(types.EventFilterSpec)
	e := event.GetEvent()
	if t := spec.Time; t != nil {
		if t.BeginTime != nil && e.CreatedTime.Before(*t.BeginTime) || t.EndTime != nil && e.CreatedTime.After(*t.EndTime) {
			return false
		}
	}
	if u := spec.UserName; u != nil && len(u.UserList) > 0 && !contains(u.UserList, e.UserName) {
		return false
	}
	kind := reflect.TypeOf(event).Elem().Name()
	if len(spec.Type) > 0 && !contains(spec.Type, kind) || len(spec.EventTypeId) > 0 && !contains(spec.EventTypeId, kind) {
		return false
	}
	return spec.Entity == nil || isAbout(e, spec.Entity)
}

func contains(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

func isAbout(e *types.Event, by *types.EventFilterSpecByEntity) bool {
	for _, ref := range subjects(e) {
		self := ref == by.Entity
		if self && by.Recursion != types.EventFilterSpecRecursionOptionChildren {
			return true
		}
		for up := holderOf(ref); up != nil && by.Recursion != types.EventFilterSpecRecursionOptionSelf; up = holderOf(*up) {
			if *up == by.Entity {
				return true
			}
		}
	}
	return false
}

func subjects(e *types.Event) (refs []moref) {
	if e.Vm != nil {
		refs = append(refs, e.Vm.Vm)
	}
	if e.Host != nil {
		refs = append(refs, e.Host.Host)
	}
	if e.ComputeResource != nil {
		refs = append(refs, e.ComputeResource.ComputeResource)
	}
	if e.Ds != nil {
		refs = append(refs, e.Ds.Datastore)
	}
	if e.Net != nil {
		refs = append(refs, e.Net.Network)
	}
	if e.Datacenter != nil {
		refs = append(refs, e.Datacenter.Datacenter)
	}
	return refs
}

func holderOf(ref moref) *moref {
	if entity, ok := simulator.Map.Get(ref).(mo.Entity); ok {
		return entity.Entity().Parent
	}
	return nil
}

// ---- methods

func (c *call) newEvents(spec types.EventFilterSpec) (*eventCollector, *fault) {
	if len(c.session.events) >= maxCollectors {
		return nil, &fault{&types.InvalidState{}, "Too many event collectors to create"}
	}
	col := &eventCollector{size: 10}
	if spec.MaxCount > 0 {
		col.size = int(spec.MaxCount)
	}
	col.Self = c.session.newRef("EventHistoryCollector")
	col.Filter = spec
	col.page(&c.w.events)
	return col, nil
}

func createEvents(c *call) (interface{}, *fault) {
	col, f := c.newEvents(c.req.(*types.CreateCollectorForEvents).Filter)
	if f != nil {
		return nil, f
	}
	c.session.events[col.Self] = col
	return &types.CreateCollectorForEventsResponse{Returnval: col.Self}, nil
}

func queryEvents(c *call) (interface{}, *fault) {
	if c.w.opt.isHost() {
		return nil, &fault{&types.NotImplemented{}, "The operation is not implemented on the object."}
	}
	col, f := c.newEvents(c.req.(*types.QueryEvents).Filter)
	if f != nil {
		return nil, f
	}
	col.size = 1000
	col.page(&c.w.events)
	return &types.QueryEventsResponse{Returnval: col.LatestPage}, nil
}

func (c *call) onEvents(f func(*eventCollector) (interface{}, *fault)) (interface{}, *fault) {
	col := c.session.events[c.this]
	if col == nil {
		return nil, notFound(c.this)
	}
	return f(col)
}

func sizeFault(n int32) *fault {
	if n > 0 && n <= 1000 {
		return nil
	}
	return &fault{&types.InvalidArgument{InvalidProperty: "maxCount"}, "A specified parameter was not correct: maxCount"}
}

func setPageSize(c *call) (interface{}, *fault) {
	return c.onEvents(func(col *eventCollector) (interface{}, *fault) {
		n := c.req.(*types.SetCollectorPageSize).MaxCount
		if f := sizeFault(n); f != nil {
			return nil, f
		}
		col.size = int(n)
		col.page(&c.w.events)
		c.w.touch(col.Self)
		return nil, nil
	})
}

func rewindEvents(c *call) (interface{}, *fault) {
	return c.onEvents(func(col *eventCollector) (interface{}, *fault) { col.next = 0; return nil, nil })
}

func resetEvents(c *call) (interface{}, *fault) {
	return c.onEvents(func(col *eventCollector) (interface{}, *fault) { col.next = c.w.events.key; return nil, nil })
}

func readNextEvents(c *call) (interface{}, *fault) {
	return c.onEvents(func(col *eventCollector) (interface{}, *fault) {
		n := c.req.(*types.ReadNextEvents).MaxCount
		if f := sizeFault(n); f != nil {
			return nil, f
		}
		if c.w.opt.isHost() {
			return nil, &fault{&types.NotImplemented{}, "The operation is not implemented on the object."}
		}
		all := c.w.events.all
		first := sort.Search(len(all), func(i int) bool { return all[i].GetEvent().Key > col.next })
		var out []types.BaseEvent
		for _, e := range all[first:] {
			if len(out) == int(n) {
				break
			}
			col.next = e.GetEvent().Key
			if col.wants(e) {
				out = append(out, e)
			}
		}
		return &types.ReadNextEventsResponse{Returnval: out}, nil
	})
}

func destroyEvents(c *call) (interface{}, *fault) {
	return c.onEvents(func(col *eventCollector) (interface{}, *fault) {
		delete(c.session.events, col.Self)
		c.w.touch(col.Self)
		return nil, nil
	})
}

func logUserEvent(c *call) (interface{}, *fault) {
	req := c.req.(*types.LogUserEvent)
	if c.w.get(c.session, req.Entity) == nil {
		return nil, notFound(req.Entity)
	}
	c.w.userEvent(req.Entity, c.session.sim.UserName, req.Msg)
	return nil, nil
}

// userEvent posts a GeneralUserEvent about an object.
func (w *world) userEvent(ref moref, user, text string) {
	e := &types.GeneralUserEvent{}
	e.UserName, e.Message, e.FullFormattedMessage = user, text, "User logged event: "+text
	entity, _ := simulator.Map.Get(ref).(mo.Entity)
	if entity != nil {
		name := types.EntityEventArgument{Name: entity.Entity().Name}
		switch ref.Type {
		case "VirtualMachine":
			e.Vm = &types.VmEventArgument{EntityEventArgument: name, Vm: ref}
		case "HostSystem":
			e.Host = &types.HostEventArgument{EntityEventArgument: name, Host: ref}
		case "Datastore":
			e.Ds = &types.DatastoreEventArgument{EntityEventArgument: name, Datastore: ref}
		case "Datacenter":
			e.Datacenter = &types.DatacenterEventArgument{EntityEventArgument: name, Datacenter: ref}
		}
		e.Entity = &types.ManagedEntityEventArgument{EntityEventArgument: name, Entity: ref}
	}
	w.addEvent(e)
}

// burst: POST /events?n=N[&object=O][&message=TEXT]
func (c *control) burst(r *http.Request) (interface{}, error) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		return nil, fmt.Errorf("n: %q is no number", r.FormValue("n"))
	}
	object := r.FormValue("object")
	if object == "" {
		object = serviceContent().RootFolder.Value
	}
	r.Form.Set("object", object)
	return c.onObject(r, "object", func(ref moref) error {
		for i := 0; i < n; i++ {
			c.w.userEvent(ref, "burst", fmt.Sprintf("%s%d", r.FormValue("message"), i))
		}
		return nil
	})
}
