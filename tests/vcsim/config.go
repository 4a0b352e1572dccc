// SPDX-License-Identifier: LGPL-2.1-or-later

// config.go - what follows from a change of a VM's configuration
//
// Exists because the simulator never changes changeVersion, which clients watch
// instead of the whole configuration, and leaves resourceConfig unset.

package main

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// configChanged gives the configuration a new version, never the same twice.
func (w *world) configChanged(vm *simulator.VirtualMachine) {
	if vm.Config == nil {
		return
	}
	now := time.Now().UTC()
	version := now.Format("2006-01-02T15:04:05.000000Z")
	for version == vm.Config.ChangeVersion {
		now = now.Add(time.Microsecond)
		version = now.Format("2006-01-02T15:04:05.000000Z")
	}
	vm.Config.ChangeVersion = version
	vm.Config.Modified = now
	w.setResourceConfig(vm)
	w.writeVMX(vm)
	w.touch(vm.Self)
}

// setResourceConfig keeps resourceConfig a copy of the allocations.
func (w *world) setResourceConfig(vm *simulator.VirtualMachine) {
	if vm.Config.CpuAllocation == nil || vm.Config.MemoryAllocation == nil {
		return
	}
	vm.ResourceConfig = &types.ResourceConfigSpec{
		Entity:        &vm.Self,
		CpuAllocation: *vm.Config.CpuAllocation, MemoryAllocation: *vm.Config.MemoryAllocation,
	}
	vm.Summary.Config.CpuReservation = int32(deref64(vm.Config.CpuAllocation.Reservation))
	vm.Summary.Config.MemoryReservation = int32(deref64(vm.Config.MemoryAllocation.Reservation))
}

func deref64(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

// thenChanged answers MarkAsTemplate and MarkAsVirtualMachine: it calls the simulator's method and gives the VM a new changeVersion.
func thenChanged(c *call) (interface{}, *fault) {
	res, f := c.native()
	if vm := vmOf(c.this); f == nil && vm != nil {
		c.w.configChanged(vm)
		c.w.relink(vm) // a template has no pool
	}
	return res, f
}
