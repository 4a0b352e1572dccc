// SPDX-License-Identifier: LGPL-2.1-or-later

// reconfigure.go - ReconfigVM_Task
//
// Exists because the simulator ignores changeVersion, replaces allocations
// instead of merging them, appends extraConfig, and leaves a VM damaged by what
// it refuses. Promises: all of a spec or nothing of it, the faults of a real
// server for what a running VM cannot take, a new changeVersion for each success.
// Devices are in reconfigure-device.go.

package main

import (
	"fmt"
	"reflect"
	"regexp"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// change is one reconfiguration under way: config is a copy, which becomes the
// VM's own when everything has been accepted.
type change struct {
	c      *call
	vm     *simulator.VirtualMachine
	spec   *types.VirtualMachineConfigSpec
	config *types.VirtualMachineConfigInfo
	commit []func() error // what touches files: done last, in order
}

func reconfigure(c *call) (interface{}, *fault) {
	vm, f := c.idleMachine()
	if f != nil {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		if vmOf(c.this) != vm {
			return nil, notFound(c.this)
		}
		return nil, c.reconfigureNow(vm, &c.req.(*types.ReconfigVM_Task).Spec)
	})
}

// reconfigureNow makes the VM what the spec says, or changes nothing.
func (c *call) reconfigureNow(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) *fault {
	if vm.Config == nil || vm.Runtime.ConnectionState != types.VirtualMachineConnectionStateConnected {
		return &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	if spec.ChangeVersion != "" && spec.ChangeVersion != vm.Config.ChangeVersion {
		return &fault{&types.ConcurrentAccess{}, "The object has been modified concurrently by another operation."}
	}
	config := deepCopy(reflect.ValueOf(*vm.Config), nil, nil).Interface().(types.VirtualMachineConfigInfo)
	ch := &change{c: c, vm: vm, spec: spec, config: &config}
	for _, step := range []func() *fault{ch.names, ch.processors, ch.memory, ch.switches, ch.allocations, ch.devices, ch.extras, ch.boot} {
		if f := step(); f != nil {
			return f
		}
	}
	for _, act := range ch.commit {
		if err := act(); err != nil {
			return &fault{&types.FileFault{}, err.Error()}
		}
	}
	c.w.touchAround(vm.Self)
	vm.Config = ch.config
	ch.agree()
	c.w.configChanged(vm)
	c.w.touchAround(vm.Self)
	return nil
}

func badArgument(property, text string) *fault {
	return &fault{&types.InvalidArgument{InvalidProperty: property}, "A specified parameter was not correct: " + property + ". " + text}
}

// needsOff: what a VM that is not off cannot take.
func (ch *change) needsOff() *fault {
	state := ch.vm.Runtime.PowerState
	if state == off {
		return nil
	}
	return &fault{&types.InvalidPowerState{RequestedState: off, ExistingState: state},
		fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", stateWords[state])}
}

// emptied: whether the request holds this element without text, which the
// decoded spec cannot tell from one that is not there.
func (c *call) emptied(tag string) bool {
	return regexp.MustCompile(`<(\w+:)?` + tag + `(\s*/>|></)`).Match(c.body)
}

func (c *call) zeroed(tag string) bool {
	return regexp.MustCompile(`<(\w+:)?` + tag + `>0<`).Match(c.body)
}

// names: texts that are given are assigned; some only while the VM is off.
func (ch *change) names() *fault {
	s, c := ch.spec, ch.config
	for _, t := range []struct {
		from string
		to   *string
		off  bool
	}{
		{s.Uuid, &c.Uuid, true}, {s.InstanceUuid, &c.InstanceUuid, false}, {s.Version, &c.Version, true},
		{s.GuestId, &c.GuestId, true}, {s.AlternateGuestName, &c.AlternateGuestName, false},
		{s.Annotation, &c.Annotation, false}, {s.Firmware, &c.Firmware, true}, {s.SwapPlacement, &c.SwapPlacement, false},
		{s.Name, &c.Name, false}, {s.LocationId, &c.LocationId, false}, {s.MigrateEncryption, &c.MigrateEncryption, false},
	} {
		if t.from == "" || t.from == *t.to {
			continue
		}
		if t.off {
			if f := ch.needsOff(); f != nil {
				return f
			}
		}
		*t.to = t.from
	}
	if ch.c.emptied("annotation") {
		c.Annotation = ""
	}
	if s.Firmware != "" && s.Firmware != "bios" && s.Firmware != "efi" {
		return badArgument("configSpec.firmware", "")
	}
	if s.GuestId != "" {
		c.GuestFullName = guestFullName(s.GuestId)
		if c.GuestFullName == "" {
			return badArgument("configSpec.guestId", "")
		}
	}
	return ch.checkName()
}

// checkName: a name is unique in its folder and not too long.
func (ch *change) checkName() *fault {
	name := ch.spec.Name
	if len(name) > 80 {
		return &fault{&types.InvalidName{Name: name}, "The name '" + name + "' is invalid."}
	}
	if name == "" || ch.vm.Parent == nil {
		return nil
	}
	folder, ok := simulator.Map.Get(*ch.vm.Parent).(*simulator.Folder)
	for i := 0; ok && i < len(folder.ChildEntity); i++ {
		ref := folder.ChildEntity[i]
		if ref != ch.vm.Self && entityName(ref) == name {
			return &fault{&types.DuplicateName{Name: name, Object: ref}, ""}
		}
	}
	return nil
}

var guestNames = map[string]string{"debian10_64Guest": "Debian GNU/Linux 10 (64-bit)",
	"debian11_64Guest": "Debian GNU/Linux 11 (64-bit)", "otherGuest": "Other (32-bit)", "otherGuest64": "Other (64-bit)",
	"otherLinuxGuest": "Other Linux (32-bit)", "otherLinux64Guest": "Other Linux (64-bit)"}

// guestFullName: "" for an id that is in no schema.
func guestFullName(id string) string {
	if name := guestNames[id]; name != "" {
		return name
	}
	for _, known := range simulator.GuestID {
		if string(known) == id {
			return id
		}
	}
	return ""
}

func (ch *change) processors() *fault {
	s, hw := ch.spec, &ch.config.Hardware
	if s.NumCPUs < 0 || s.NumCPUs > 768 {
		return badArgument("configSpec.numCPUs", "")
	}
	if n := s.NumCPUs; n != 0 && n != hw.NumCPU {
		f := ch.needsOff()
		hot := ch.vm.Runtime.PowerState == on &&
			(n > hw.NumCPU && isTrue(ch.config.CpuHotAddEnabled) || n < hw.NumCPU && isTrue(ch.config.CpuHotRemoveEnabled))
		if f != nil && !hot {
			return &fault{&types.CpuHotPlugNotSupported{}, "CPU hot plug is not supported for this virtual machine."}
		}
		hw.NumCPU = n
	}
	if n := s.NumCoresPerSocket; n != 0 && n != hw.NumCoresPerSocket {
		if f := ch.needsOff(); f != nil {
			return f
		}
		hw.NumCoresPerSocket = n
	}
	if n := hw.NumCoresPerSocket; n < 0 || n > 0 && hw.NumCPU%n != 0 {
		return badArgument("configSpec.numCoresPerSocket",
			fmt.Sprintf("%d virtual CPUs cannot be had with %d cores per socket.", hw.NumCPU, n))
	}
	return nil
}

func (ch *change) memory() *fault {
	n, hw := ch.spec.MemoryMB, &ch.config.Hardware
	if n == 0 || n == int64(hw.MemoryMB) {
		return nil
	}
	if n < 4 || n%4 != 0 || n > 24<<20 {
		return badArgument("configSpec.memoryMB", "The memory is a multiple of 4 MB.")
	}
	if f := ch.needsOff(); f != nil {
		grows := ch.vm.Runtime.PowerState == on && n > int64(hw.MemoryMB)
		if !grows || !isTrue(ch.config.MemoryHotAddEnabled) {
			return &fault{&types.MemoryHotPlugNotSupported{}, "Memory hot plug is not supported for this virtual machine."}
		}
	}
	hw.MemoryMB = int32(n)
	return nil
}

// switches: the optional parts, each merged field by field.
func (ch *change) switches() *fault {
	s, c := ch.spec, ch.config
	wanted := s.Flags
	if wanted == nil {
		wanted = &types.VirtualMachineFlagInfo{}
	}
	for _, b := range []struct{ from, to **bool }{
		{&s.MemoryHotAddEnabled, &c.MemoryHotAddEnabled}, {&s.CpuHotAddEnabled, &c.CpuHotAddEnabled},
		{&s.CpuHotRemoveEnabled, &c.CpuHotRemoveEnabled}, {&s.NestedHVEnabled, &c.NestedHVEnabled},
		{&s.VPMCEnabled, &c.VPMCEnabled}, {&wanted.VvtdEnabled, &c.Flags.VvtdEnabled}, {&wanted.VbsEnabled, &c.Flags.VbsEnabled},
	} {
		if *b.from == nil || isTrue(*b.from) == isTrue(*b.to) {
			continue
		}
		if f := ch.needsOff(); f != nil {
			return f
		}
		*b.to = *b.from
	}
	for _, b := range []struct{ from, to **bool }{
		{&s.ChangeTrackingEnabled, &c.ChangeTrackingEnabled},
		{&s.MemoryReservationLockedToMax, &c.MemoryReservationLockedToMax},
	} {
		if *b.from != nil {
			*b.to = *b.from
		}
	}
	if s.MaxMksConnections != 0 {
		c.MaxMksConnections = s.MaxMksConnections
	}
	merge(&c.BootOptions, s.BootOptions)
	if s.BootOptions != nil { // a zero, which the decoded spec cannot tell from one that is not there
		if ch.c.zeroed("bootDelay") {
			c.BootOptions.BootDelay = 0
		}
		if ch.c.zeroed("bootRetryDelay") {
			c.BootOptions.BootRetryDelay = 0
		}
	}
	merge(&c.Tools, s.Tools)
	merge(&c.LatencySensitivity, s.LatencySensitivity)
	files, flags, ops := &c.Files, &c.Flags, &c.DefaultPowerOps
	merge(&files, s.Files)
	merge(&flags, s.Flags)
	merge(&ops, s.PowerOpInfo)
	if s.CpuAffinity != nil {
		c.CpuAffinity = s.CpuAffinity
		if len(s.CpuAffinity.AffinitySet) == 0 {
			c.CpuAffinity = nil
		}
	}
	if s.MemoryAffinity != nil {
		c.MemoryAffinity = s.MemoryAffinity
	}
	return nil
}

// boot: the list names devices that are there; one that is no device at all empties it.
// What is removed is on it no longer.
func (ch *change) boot() *fault {
	c := ch.config
	if c.BootOptions == nil {
		return nil
	}
	asked := ch.spec.BootOptions != nil && len(ch.spec.BootOptions.BootOrder) > 0
	kept := []types.BaseVirtualMachineBootOptionsBootableDevice{}
	for _, b := range c.BootOptions.BootOrder {
		key := int32(-1)
		switch boot := b.(type) {
		case *types.VirtualMachineBootOptionsBootableDiskDevice:
			key = boot.DeviceKey
		case *types.VirtualMachineBootOptionsBootableEthernetDevice:
			key = boot.DeviceKey
		case *types.VirtualMachineBootOptionsBootableDevice:
			c.BootOptions.BootOrder = nil
			return nil
		}
		if key < 0 || object.VirtualDeviceList(c.Hardware.Device).FindByKey(key) != nil {
			kept = append(kept, b)
		} else if asked {
			return badArgument("configSpec.bootOptions.bootOrder", "")
		}
	}
	c.BootOptions.BootOrder = kept
	return nil
}

// merge assigns the fields of *from that are given to **to, which is made if
// need be: to is a pointer to a pointer, from a pointer to the same struct.
func merge(to, from interface{}) {
	src, dst := reflect.ValueOf(from), reflect.ValueOf(to).Elem()
	if src.IsNil() {
		return
	}
	if dst.IsNil() {
		dst.Set(reflect.New(dst.Type().Elem()))
	}
	mergeStruct(dst.Elem(), src.Elem())
}

func mergeStruct(dst, src reflect.Value) {
	for i := 0; i < src.NumField(); i++ {
		if f := src.Field(i); !f.IsZero() {
			dst.Field(i).Set(f)
		}
	}
}

// allocations: a level says how many shares, by CPU and by MB.
func (ch *change) allocations() *fault {
	c := ch.config
	for _, a := range []struct {
		name string
		from *types.ResourceAllocationInfo
		to   **types.ResourceAllocationInfo
		each [3]int32
		n    int32
	}{
		{"cpuAllocation", ch.spec.CpuAllocation, &c.CpuAllocation, [3]int32{500, 1000, 2000}, c.Hardware.NumCPU},
		{"memoryAllocation", ch.spec.MemoryAllocation, &c.MemoryAllocation, [3]int32{5, 10, 20}, c.Hardware.MemoryMB},
	} {
		merge(a.to, a.from)
		if *a.to == nil {
			continue
		}
		if f := checkAllocation(*a.to, "configSpec."+a.name, a.each, a.n); f != nil {
			return f
		}
	}
	return nil
}

func checkAllocation(a *types.ResourceAllocationInfo, name string, each [3]int32, n int32) *fault {
	reservation, limit := deref64(a.Reservation), int64(-1)
	if a.Limit != nil {
		limit = *a.Limit
	}
	switch {
	case reservation < 0:
		return badArgument(name+".reservation", "")
	case limit < -1 || limit >= 0 && limit < reservation:
		return badArgument(name+".limit", "The limit is below the reservation.")
	case a.Shares == nil:
		return nil
	}
	shares := *a.Shares
	switch shares.Level {
	case types.SharesLevelLow:
		shares.Shares = each[0] * n
	case types.SharesLevelNormal:
		shares.Shares = each[1] * n
	case types.SharesLevelHigh:
		shares.Shares = each[2] * n
	default:
		if shares.Shares < 0 {
			return badArgument(name+".shares.shares", "")
		}
	}
	a.Shares = &shares
	return nil
}

// Keys that an element of the spec stands for: "silently ignored" (REF
// VirtualMachineConfigSpec.extraConfig). No list of them is public.
var specKeys = map[string]bool{"numvcpus": true, "memSize": true, "svga.vramSize": true, "tools.syncTime": true,
	"displayName": true, "annotation": true, "guestOS": true}

// extras: an empty value removes a key, another replaces it where it stands.
func (ch *change) extras() *fault {
	for _, o := range ch.spec.ExtraConfig {
		option := o.GetOptionValue()
		if option.Key == "" {
			return badArgument("configSpec.extraConfig", "")
		}
		if !specKeys[option.Key] {
			ch.setExtra(option)
		}
	}
	return nil
}

func (ch *change) setExtra(option *types.OptionValue) {
	kept := []types.BaseOptionValue{}
	found := option.Value == nil || option.Value == ""
	for _, have := range ch.config.ExtraConfig {
		switch {
		case have.GetOptionValue().Key != option.Key:
			kept = append(kept, have)
		case !found:
			kept = append(kept, option)
			found = true
		}
	}
	if !found {
		kept = append(kept, option)
	}
	ch.config.ExtraConfig = kept
}

// agree makes the other places that say the same say it too.
func (ch *change) agree() {
	vm, c := ch.vm, ch.config
	s := &vm.Summary.Config
	vm.Name, s.Name = c.Name, c.Name
	s.Uuid, s.InstanceUuid, s.GuestId, s.GuestFullName = c.Uuid, c.InstanceUuid, c.GuestId, c.GuestFullName
	s.Annotation, s.VmPathName = c.Annotation, c.Files.VmPathName
	s.NumCpu, s.MemorySizeMB = c.Hardware.NumCPU, c.Hardware.MemoryMB
	devices := object.VirtualDeviceList(c.Hardware.Device)
	s.NumVirtualDisks = int32(len(devices.SelectByType((*types.VirtualDisk)(nil))))
	s.NumEthernetCards = int32(len(devices.SelectByType((*types.VirtualEthernetCard)(nil))))
	ch.network()
	for _, d := range devices {
		b, ok := d.GetVirtualDevice().Backing.(types.BaseVirtualDeviceFileBackingInfo)
		if !ok {
			continue
		}
		ds := b.GetVirtualDeviceFileBackingInfo().Datastore
		if ds != nil && simulator.FindReference(vm.Datastore, *ds) == nil {
			vm.Datastore = append(vm.Datastore, *ds)
		}
	}
	ch.c.w.relink(vm)
}

// network makes the VM's list of networks that of its cards.
func (ch *change) network() {
	ch.vm.Network = nil
	for _, d := range ch.config.Hardware.Device {
		card, ok := d.(types.BaseVirtualEthernetCard)
		if !ok {
			continue
		}
		ref := moref{}
		switch b := card.GetVirtualEthernetCard().Backing.(type) {
		case *types.VirtualEthernetCardNetworkBackingInfo:
			if b.Network != nil {
				ref = *b.Network
			}
		case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
			ref = moref{Type: "DistributedVirtualPortgroup", Value: b.Port.PortgroupKey}
		case *types.VirtualEthernetCardOpaqueNetworkBackingInfo:
			if n := opaqueNetwork(b); n != nil {
				ref = n.Self
			}
		}
		if ref.Value != "" && simulator.FindReference(ch.vm.Network, ref) == nil {
			ch.vm.Network = append(ch.vm.Network, ref)
		}
	}
}
