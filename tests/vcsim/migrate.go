// SPDX-License-Identifier: LGPL-2.1-or-later

// migrate.go - moving and copying VMs
//
// Exists because the simulator has no MigrateVM_Task and no checker, moves a VM
// without taking it off the lists of where it was, and damages what it clones.
// Promises: the checker and the task refuse for the same reasons.

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// target is where a VM is to go; nil: stays.
type target struct{ host, pool, datastore *moref }

func migrateVM(c *call) (interface{}, *fault) {
	req := c.req.(*types.MigrateVM_Task)
	return c.startMove(target{req.Host, req.Pool, nil}, string(req.State))
}

func relocateVM(c *call) (interface{}, *fault) {
	req := c.req.(*types.RelocateVM_Task)
	if vm := vmOf(c.this); vm != nil && req.Spec.Service != nil {
		return relocateAway(c, vm, &req.Spec)
	}
	return c.startMove(target{req.Spec.Host, req.Spec.Pool, req.Spec.Datastore}, "")
}

func (c *call) startMove(to target, state string) (interface{}, *fault) {
	vm := vmOf(c.this)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := c.mayStart(vm); f != nil {
		return nil, f
	}
	if state != "" && state != string(vm.Runtime.PowerState) {
		return nil, &fault{&types.InvalidPowerState{RequestedState: types.VirtualMachinePowerState(state),
			ExistingState: vm.Runtime.PowerState}, ""}
	}
	if to == (target{}) {
		return nil, badArgument("spec", "No destination.")
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		where, f := c.w.place(vm, to)
		if f == nil {
			c.w.move(vm, where)
		}
		return nil, f
	})
}

func checkMigrate(c *call) (interface{}, *fault) {
	req := c.req.(*types.CheckMigrate_Task)
	return c.startCheck(req.Vm, target{req.Host, req.Pool, nil})
}

func checkRelocate(c *call) (interface{}, *fault) {
	req := c.req.(*types.CheckRelocate_Task)
	if req.Spec.Service != nil {
		return checkAway(c, req.Vm, &req.Spec)
	}
	return c.startCheck(req.Vm, target{req.Spec.Host, req.Spec.Pool, req.Spec.Datastore})
}

// validateMigration is the checker of old servers: events, an error for each VM that
// cannot go there, and a warning for each whose guest does not answer (REF NoGuestHeartbeat).
func validateMigration(c *call) (interface{}, *fault) {
	req := c.req.(*types.ValidateMigration)
	var events []types.BaseEvent
	for _, ref := range req.Vm {
		vm := vmOf(ref)
		if vm == nil {
			return nil, notFound(ref)
		}
		event := types.MigrationEvent{VmEvent: types.VmEvent{Event: types.Event{Key: 1, ChainId: 1,
			CreatedTime: time.Now(), UserName: c.session.sim.UserName}}}
		if _, f := c.w.place(vm, target{req.Host, req.Pool, nil}); f != nil {
			event.Fault = types.LocalizedMethodFault{Fault: f.detail, LocalizedMessage: messageOf(f.detail, f.message)}
			events = append(events, &types.MigrationErrorEvent{MigrationEvent: event})
			continue
		}
		if vm.Runtime.PowerState == on && !toolsRun(vm) {
			event.Fault = types.LocalizedMethodFault{Fault: &types.NoGuestHeartbeat{},
				LocalizedMessage: "No guest OS heartbeats are being received."}
			events = append(events, &types.MigrationWarningEvent{MigrationEvent: event})
		}
	}
	return &types.ValidateMigrationResponse{Returnval: events}, nil
}

func (c *call) startCheck(ref moref, to target) (interface{}, *fault) {
	vm := vmOf(ref)
	if vm == nil {
		return nil, notFound(ref)
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		result := types.CheckResult{Vm: &ref, Host: to.host}
		if _, f := c.w.place(vm, to); f != nil {
			result.Error = append(result.Error,
				types.LocalizedMethodFault{Fault: f.detail, LocalizedMessage: messageOf(f.detail, f.message)})
		}
		return types.ArrayOfCheckResult{CheckResult: []types.CheckResult{result}}, nil
	})
}

