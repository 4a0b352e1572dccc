// SPDX-License-Identifier: LGPL-2.1-or-later

// pools.go - resource pools and vApps as a vCenter has them
//
// Exists because the simulator's pools can only be made and ended. Sources: REF ResourcePool
// (CreateResourcePool, UpdateConfig, MoveIntoResourcePool: within one compute resource, up to
// the first error, and a vApp takes machines out of their folders; Destroy_Task: what is in it
// goes to the parent), VirtualApp (PowerOnVApp_Task, PowerOffVApp_Task, SuspendVApp_Task;
// Destroy_Task deletes the machines), VirtualAppSummary.vAppState and suspended.

package main

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// poolOf: a ResourcePool, also that of a vApp; nil: it is none.
func poolOf(ref moref) *mo.ResourcePool {
	switch o := simulator.Map.Get(ref).(type) {
	case *simulator.ResourcePool:
		return &o.ResourcePool
	case *simulator.VirtualApp:
		return &o.VirtualApp.ResourcePool
	}
	return nil
}

func isTopmost(pool *mo.ResourcePool) bool {
	return pool.Parent == nil || strings.HasSuffix(pool.Parent.Type, "ComputeResource")
}

func invalidArgument(property string) *fault {
	return &fault{&types.InvalidArgument{InvalidProperty: property}, "A specified parameter was not correct: " + property}
}

func updateConfig(c *call) (interface{}, *fault) {
	req := c.req.(*types.UpdateConfig)
	pool := poolOf(c.this)
	if pool == nil {
		return nil, notFound(c.this)
	}
	if isTopmost(pool) {
		return nil, &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	}
	if req.Name != "" {
		if f := c.renamePool(pool, req.Name); f != nil {
			return nil, f
		}
	}
	if req.Config != nil {
		cpu, memory := pool.Config.CpuAllocation, pool.Config.MemoryAllocation
		if !mergeAllocation(&cpu, &req.Config.CpuAllocation) {
			return nil, invalidArgument("spec.cpuAllocation")
		}
		if !mergeAllocation(&memory, &req.Config.MemoryAllocation) {
			return nil, invalidArgument("spec.memoryAllocation")
		}
		pool.Config.CpuAllocation, pool.Config.MemoryAllocation = cpu, memory
	}
	return &types.UpdateConfigResponse{}, nil
}

// mergeAllocation: what is not said stays; shares count for the level custom only.
func mergeAllocation(to, from *types.ResourceAllocationInfo) bool {
	if from.Reservation != nil {
		to.Reservation = from.Reservation
	}
	if from.ExpandableReservation != nil {
		to.ExpandableReservation = from.ExpandableReservation
	}
	if from.Limit != nil {
		to.Limit = from.Limit
	}
	if from.Shares != nil {
		shares := *from.Shares
		to.Shares = &shares
	}
	return *to.Reservation >= 0 && *to.Limit >= -1 && (*to.Limit < 0 || *to.Limit >= *to.Reservation)
}

func (c *call) renamePool(pool *mo.ResourcePool, name string) *fault {
	if isTopmost(pool) {
		return &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	}
	if f := nameTaken(poolOf(*pool.Parent).ResourcePool, pool.Self, name); f != nil {
		return f
	}
	pool.Name = name
	c.w.touch(pool.Self)
	return nil
}

func rename(c *call) (interface{}, *fault) {
	if _, ok := simulator.Map.Get(c.this).(*simulator.Datastore); ok {
		return c.startTask(true, c.renameDatastore)
	}
	pool := poolOf(c.this)
	if pool == nil {
		return c.nativeTask()
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		return nil, c.renamePool(pool, c.req.(*types.Rename_Task).NewName)
	})
}

func moveIntoPool(c *call) (interface{}, *fault) {
	for _, ref := range c.req.(*types.MoveIntoResourcePool).List {
		if f := c.moveToPool(poolOf(c.this), ref); f != nil {
			return nil, f
		}
	}
	return &types.MoveIntoResourcePoolResponse{}, nil
}

