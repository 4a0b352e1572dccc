// SPDX-License-Identifier: LGPL-2.1-or-later

// create.go - CreateVM_Task and RegisterVM_Task
//
// Exists because the simulator places devices at random, lets names be taken
// twice and reads nothing of a .vmx. The VM itself is made by the simulator; its
// devices as those of a reconfiguration, all or nothing.

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// nameTaken: whether the folder has an entity of that name.
func (c *call) nameTaken(name string) *fault {
	folder, ok := simulator.Map.Get(c.this).(*simulator.Folder)
	if !ok {
		return notFound(c.this)
	}
	for _, ref := range folder.ChildEntity {
		if entityName(ref) == name {
			return &fault{&types.DuplicateName{Name: name, Object: ref}, ""}
		}
	}
	return nil
}

// make calls the simulator's method, and gives the VM that it made.
func (c *call) make() (*simulator.VirtualMachine, *fault) {
	res, f := c.native()
	if f != nil {
		return nil, f
	}
	inner, _ := indirectValue(res).FieldByName("Returnval").Interface().(moref)
	result, f := c.takeInner(inner)
	if f != nil {
		return nil, f
	}
	ref, _ := result.(moref)
	return vmOf(ref), nil
}

func createVM(c *call) (interface{}, *fault) {
	req := c.req.(*types.CreateVM_Task)
	if f := c.nameTaken(req.Config.Name); f != nil {
		return nil, f
	}
	var p object.DatastorePath
	dc := simulator.Map.Get(datacenterOf(simulator.Map.Get(c.this).(*simulator.Folder))).(*simulator.Datacenter)
	if req.Config.Files == nil || !p.FromString(req.Config.Files.VmPathName) || !hasDatastore(dc, p.Datastore) {
		return nil, &fault{&types.InvalidDatastorePath{}, "The path of the virtual machine names no datastore."}
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		devices := req.Config.DeviceChange
		req.Config.DeviceChange = nil
		vm, f := c.make()
		if f != nil {
			return nil, f
		}
		c.settle(vm)
		becomesOwn(devices)
		if f := c.reconfigureNow(vm, &types.VirtualMachineConfigSpec{DeviceChange: devices,
			CpuAllocation: req.Config.CpuAllocation, MemoryAllocation: req.Config.MemoryAllocation}); f != nil {
			c.remove(vm)
			return nil, f
		}
		return vm.Self, nil
	})
}

// becomesOwn: a video card that is asked for is the one that every VM has.
func becomesOwn(devices []types.BaseVirtualDeviceConfigSpec) {
	for _, d := range devices {
		op := d.GetVirtualDeviceConfigSpec()
		if card, ok := op.Device.(*types.VirtualMachineVideoCard); ok {
			op.Operation, card.Key, card.ControllerKey = types.VirtualDeviceConfigSpecOperationEdit, 500, 100
		}
	}
}

func hasDatastore(dc *simulator.Datacenter, name string) bool {
	for _, ref := range dc.Datastore {
		if entityName(ref) == name {
			return true
		}
	}
	return false
}

// settle makes a new VM what all others are.
func (c *call) settle(vm *simulator.VirtualMachine) {
	tidyDevices(vm.Config.Hardware.Device)
	setAllocations(vm, 0, false)
	if name := guestFullName(vm.Config.GuestId); name != "" {
		vm.Config.GuestFullName = name
	}
	vm.Runtime.PowerState = off
	vm.Summary.Runtime = vm.Runtime
	vm.Summary.Config.Annotation = vm.Config.Annotation
	c.w.configChanged(vm)
	c.w.setGuest(vm)
	c.w.touchAround(vm.Self)
}

// remove takes a VM away that could not be finished.
func (c *call) remove(vm *simulator.VirtualMachine) {
	c.w.touchAround(vm.Self)
	ctx := &simulator.Context{Map: simulator.Map, Session: c.session.sim}
	vm.DestroyTask(ctx, &types.Destroy_Task{This: vm.Self})
}

var vmxLine = regexp.MustCompile(`(?m)^\s*([\w.:]+)\s*=\s*"(.*)"\s*$`)

func registerVM(c *call) (interface{}, *fault) {
	req := c.req.(*types.RegisterVM_Task)
	if f := c.nameTaken(req.Name); f != nil && req.Name != "" {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		file := localFile(req.Path)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fileNotFound(req.Path)
		}
		for _, name := range []string{strings.TrimSuffix(file, ".vmx") + ".nvram", filepath.Join(filepath.Dir(file), "vmware.log")} {
			if !exists(name) {
				_ = os.WriteFile(name, nil, 0o600)
			}
		}
		vm, f := c.make()
		if f != nil {
			return nil, f
		}
		readVMX(vm, string(text))
		c.settle(vm)
		_ = os.WriteFile(file, text, 0o600)
		return vm.Self, nil
	})
}

// readVMX takes over what a .vmx says of a VM itself.
func readVMX(vm *simulator.VirtualMachine, text string) {
	keys := map[string]string{}
	for _, m := range vmxLine.FindAllStringSubmatch(text, -1) {
		keys[strings.ToLower(m[1])] = m[2]
	}
	hw := &vm.Config.Hardware
	if n, err := strconv.Atoi(keys["memsize"]); err == nil {
		hw.MemoryMB = int32(n)
		vm.Summary.Config.MemorySizeMB = hw.MemoryMB
	}
	if n, err := strconv.Atoi(keys["numvcpus"]); err == nil {
		hw.NumCPU = int32(n)
		vm.Summary.Config.NumCpu = hw.NumCPU
	}
	if hex := strings.NewReplacer(" ", "", "-", "").Replace(keys["uuid.bios"]); len(hex) == 32 {
		vm.Config.Uuid = hex[:8] + "-" + hex[8:12] + "-" + hex[12:16] + "-" + hex[16:20] + "-" + hex[20:]
		vm.Summary.Config.Uuid = vm.Config.Uuid
	}
	vm.Config.Annotation = keys["annotation"]
}

func indirectValue(x interface{}) reflect.Value { return reflect.Indirect(reflect.ValueOf(x)) }
