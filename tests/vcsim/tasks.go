// SPDX-License-Identifier: LGPL-2.1-or-later

// tasks.go - tasks that take time
//
// Exists because the simulator's tasks are over before their method returns.
// Here a task is queued when its method returns, runs for -task-time with
// progress, and does what it does at its end, all at once: one that is
// cancelled before has changed nothing. Guarded by world.mu.

package main

import (
	"reflect"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// taskLife: how long a finished task stays known, as on real servers.
const taskLife = 10 * time.Minute

// progressSteps: how often a slow task reports.
const progressSteps = 10

type task struct {
	w     *world
	sim   *simulator.Task
	call  *call
	run   func() (types.AnyType, *fault)
	stop  chan struct{} // closed by CancelTask
	hurry chan struct{} // closed by the control
	// ready: whether run can be called now; nil: it always can. Under world.mu.
	ready func() (bool, *fault)
}

// Names that differ from the method's own.
var taskNames = map[string]string{
	"PowerOnVM_Task": "powerOn", "PowerOffVM_Task": "powerOff", "SuspendVM_Task": "suspend",
	"ResetVM_Task": "reset", "ReconfigVM_Task": "reconfigure", "CloneVM_Task": "clone",
	"RelocateVM_Task": "relocate", "MigrateVM_Task": "migrate",
}

func taskName(method string) string {
	if name := taskNames[method]; name != "" {
		return name
	}
	name := strings.TrimSuffix(method, "_Task")
	return strings.ToLower(name[:1]) + name[1:]
}

// startTask answers a *_Task method. run is called with the world held, when
// the task's time is over.
func (c *call) startTask(cancelable bool, run func() (types.AnyType, *fault)) (interface{}, *fault) {
	t := &task{w: c.w, call: c, run: run, stop: make(chan struct{}),
		hurry: make(chan struct{}),
		sim:   simulator.CreateTask(c.this, taskName(c.method), nil)}
	info := &t.sim.Info
	info.Cancelable = cancelable
	info.EntityName = entityName(c.this)
	info.Reason = &types.TaskReasonUser{UserName: c.session.sim.UserName}
	c.w.tasks[t.sim.Self] = t
	go t.live(c.w.taskTime(c.method))
	e := &encoder{api: c.api}
	e.moref("returnval", t.sim.Self, false)
	return rawXML(e.Bytes()), nil
}

func entityName(ref moref) string {
	obj := simulator.Map.Get(ref)
	if obj == nil {
		return ref.Value
	}
	if v, ok := read(moValue(obj), []string{"name"}); ok && v.Kind() == reflect.String {
		return v.String()
	}
	return ref.Value
}

// hurryTasks ends those under way as if their time were over.
func (w *world) hurryTasks() {
	for _, t := range w.tasks {
		select {
		case <-t.hurry:
		default:
			close(t.hurry)
		}
	}
}

func (w *world) taskTime(method string) time.Duration {
	if ms, ok := w.opt.taskTimes[method]; ok {
		return time.Duration(ms) * time.Millisecond
	}
	return time.Duration(w.opt.taskTime) * time.Millisecond
}

// live takes the task through its states.
func (t *task) live(total time.Duration) {
	if !t.begin() {
		return
	}
	for step := 1; step <= progressSteps && total > 0; step++ {
		timer := time.NewTimer(total / progressSteps)
		select {
		case <-t.stop:
			timer.Stop()
			return
		case <-t.hurry:
			timer.Stop()
			step = progressSteps
		case <-timer.C:
		}
		if step < progressSteps {
			t.progress(int32(step * 100 / progressSteps))
		}
	}
	if !t.becomesReady() || !t.blocked() {
		return
	}
	t.w.do(func() {
		if t.sim.Info.State != types.TaskInfoStateRunning {
			return
		}
		t.finish(t.run())
	})
}

func (t *task) begin() (alive bool) {
	t.w.do(func() {
		if alive = t.sim.Info.State == types.TaskInfoStateQueued; alive {
			now := time.Now()
			t.sim.Info.State = types.TaskInfoStateRunning
			t.sim.Info.StartTime = &now
			t.w.touch(t.sim.Self)
		}
	})
	return alive
}

func (t *task) progress(percent int32) {
	t.w.do(func() {
		if t.sim.Info.State == types.TaskInfoStateRunning {
			t.sim.Info.Progress = percent
			t.w.touch(t.sim.Self)
		}
	})
}

func (t *task) finish(result types.AnyType, f *fault) {
	info := &t.sim.Info
	now := time.Now()
	info.CompleteTime = &now
	info.Cancelable = false
	info.Progress = 0
	info.State = types.TaskInfoStateSuccess
	info.Result = result
	if f != nil {
		info.State = types.TaskInfoStateError
		info.Result = nil
		info.Error = &types.LocalizedMethodFault{Fault: f.detail, LocalizedMessage: messageOf(f.detail, f.message)}
	}
	delete(t.w.tasks, t.sim.Self)
	t.w.touch(t.sim.Self)
	if t.w.atTaskEnd != nil {
		t.w.atTaskEnd()
		return
	}
	time.AfterFunc(taskLife, func() { t.w.do(func() { t.w.forgetTask(t.sim.Self) }) })
}

// forgetTask removes a task and its mention in recentTask.
func (w *world) forgetTask(ref moref) {
	if m, ok := simulator.Map.Get(*serviceContent().TaskManager).(*simulator.TaskManager); ok {
		m.RecentTask = without(m.RecentTask, ref)
		w.touch(m.Self)
	}
	simulator.Map.Remove(ref)
}

// busy gives the unfinished task of an entity.
func (w *world) busy(ref moref) *task {
	for _, t := range w.tasks {
		if *t.sim.Info.Entity == ref {
			return t
		}
	}
	return nil
}

func cancelTask(c *call) (interface{}, *fault) {
	sim, ok := simulator.Map.Get(c.this).(*simulator.Task)
	if !ok {
		return nil, notFound(c.this)
	}
	t := c.w.tasks[c.this]
	switch {
	case t == nil:
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	case !sim.Info.Cancelable:
		return nil, &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	}
	close(t.stop)
	sim.Info.Cancelled = true
	t.finish(nil, &fault{&types.RequestCanceled{}, "The task was canceled by a user."})
	return nil, nil
}

// nativeTask gives a method of the simulator the life of a real task.
func (c *call) nativeTask() (interface{}, *fault) {
	obj := c.w.get(c.session, c.this)
	if obj == nil {
		return nil, notFound(c.this)
	}
	if !reflect.ValueOf(obj).MethodByName(goMethod(c.method)).IsValid() {
		return c.native() // MethodNotFound
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		res, f := c.native()
		if f != nil {
			return nil, f
		}
		inner, _ := reflect.ValueOf(res).Elem().FieldByName("Returnval").Interface().(moref)
		return c.takeInner(inner)
	})
}

