// SPDX-License-Identifier: LGPL-2.1-or-later

// snapshots.go - snapshots as a real server has them
//
// Exists because the simulator cannot rename them, forgets that a removed tree
// had children, and reverts nothing but its own pointer. Here a snapshot keeps
// the configuration and the power state, reverting brings both back, and what
// becomes current is what a real server makes current.

package main

import (
	"reflect"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type snapshotTree = types.VirtualMachineSnapshotTree

var snapshotNumber int32

func createSnapshot(c *call) (interface{}, *fault) {
	vm, req := vmOf(c.this), c.req.(*types.CreateSnapshot_Task)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := c.mayStart(vm); f != nil {
		return nil, f
	}
	if req.Name == "" || len(req.Name) > 80 {
		return nil, &fault{&types.InvalidName{Name: req.Name}, "The name '" + req.Name + "' is invalid."}
	}
	if vm.Config.Template {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	return c.startTask(true, func() (types.AnyType, *fault) { return c.takeSnapshot(vm, req), nil })
}

// mayStart: whether a task on the VM can begin.
func (c *call) mayStart(vm *simulator.VirtualMachine) *fault {
	if f := disabled(vm, c.method); f != nil {
		return f
	}
	if t := c.w.busy(vm.Self); t != nil {
		return &fault{&types.TaskInProgress{Task: t.sim.Self}, "Another task is already in progress."}
	}
	if vm.Config == nil || vm.Runtime.ConnectionState != types.VirtualMachineConnectionStateConnected {
		return &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	return nil
}

func (c *call) takeSnapshot(vm *simulator.VirtualMachine, req *types.CreateSnapshot_Task) moref {
	snapshot := &simulator.VirtualMachineSnapshot{}
	snapshot.Vm = vm.Self
	snapshot.Config = deepCopy(reflect.ValueOf(*vm.Config), nil, nil).Interface().(types.VirtualMachineConfigInfo)
	simulator.Map.Put(snapshot)
	snapshotNumber++
	state := vm.Runtime.PowerState
	if state == on && !req.Memory {
		state = off // what reverting leads to
	}
	node := snapshotTree{Snapshot: snapshot.Self, Vm: vm.Self, Name: req.Name, Description: req.Description,
		Id: snapshotNumber, CreateTime: time.Now().UTC().Truncate(time.Microsecond), State: state, Quiesced: req.Quiesce}
	info := &types.VirtualMachineSnapshotInfo{}
	if vm.Snapshot != nil {
		info = deepCopy(reflect.ValueOf(vm.Snapshot), nil, nil).Interface().(*types.VirtualMachineSnapshotInfo)
	}
	if parent := nodeOf(info.RootSnapshotList, info.CurrentSnapshot); parent != nil {
		parent.ChildSnapshotList = append(parent.ChildSnapshotList, node)
	} else {
		info.RootSnapshotList = append(info.RootSnapshotList, node)
	}
	info.CurrentSnapshot = &snapshot.Self
	vm.Snapshot = info
	goOnIn(vm)
	c.w.configChanged(vm)
	c.w.touch(vm.Self)
	return snapshot.Self
}

func nodeOf(list []snapshotTree, ref *moref) *snapshotTree {
	for i := range list {
		if ref != nil && list[i].Snapshot == *ref {
			return &list[i]
		}
		if n := nodeOf(list[i].ChildSnapshotList, ref); n != nil {
			return n
		}
	}
	return nil
}

// onSnapshot gives the VM and its tree, to be changed and put back.
func (c *call) onSnapshot() (*simulator.VirtualMachine, *types.VirtualMachineSnapshotInfo, *snapshotTree, *fault) {
	s, ok := simulator.Map.Get(c.this).(*simulator.VirtualMachineSnapshot)
	if !ok {
		return nil, nil, nil, notFound(c.this)
	}
	vm := vmOf(s.Vm)
	if vm == nil || vm.Snapshot == nil {
		return nil, nil, nil, notFound(c.this)
	}
	info := deepCopy(reflect.ValueOf(vm.Snapshot), nil, nil).Interface().(*types.VirtualMachineSnapshotInfo)
	node := nodeOf(info.RootSnapshotList, &c.this)
	if node == nil {
		return nil, nil, nil, notFound(c.this)
	}
	return vm, info, node, nil
}

func renameSnapshot(c *call) (interface{}, *fault) {
	vm, info, node, f := c.onSnapshot()
	if f != nil {
		return nil, f
	}
	req := c.req.(*types.RenameSnapshot)
	if len(req.Name) > 80 {
		return nil, &fault{&types.InvalidName{Name: req.Name}, "The name '" + req.Name + "' is invalid."}
	}
	if req.Name != "" {
		node.Name = req.Name
	}
	if req.Description != "" || c.emptied("description") {
		node.Description = req.Description
	}
	vm.Snapshot = info
	c.w.touch(vm.Self)
	return nil, nil
}

func removeSnapshot(c *call) (interface{}, *fault) {
	vm, _, _, f := c.onSnapshot()
	if f == nil {
		f = c.mayStart(vm)
	}
	if f != nil {
		return nil, f
	}
	return c.startTask(false, func() (types.AnyType, *fault) {
		vm, info, node, f := c.onSnapshot()
		if f != nil {
			return nil, f
		}
		gone := []moref{node.Snapshot}
		if c.req.(*types.RemoveSnapshot_Task).RemoveChildren {
			gone = subtree(*node, nil)
		}
		parent := parentOf(info.RootSnapshotList, c.this, nil)
		for _, ref := range gone {
			if info.CurrentSnapshot != nil && *info.CurrentSnapshot == ref {
				info.CurrentSnapshot = parent
			}
			c.w.consolidate(vm, ref)
			simulator.Map.Remove(ref)
		}
		info.RootSnapshotList = prune(info.RootSnapshotList, c.this, len(gone) > 1)
		vm.Snapshot = info
		if len(info.RootSnapshotList) == 0 {
			vm.Snapshot = nil
		}
		c.w.configChanged(vm)
		c.w.touch(vm.Self)
		return nil, nil
	})
}

func subtree(node snapshotTree, refs []moref) []moref {
	refs = append(refs, node.Snapshot)
	for _, child := range node.ChildSnapshotList {
		refs = subtree(child, refs)
	}
	return refs
}

func parentOf(list []snapshotTree, ref moref, above *moref) *moref {
	for i := range list {
		if list[i].Snapshot == ref {
			return above
		}
		if p := parentOf(list[i].ChildSnapshotList, ref, &list[i].Snapshot); p != nil {
			return p
		}
	}
	return nil
}

// prune takes a node out; its children go too, or take its place.
func prune(list []snapshotTree, ref moref, children bool) []snapshotTree {
	var kept []snapshotTree
	for _, n := range list {
		if n.Snapshot == ref {
			if !children {
				kept = append(kept, n.ChildSnapshotList...)
			}
			continue
		}
		n.ChildSnapshotList = prune(n.ChildSnapshotList, ref, children)
		kept = append(kept, n)
	}
	return kept
}

func revertToSnapshot(c *call) (interface{}, *fault) {
	vm, _, _, f := c.onSnapshot()
	if f == nil {
		f = c.mayStart(vm)
	}
	if f != nil {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) { return nil, c.revert(c.this) })
}

func revertToCurrent(c *call) (interface{}, *fault) {
	vm := vmOf(c.this)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := c.mayStart(vm); f != nil {
		return nil, f
	}
	if vm.Snapshot == nil || vm.Snapshot.CurrentSnapshot == nil {
		return nil, &fault{&types.NotFound{}, "The virtual machine has no current snapshot."}
	}
	return c.startTask(true, func() (types.AnyType, *fault) { return nil, c.revert(*vm.Snapshot.CurrentSnapshot) })
}

func (c *call) revert(ref moref) *fault {
	inner := *c
	inner.this = ref
	vm, info, node, f := inner.onSnapshot()
	if f != nil {
		return f
	}
	c.w.touchAround(vm.Self)
	saved := simulator.Map.Get(ref).(*simulator.VirtualMachineSnapshot).Config
	config := deepCopy(reflect.ValueOf(saved), nil, nil).Interface().(types.VirtualMachineConfigInfo)
	config.Name = vm.Config.Name // a name is the inventory's
	vm.Config = &config
	goOnIn(vm)
	(&change{c: c, vm: vm, config: &config}).agree()
	info.CurrentSnapshot = &node.Snapshot
	vm.Snapshot = info
	if vm.Runtime.PowerState != node.State {
		c.w.setPower(vm, node.State, false)
	}
	c.w.configChanged(vm)
	c.w.touchAround(vm.Self)
	return nil
}
