// SPDX-License-Identifier: LGPL-2.1-or-later

// folders.go - folders of machines: made and moved as a vCenter does it
//
// Exists because the simulator moves anything anywhere. Sources: REF Folder.CreateFolder and
// MoveIntoFolder_Task: in order, up to the first error; DuplicateName where the folder has
// that name, InvalidFolder for one below itself, NotSupported for what the folder does not
// hold; a machine stays in its datacenter.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func moveIntoFolder(c *call) (interface{}, *fault) {
	folder, ok := simulator.Map.Get(c.this).(*simulator.Folder)
	if !ok {
		return c.nativeTask() // of datastores
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		for _, ref := range c.req.(*types.MoveIntoFolder_Task).List {
			if f := c.moveOne(folder, ref); f != nil {
				return nil, f
			}
		}
		return nil, nil
	})
}

func (c *call) moveOne(folder *simulator.Folder, ref moref) *fault {
	obj, ok := simulator.Map.Get(ref).(mo.Entity)
	if !ok {
		return notFound(ref)
	}
	if obj.Entity().Parent == nil { // it is in a vApp
		return &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	}
	for at := &folder.Self; at != nil; at = entityAbove(*at) {
		if *at == ref {
			return &fault{&types.InvalidFolder{Target: folder.Self}, "The folder is below the object."}
		}
	}
	if datacenterOf(obj) != datacenterOf(folder) {
		return &fault{&types.InvalidFolder{Target: folder.Self}, "The folder is in another datacenter."}
	}
	if f := nameTaken(folder.ChildEntity, ref, entityName(ref)); f != nil {
		return f
	}
	if app, ok := obj.(*simulator.VirtualApp); ok {
		app.ParentFolder = &folder.Self
		c.w.touch(ref)
		return nil
	}
	move := *c
	move.req = &types.MoveIntoFolder_Task{This: folder.Self, List: []moref{ref}}
	res, f := move.native()
	if f == nil {
		_, f = move.takeInner(res.(*types.MoveIntoFolder_TaskResponse).Returnval)
	}
	return f
}

func entityAbove(ref moref) *moref {
	if e, ok := simulator.Map.Get(ref).(mo.Entity); ok {
		return e.Entity().Parent
	}
	return nil
}

// nameTaken: DuplicateName where another of the siblings has the name.
func nameTaken(siblings []moref, ref moref, name string) *fault {
	for _, s := range siblings {
		if s != ref && entityName(s) == name {
			f := &types.DuplicateName{Name: name, Object: s}
			return &fault{f, messageOf(f, "")}
		}
	}
	return nil
}