// place completes a target, or says why the VM cannot go there.
func (w *world) place(vm *simulator.VirtualMachine, to target) (target, *fault) {
	here, _ := simulator.Map.Get(*vm.Runtime.Host).(*simulator.HostSystem)
	if to.host == nil && to.pool != nil {
		to.host = w.hostOfPool(here, *to.pool)
	}
	if to.host == nil {
		to.host = vm.Runtime.Host
	}
	host, ok := simulator.Map.Get(*to.host).(*simulator.HostSystem)
	if !ok {
		return to, notFound(*to.host)
	}
	if f := usable(host); f != nil {
		return to, f
	}
	if to.pool == nil && here != nil && *here.Parent != *host.Parent && !vm.Config.Template {
		return to, badArgument("pool", "The resource pool must be given when the compute resource changes.")
	}
	if to.pool != nil && !owns(*host.Parent, *to.pool) {
		return to, badArgument("pool", "The host does not belong to the resource pool.")
	}
	seen := vm.Datastore
	if to.datastore != nil {
		seen = []moref{*to.datastore}
	}
	for _, ds := range seen {
		if simulator.FindReference(host.Datastore, ds) == nil {
			return to, &fault{&types.CannotAccessVmDisk{}, "The host cannot access the datastore '" + entityName(ds) + "'."}
		}
	}
	return to, nil
}

func usable(host *simulator.HostSystem) *fault {
	if host.Runtime.ConnectionState != types.HostSystemConnectionStateConnected {
		return &fault{&types.HostNotConnected{}, "Unable to communicate with the remote host, since it is disconnected."}
	}
	if host.Runtime.InMaintenanceMode {
		return &fault{&types.InvalidHostState{Host: &host.Self}, "The operation is not allowed: the host is in maintenance mode."}
	}
	return nil
}

// owns: whether the pool is the compute resource's.
func owns(compute, pool moref) bool {
	rp, ok := simulator.Map.Get(pool).(*simulator.ResourcePool)
	return ok && rp.Owner == compute
}

// hostOfPool: the VM's own host if it is the pool's, else the first that can be used.
func (w *world) hostOfPool(here *simulator.HostSystem, pool moref) *moref {
	if here != nil && owns(*here.Parent, pool) {
		return &here.Self
	}
	for _, ref := range refsOf("HostSystem") {
		host := simulator.Map.Get(ref).(*simulator.HostSystem)
		if owns(*host.Parent, pool) && usable(host) == nil {
			return &host.Self
		}
	}
	return nil
}

func (w *world) move(vm *simulator.VirtualMachine, to target) {
	w.touchAround(vm.Self)
	host := *to.host
	vm.Runtime.Host = &host
	if to.pool != nil && !vm.Config.Template {
		pool := *to.pool
		vm.ResourcePool = &pool
	}
	if to.datastore != nil && len(vm.Datastore) > 0 {
		words := strings.NewReplacer("["+entityName(vm.Datastore[0])+"]", "["+entityName(*to.datastore)+"]")
		config := deepCopy(reflect.ValueOf(*vm.Config), map[moref]moref{vm.Datastore[0]: *to.datastore}, words).
			Interface().(types.VirtualMachineConfigInfo)
		vm.Config = &config
		vm.Summary.Config.VmPathName = config.Files.VmPathName
		vm.Datastore = []moref{*to.datastore}
		if ds, ok := simulator.Map.Get(*to.datastore).(*simulator.Datastore); ok {
			_, dir, _ := strings.Cut(config.Files.LogDirectory, "] ") // where its .vmx is written
			_ = os.MkdirAll(filepath.Join(ds.Info.GetDatastoreInfo().Url, dir), 0o700)
		}
		w.configChanged(vm)
	}
	vm.Summary.Runtime = vm.Runtime
	w.relink(vm)
	w.touchAround(vm.Self)
}

