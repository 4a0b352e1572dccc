// SPDX-License-Identifier: LGPL-2.1-or-later

// world.go - the simulated inventory, one lock, and what changed in it
//
// Exists because the simulator changes objects in many places and tells of few
// of them. Everything that reads or changes an object runs in world.do: under
// one lock, and at its end every object that the call may have touched is
// compared, property by property, with what clients were told of it. So no
// change is missed and each is known at once, at a cost by what was touched.

package main

import (
	"context"
	"fmt"
	"log"
	"reflect"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type moref = types.ManagedObjectReference

type fault struct {
	detail  types.BaseMethodFault
	message string
}

type world struct {
	mu       sync.Mutex
	opt      *options
	touched  map[moref]bool
	sessions map[string]*session // by cookie
	denied   map[denial]bool     // properties that nobody may read
	guests   map[moref]*guest
	tasks    map[moref]*task
	asking   map[moref]*asking
	leases   map[string]*lease        // by their secrets
	tickets  map[string]serviceTicket // by their ids
	hostGate *gate                    // where hosts take tickets; nil: nowhere
	events   eventHistory
	alarms   []*mo.Alarm // that are defined
	pressed  []string    // keys
	// screenshots: how many pictures were taken
	screenshots int
	gate        *gate
	// atTaskEnd: called when a task is over; nil: nobody waits for one
	atTaskEnd func()
}

// call is one request, decoded.
type call struct {
	w       *world
	method  string
	this    moref
	req     interface{}
	body    []byte // as it came
	api     apiVersion
	session *session
	ctx     context.Context // ends when the client goes away
}

func newWorld(opt *options) *world {
	w := &world{opt: opt, touched: map[moref]bool{}, sessions: map[string]*session{},
		denied: map[denial]bool{}, guests: map[moref]*guest{}, tasks: map[moref]*task{}, asking: map[moref]*asking{}, leases: map[string]*lease{},
		tickets: map[string]serviceTicket{}}
	simulator.Map.AddHandler(&journal{w})
	w.tapEvents()
	return w
}

// journal hears what the simulator does tell of; it runs under world.mu.
type journal struct{ w *world }

func (j *journal) Reference() moref         { return moref{Type: "Journal", Value: "journal"} }
func (j *journal) PutObject(o mo.Reference) { j.w.touch(o.Reference()) }
func (j *journal) RemoveObject(r moref)     { j.w.touch(r) }
func (j *journal) UpdateObject(o mo.Reference, changes []types.PropertyChange) {
	j.w.touch(o.Reference())
	j.w.posted(o, changes)
}

func (w *world) touch(refs ...moref) {
	for _, ref := range refs {
		w.touched[ref] = true
	}
}

// do runs f with the world held, then tells every filter what changed.
func (w *world) do(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	w.flush()
}

// touchAround marks ref and the objects whose lists name it.
func (w *world) touchAround(ref moref) {
	w.touch(ref)
	obj := simulator.Map.Get(ref)
	if obj == nil {
		return
	}
	if e, ok := obj.(mo.Entity); ok && e.Entity().Parent != nil {
		w.touch(*e.Entity().Parent)
	}
	switch o := moValue(obj).Addr().Interface().(type) {
	case *mo.VirtualMachine:
		w.touch(o.Datastore...)
		w.touch(o.Network...)
		if o.Runtime.Host != nil {
			w.touch(*o.Runtime.Host)
		}
		if o.ResourcePool != nil {
			w.touch(*o.ResourcePool)
		}
		if o.ParentVApp != nil {
			w.touch(*o.ParentVApp)
		}
	case *mo.HostSystem:
		w.touch(o.Datastore...)
		w.touch(o.Network...)
	case *mo.ResourcePool:
		w.touch(o.Vm...)
	case *mo.VirtualMachineSnapshot:
		w.touch(o.Vm)
	}
}

// touchRequest marks every object that a request names.
func (w *world) touchRequest(v reflect.Value) {
	switch v.Kind() {
	case reflect.Ptr, reflect.Interface:
		if !v.IsNil() {
			w.touchRequest(v.Elem())
		}
	case reflect.Slice:
		for i := 0; i < v.Len(); i++ {
			w.touchRequest(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == morefType {
			w.touchAround(v.Interface().(moref))
			return
		}
		for i := 0; v.Type() != timeType && i < v.NumField(); i++ {
			w.touchRequest(v.Field(i))
		}
	}
}

// get finds an object as this session sees it; nil if there is none.
func (w *world) get(s *session, ref moref) mo.Reference {
	if s != nil {
		if o := s.object(ref); o != nil {
			return o
		}
	}
	return simulator.Map.Get(ref)
}

// native calls the simulator's own implementation of a method.
func (c *call) native() (res interface{}, f *fault) {
	obj := c.w.get(c.session, c.this)
	if obj == nil {
		return nil, notFound(c.this)
	}
	if o, ok := obj.(mo.Entity); ok {
		if f := disabled(o, c.method); f != nil {
			return nil, f
		}
	}
	m := reflect.ValueOf(obj).MethodByName(goMethod(c.method))
	if !m.IsValid() || m.Type().NumOut() != 1 {
		return nil, &fault{&types.MethodNotFound{Receiver: c.this, Method: c.method},
			fmt.Sprintf("%s does not implement %s", c.this, c.method)}
	}
	c.w.touchRequest(reflect.ValueOf(c.req))
	defer c.w.touchRequest(reflect.ValueOf(c.req))
	defer func() {
		if p := recover(); p != nil {
			log.Printf("%s on %s: %v", c.method, c.this, p)
			res, f = nil, &fault{&types.SystemError{Reason: fmt.Sprint(p)}, "A general system error occurred: " + fmt.Sprint(p)}
		}
	}()
	return c.invoke(obj, m)
}

func (c *call) invoke(obj mo.Reference, m reflect.Value) (interface{}, *fault) {
	ctx := &simulator.Context{Context: context.Background(), Caller: &c.this, Map: simulator.Map,
		Session: c.session.sim}
	args := []reflect.Value{reflect.ValueOf(c.req)}
	if m.Type().NumIn() == 2 {
		args = append([]reflect.Value{reflect.ValueOf(ctx)}, args...)
	}
	var out []reflect.Value
	simulator.Map.WithLock(obj, func() { out = m.Call(args) })
	body := out[0].Interface().(soap.HasFault)
	if sf := body.Fault(); sf != nil {
		detail, ok := sf.VimFault().(types.BaseMethodFault)
		if !ok {
			detail = &types.SystemError{Reason: sf.String}
		}
		return nil, &fault{detail, messageOf(detail, sf.String)}
	}
	res := reflect.ValueOf(body).Elem().FieldByName("Res")
	if !res.IsValid() || res.IsNil() {
		return nil, nil
	}
	return res.Interface(), nil
}

// goMethod is the Go name of a SOAP method: FooTask for Foo_Task.
func goMethod(name string) string {
	if strings.HasSuffix(name, "_Task") {
		name = strings.TrimSuffix(name, "_Task") + "Task"
	}
	return upperFirst(name)
}

func disabled(e mo.Entity, method string) *fault {
	for _, name := range e.Entity().DisabledMethod {
		if name == goMethod(method) || name == method {
			return &fault{&types.MethodDisabled{}, "The method is disabled by 'vcsim'"}
		}
	}
	return nil
}

// machine is the machine that the call is about, unless the method is disabled there.
func (c *call) machine() (*simulator.VirtualMachine, *fault) {
	vm := vmOf(c.this)
	if vm == nil {
		return nil, notFound(c.this)
	}
	return vm, disabled(vm, c.method)
}

// idleMachine is the same, unless a task of it runs.
func (c *call) idleMachine() (*simulator.VirtualMachine, *fault) {
	vm, f := c.machine()
	if f != nil {
		return nil, f
	}
	if t := c.w.busy(c.this); t != nil {
		return nil, &fault{&types.TaskInProgress{Task: t.sim.Self}, "Another task is already in progress."}
	}
	return vm, nil
}

func notFound(ref moref) *fault {
	return &fault{&types.ManagedObjectNotFound{Obj: ref},
		fmt.Sprintf("The object '%s:%s' has already been deleted or has not been completely created", ref.Type, ref.Value)}
}

// moValue digs the vim25 object out of the simulator's wrapper.
func moValue(obj mo.Reference) reflect.Value {
	if g, ok := obj.(interface{ Get() mo.Reference }); ok {
		obj = g.Get()
	}
	v := reflect.ValueOf(obj).Elem()
	for !strings.HasSuffix(v.Type().PkgPath(), "vim25/mo") {
		v = v.Field(0)
	}
	return v
}

func vmOf(ref moref) *simulator.VirtualMachine {
	vm, _ := simulator.Map.Get(ref).(*simulator.VirtualMachine)
	return vm
}