func (c *call) moveToPool(to *mo.ResourcePool, ref moref) *fault {
	if vm := vmOf(ref); vm != nil {
		if vm.ResourcePool == nil || poolOf(*vm.ResourcePool).Owner != to.Owner {
			return invalidArgument("list")
		}
		c.w.putVM(vm, to)
		return nil
	}
	pool := poolOf(ref)
	if pool == nil {
		return notFound(ref)
	}
	if isTopmost(pool) || pool.Owner != to.Owner {
		return invalidArgument("list")
	}
	for at := to; ; at = poolOf(*at.Parent) {
		if at.Self == ref {
			return invalidArgument("list")
		}
		if isTopmost(at) {
			break
		}
	}
	if f := nameTaken(to.ResourcePool, ref, pool.Name); f != nil {
		return f
	}
	from := poolOf(*pool.Parent)
	from.ResourcePool = without(from.ResourcePool, ref)
	to.ResourcePool = append(to.ResourcePool, ref)
	pool.Parent = &to.Self
	c.w.touch(from.Self, to.Self, ref)
	return nil
}

// putVM: a machine in a vApp is in no folder; when it leaves, it is in the vApp's.
func (w *world) putVM(vm *simulator.VirtualMachine, to *mo.ResourcePool) {
	w.touchAround(vm.Self)
	if vm.Parent == nil && vm.ParentVApp != nil && to.Self.Type != "VirtualApp" {
		app := simulator.Map.Get(*vm.ParentVApp).(*simulator.VirtualApp)
		folder := simulator.Map.Get(*app.ParentFolder).(*simulator.Folder)
		folder.ChildEntity = append(folder.ChildEntity, vm.Self)
		vm.Parent, vm.ParentVApp = &folder.Self, nil
	}
	if to.Self.Type == "VirtualApp" {
		if vm.Parent != nil {
			folder := simulator.Map.Get(*vm.Parent).(*simulator.Folder)
			folder.ChildEntity = without(folder.ChildEntity, vm.Self)
		}
		vm.Parent, vm.ParentVApp = nil, &to.Self
	}
	vm.ResourcePool = &to.Self
	w.relink(vm)
	w.touchAround(vm.Self)
}

func destroyPool(c *call) (interface{}, *fault) {
	pool := poolOf(c.this)
	if pool == nil {
		return c.nativeTask()
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		if isTopmost(pool) {
			return nil, &fault{&types.NotSupported{}, "The operation is not supported on the object."}
		}
		parent := poolOf(*pool.Parent)
		for _, ref := range pool.Vm {
			if pool.Self.Type == "VirtualApp" {
				c.w.touchAround(ref)
				simulator.Map.Remove(ref)
			} else {
				c.w.putVM(vmOf(ref), parent)
			}
		}
		for _, ref := range pool.ResourcePool {
			poolOf(ref).Parent = &parent.Self
			c.w.touch(ref)
		}
		parent.ResourcePool = append(without(parent.ResourcePool, pool.Self), pool.ResourcePool...)
		simulator.Map.Remove(pool.Self)
		c.w.touch(parent.Self)
		return nil, nil
	})
}

// appState: what the summary of a vApp says; the simulator's is that of a pool.
func (w *world) appState(app *simulator.VirtualApp, state types.VirtualAppVAppState, isSuspended bool) {
	app.Summary = &types.VirtualAppSummary{ResourcePoolSummary: types.ResourcePoolSummary{Name: app.Name,
		Config: app.Config, Runtime: app.Runtime}, VAppState: state, Suspended: &isSuspended}
	w.touch(app.Self)
}

var appVerbs = map[string]types.VirtualMachinePowerState{
	"PowerOnVApp_Task": on, "PowerOffVApp_Task": off, "SuspendVApp_Task": suspended,
}

func powerApp(c *call) (interface{}, *fault) {
	app, ok := simulator.Map.Get(c.this).(*simulator.VirtualApp)
	if !ok {
		return nil, notFound(c.this)
	}
	to := appVerbs[c.method]
	return c.startTask(true, func() (types.AnyType, *fault) {
		for _, ref := range app.Vm {
			vm := vmOf(ref)
			if vm.Runtime.PowerState != to && !(to == suspended && vm.Runtime.PowerState == off) {
				c.w.setPower(vm, to, true)
			}
		}
		state := types.VirtualAppVAppStateStopped
		if to == on {
			state = types.VirtualAppVAppStateStarted
		}
		c.w.appState(app, state, to == suspended)
		return nil, nil
	})
}
