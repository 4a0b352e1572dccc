// SPDX-License-Identifier: LGPL-2.1-or-later

// maintenance.go - maintenance mode, which waits until a host is empty
//
// Exists because the simulator's is instant. Here the task runs until no VM runs
// on the host: in a cluster it moves them away, one after another, with progress;
// on a host alone it waits for somebody to do so.

package main

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func enterMaintenance(c *call) (interface{}, *fault) {
	h, ok := simulator.Map.Get(c.this).(*simulator.HostSystem)
	if !ok {
		return nil, notFound(c.this)
	}
	if h.Runtime.InMaintenanceMode {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	if f := usable(h); f != nil {
		return nil, f
	}
	req := c.req.(*types.EnterMaintenanceMode_Task)
	res, f := c.startTask(true, func() (types.AnyType, *fault) {
		c.w.setMaintenance(h, true)
		return nil, nil
	})
	if f != nil {
		return res, f
	}
	t := c.w.busy(c.this)
	deadline := time.Time{}
	if req.Timeout > 0 {
		deadline = time.Now().Add(time.Duration(req.Timeout) * time.Second)
	}
	total := len(c.w.leaving(h, req))
	t.ready = func() (bool, *fault) {
		left := c.w.leaving(h, req)
		if len(left) == 0 {
			return true, nil
		}
		if !deadline.IsZero() && time.Now().After(deadline) {
			return true, &fault{&types.Timedout{}, "Operation timed out."}
		}
		if to := c.w.refuge(h); to != nil {
			c.w.move(left[0], target{host: to})
			t.sim.Info.Progress = int32(100 * (total - len(left) + 1) / (total + 1))
			c.w.touch(t.sim.Self)
		}
		return false, nil
	}
	return res, nil
}

// leaving: the VMs that must be gone before.
func (w *world) leaving(h *simulator.HostSystem, req *types.EnterMaintenanceMode_Task) []*simulator.VirtualMachine {
	var found []*simulator.VirtualMachine
	for _, ref := range h.Vm {
		vm := vmOf(ref)
		all := req.EvacuatePoweredOffVms != nil && *req.EvacuatePoweredOffVms && w.refuge(h) != nil
		if vm != nil && (vm.Runtime.PowerState == on || all) {
			found = append(found, vm)
		}
	}
	return found
}

// refuge: another host of the cluster; nil: there is none.
func (w *world) refuge(h *simulator.HostSystem) *moref {
	for _, ref := range refsOf("HostSystem") {
		other := simulator.Map.Get(ref).(*simulator.HostSystem)
		if ref != h.Self && *other.Parent == *h.Parent && usable(other) == nil {
			return &other.Self
		}
	}
	return nil
}

func exitMaintenance(c *call) (interface{}, *fault) {
	h, ok := simulator.Map.Get(c.this).(*simulator.HostSystem)
	if !ok {
		return nil, notFound(c.this)
	}
	if !h.Runtime.InMaintenanceMode {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		c.w.setMaintenance(h, false)
		return nil, nil
	})
}

func (w *world) setMaintenance(h *simulator.HostSystem, in bool) {
	h.Runtime.InMaintenanceMode = in
	h.Summary.Runtime = &h.Runtime
	w.touch(h.Self)
}

// becomesReady waits for what the task waits for. FALSE: it is over.
func (t *task) becomesReady() bool {
	if t.ready == nil {
		return true
	}
	for {
		var done bool
		var f *fault
		t.w.do(func() {
			if done, f = t.ready(); f != nil && t.sim.Info.State == types.TaskInfoStateRunning {
				t.finish(nil, f)
			}
		})
		if done {
			return f == nil
		}
		timer := time.NewTimer(10 * time.Millisecond)
		select {
		case <-t.stop:
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
}