// takeInner replaces the simulator's own task: its outcome becomes ours.
func (c *call) takeInner(inner moref) (types.AnyType, *fault) {
	t, ok := simulator.Map.Get(inner).(*simulator.Task)
	if !ok {
		return nil, nil
	}
	c.w.forgetTask(inner)
	if e := t.Info.Error; e != nil {
		return nil, &fault{e.Fault, ""}
	}
	if after := afterTask[c.method]; after != nil {
		after(c)
	}
	return searched(c, t.Info.Result), nil
}

// afterTask: what the simulator leaves undone.
var afterTask = map[string]func(*call){
	"CreateVirtualDisk_Task":          diskCreated,
	"CopyVirtualDisk_Task":            diskCopied,
	"MoveVirtualDisk_Task":            diskCopied,
	"ReconfigureComputeResource_Task": clusterReconfigured,
	"RelocateVM_Task":                 relocated,
	"Rename_Task":                     renamed,
}

func without(list []moref, ref moref) []moref {
	kept := make([]moref, 0, len(list))
	for _, r := range list {
		if r != ref {
			kept = append(kept, r)
		}
	}
	return kept
}

func renamed(c *call) {
	name := c.req.(*types.Rename_Task).NewName
	switch o := simulator.Map.Get(c.this).(type) {
	case *simulator.VirtualMachine:
		o.Config.Name, o.Summary.Config.Name = name, name
		c.w.configChanged(o)
	case mo.Entity:
		o.Entity().Name = name
	}
}

// relocated: the simulator leaves the lists of hosts, pools and datastores.
func relocated(c *call) {
	if vm := vmOf(c.this); vm != nil {
		c.w.relink(vm)
	}
}