func cloneVM(c *call) (interface{}, *fault) {
	vm, req := vmOf(c.this), c.req.(*types.CloneVM_Task)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := c.mayStart(vm); f != nil {
		return nil, f
	}
	folder, ok := simulator.Map.Get(req.Folder).(*simulator.Folder)
	if !ok {
		return nil, notFound(req.Folder)
	}
	if req.Name == "" || len(req.Name) > 80 {
		return nil, &fault{&types.InvalidName{Name: req.Name}, "The name '" + req.Name + "' is invalid."}
	}
	linked := req.Spec.Location.DiskMoveType == string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
	if linked && (req.Spec.Snapshot == nil || simulator.Map.Get(*req.Spec.Snapshot) == nil) {
		return nil, badArgument("spec.snapshot", "A linked clone needs a snapshot.")
	}
	if f := mayCustomize(vm, req.Spec.Customization); f != nil {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) { return c.cloneInto(vm, folder, req) })
}

func (c *call) cloneInto(src *simulator.VirtualMachine, folder *simulator.Folder, req *types.CloneVM_Task) (types.AnyType, *fault) {
	for _, ref := range folder.ChildEntity {
		if entityName(ref) == req.Name {
			return nil, &fault{&types.DuplicateName{Name: req.Name, Object: ref}, ""}
		}
	}
	if src.Config.Template && req.Spec.Location.Pool == nil && !req.Spec.Template {
		return nil, badArgument("spec.location.pool", "A template has no pool.")
	}
	to, f := c.w.place(src, target{req.Spec.Location.Host, req.Spec.Location.Pool, nil})
	if f != nil {
		return nil, f
	}
	vm := &simulator.VirtualMachine{}
	*vm = *src
	vm.Self = moref{Type: "VirtualMachine"}
	simulator.Map.NewEntity(vm)
	self := vm.Self
	from := src.Config.Files.VmPathName[:strings.LastIndex(src.Config.Files.VmPathName, "/")]
	home := from[:strings.Index(from, "] ")+2] + req.Name
	words := strings.NewReplacer(from+"/"+src.Name, home+"/"+req.Name, from+"/", home+"/")
	vm.VirtualMachine = deepCopy(reflect.ValueOf(src.VirtualMachine), map[moref]moref{src.Self: self}, words).Interface().(moVirtualMachine)
	if ref := req.Spec.Snapshot; ref != nil { // its configuration, not the present one
		saved := simulator.Map.Get(*ref).(*simulator.VirtualMachineSnapshot).Config
		config := deepCopy(reflect.ValueOf(saved), map[moref]moref{src.Self: self}, words).Interface().(types.VirtualMachineConfigInfo)
		vm.Config = &config
		(&change{c: c, vm: vm, config: &config}).agree()
	}
	vm.Self, vm.Name, vm.Snapshot, vm.ParentVApp = self, req.Name, nil, nil
	vm.Config.Name, vm.Summary.Config.Name = req.Name, req.Name
	vm.Config.Files.SnapshotDirectory, vm.Config.Files.LogDirectory = home, home // Destroy_Task deletes it
	vm.Config.Uuid, vm.Config.InstanceUuid = uuidOf(self.Value+req.Name), uuidOf("i"+self.Value+req.Name)
	vm.Summary.Config.Uuid, vm.Summary.Config.InstanceUuid = vm.Config.Uuid, vm.Config.InstanceUuid
	vm.Config.Template, vm.Summary.Config.Template = req.Spec.Template, req.Spec.Template
	vm.Runtime.Question = nil
	if req.Spec.Template {
		vm.ResourcePool = nil
	}
	folder.ChildEntity = append(folder.ChildEntity, self)
	simulator.Map.PutEntity(folder, vm)
	c.w.guests[self] = &guest{number: len(c.w.guests), tools: true, mac: setMAC(vm, len(c.w.guests)),
		custom: req.Spec.Customization}
	to.datastore = req.Spec.Location.Datastore
	c.w.move(vm, to)
	if ds, ok := simulator.Map.Get(vm.Datastore[0]).(*simulator.Datastore); ok {
		(&place{}).files(ds, vm)
	}
	state := off
	if req.Spec.PowerOn && !req.Spec.Template {
		state = on
	}
	c.w.setPower(vm, state, true)
	c.w.configChanged(vm)
	c.w.touchAround(self)
	c.w.touch(folder.Self)
	return self, nil
}
