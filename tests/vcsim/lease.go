// SPDX-License-Identifier: LGPL-2.1-or-later

// lease.go - ExportVm, ImportVApp and the leases that they return
//
// Exists because the simulator exports nothing, and its leases are ready at once, never end
// by themselves and keep no machine from being used. Sources: REF VirtualMachine.ExportVm (off:
// InvalidPowerState), ResourcePool.ImportVApp, HttpNfcLease (state, initializeProgress,
// HttpNfcLeaseProgress renews it, HttpNfcLeaseAbort drops what was imported), HttpNfcLeaseInfo,
// HttpNfcLeaseManifestEntry. The tasks of leases are those that a vCenter shows: their
// descriptions are in its list of tasks (ResourcePool.ImportVAppLRO, VirtualMachine.ExportVmLRO).

package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type lease struct {
	mo.HttpNfcLease
	w       *world
	call    *call
	task    *task
	exports bool
	token   string
	files   []*leaseFile
	expiry  *time.Timer
}

// leaseFile is one of the URLs of a lease.
type leaseFile struct {
	url      types.HttpNfcLeaseDeviceUrl
	name     string // the last part of the URL
	path     string // of the raw content on this machine
	capacity int64  // bytes; 0: it is no disk
	used     bool
	entry    *types.HttpNfcLeaseManifestEntry
}

// newLease gives the VM a lease, which becomes ready when a task of the method would be over.
func (c *call) newLease(vm *simulator.VirtualMachine, exports bool, taskName string) *lease {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret)
	l := &lease{w: c.w, call: c, exports: exports, token: hex.EncodeToString(secret)}
	l.Self = moref{Type: "HttpNfcLease", Value: "session[" + l.token[:8] + "]" + l.token[8:]}
	l.State = types.HttpNfcLeaseStateInitializing
	l.task = &task{w: c.w, call: c, stop: make(chan struct{}), hurry: make(chan struct{}),
		sim: simulator.CreateTask(vm.Self, taskName, nil)}
	info := &l.task.sim.Info
	info.State, info.EntityName = types.TaskInfoStateRunning, vm.Name
	info.Reason = &types.TaskReasonUser{UserName: c.session.sim.UserName}
	c.w.tasks[l.task.sim.Self] = l.task
	l.Info = &types.HttpNfcLeaseInfo{Lease: l.Self, Entity: vm.Self, LeaseTimeout: int32(c.w.opt.leaseTimeout)}
	l.addFiles(vm)
	c.w.leases[l.token] = l
	simulator.Map.Put(l)
	c.w.touch(l.Self)
	time.AfterFunc(c.w.taskTime(c.method), func() { c.w.do(l.becomeReady) })
	return l
}

func (l *lease) becomeReady() {
	if l.w.leases[l.token] == nil {
		return
	}
	l.State = types.HttpNfcLeaseStateReady
	l.w.touch(l.Self)
	l.renew()
}

func (l *lease) renew() {
	if l.expiry != nil {
		l.expiry.Stop()
	}
	l.expiry = time.AfterFunc(time.Duration(l.w.opt.leaseTimeout)*time.Second, func() {
		l.w.do(func() { l.end(&fault{&types.Timedout{}, "The lease has timed out."}) })
	})
}

// end ends the lease; with a fault what was imported goes away.
func (l *lease) end(f *fault) {
	if l.w.leases[l.token] == nil {
		return
	}
	delete(l.w.leases, l.token)
	if l.expiry != nil {
		l.expiry.Stop()
	}
	l.task.finish(l.Info.Entity, f)
	if vm := vmOf(l.Info.Entity); f != nil && !l.exports && vm != nil {
		l.call.remove(vm)
	}
	simulator.Map.Remove(l.Self)
	l.w.touch(l.Self)
}

// addFiles lists the disks of the VM, as devices of their controllers.
func (l *lease) addFiles(vm *simulator.VirtualMachine) {
	devices := object.VirtualDeviceList(vm.Config.Hardware.Device)
	isDisk := true
	for _, d := range devices.SelectByType((*types.VirtualDisk)(nil)) {
		disk := d.(*types.VirtualDisk)
		n := len(l.files)
		key := diskKey(devices, disk)
		f := &leaseFile{name: fmt.Sprintf("disk-%d.vmdk", n), capacity: disk.CapacityInKB * 1024, path: extentOf(localFile(diskFile(disk)))}
		f.url = types.HttpNfcLeaseDeviceUrl{Key: "/" + vm.Self.Value + key, ImportKey: "/" + vm.Name + key,
			Url: l.urlOf(f.name), Disk: &isDisk, TargetId: f.name}
		l.files = append(l.files, f)
		l.Info.DeviceUrl = append(l.Info.DeviceUrl, f.url)
		l.Info.TotalDiskCapacityInKB += disk.CapacityInKB
	}
}

// diskKey: "/ParaVirtualSCSIController0:1", the type and bus of a disk's controller, and its unit.
func diskKey(devices object.VirtualDeviceList, disk *types.VirtualDisk) string {
	controller, unit := devices.FindByKey(disk.ControllerKey), int32(0)
	bus := int32(0)
	if c, ok := controller.(types.BaseVirtualController); ok {
		bus = c.GetVirtualController().BusNumber
	}
	if disk.UnitNumber != nil {
		unit = *disk.UnitNumber
	}
	return fmt.Sprintf("/%s%d:%d", schemaName(indirectType(controller)), bus, unit)
}

// urlOf: a host names itself "*"; a vCenter the host, which here is the same server.
func (l *lease) urlOf(name string) string {
	scheme := "http"
	if l.w.opt.tls {
		scheme = "https"
	}
	host := "*"
	if !l.w.opt.isHost() && l.w.gate != nil {
		host = l.w.gate.addr
	}
	return fmt.Sprintf("%s://%s/nfc/%s/%s", scheme, host, l.token, name)
}

func exportVM(c *call) (interface{}, *fault) {
	vm := vmOf(c.this)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if t := c.w.busy(c.this); t != nil {
		return nil, &fault{&types.TaskInProgress{Task: t.sim.Self}, "Another task is already in progress."}
	}
	if vm.Runtime.PowerState != off {
		return nil, &fault{&types.InvalidPowerState{RequestedState: off, ExistingState: vm.Runtime.PowerState},
			"The attempted operation cannot be performed in the current state (Powered on)."}
	}
	return &types.ExportVmResponse{Returnval: c.newLease(vm, true, "ExportVmLRO").Self}, nil
}

func (c *call) lease() (*lease, *fault) {
	l, ok := simulator.Map.Get(c.this).(*lease)
	if !ok {
		return nil, notFound(c.this)
	}
	return l, nil
}

func leaseProgress(c *call) (interface{}, *fault) {
	l, f := c.lease()
	if f != nil {
		return nil, f
	}
	percent := c.req.(*types.HttpNfcLeaseProgress).Percent
	if percent < 0 || percent > 100 {
		return nil, invalidArgument("percent")
	}
	l.TransferProgress, l.task.sim.Info.Progress = percent, percent
	c.w.touch(l.Self, l.task.sim.Self)
	l.renew()
	return &types.HttpNfcLeaseProgressResponse{}, nil
}

func leaseComplete(c *call) (interface{}, *fault) {
	l, f := c.lease()
	if f != nil {
		return nil, f
	}
	if l.State != types.HttpNfcLeaseStateReady {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	l.end(nil)
	return &types.HttpNfcLeaseCompleteResponse{}, nil
}

func leaseAbort(c *call) (interface{}, *fault) {
	l, f := c.lease()
	if f != nil {
		return nil, f
	}
	l.end(&fault{&types.RequestCanceled{}, "The task was canceled by a user."})
	return &types.HttpNfcLeaseAbortResponse{}, nil
}

func leaseManifest(c *call) (interface{}, *fault) {
	l, f := c.lease()
	if f != nil {
		return nil, f
	}
	res := &types.HttpNfcLeaseGetManifestResponse{}
	for _, file := range l.files {
		if file.entry != nil {
			res.Returnval = append(res.Returnval, *file.entry)
		}
	}
	return res, nil
}

// importVApp makes the VM of an import's specification, and waits for its disks.
func importVApp(c *call) (interface{}, *fault) {
	req := c.req.(*types.ImportVApp)
	spec, ok := req.Spec.(*types.VirtualMachineImportSpec)
	pool := poolOf(c.this)
	switch {
	case pool == nil:
		return nil, notFound(c.this)
	case !ok:
		return nil, invalidArgument("spec")
	case (req.Folder == nil) != (c.this.Type == "VirtualApp"):
		return nil, invalidArgument("folder")
	case req.Folder == nil:
		return nil, &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	}
	config := spec.ConfigSpec
	devices := config.DeviceChange
	config.DeviceChange = nil
	inner := *c
	inner.method, inner.this = "CreateVM_Task", *req.Folder
	inner.req = &types.CreateVM_Task{This: *req.Folder, Config: config, Pool: c.this, Host: req.Host}
	if f := inner.nameTaken(config.Name); f != nil {
		return nil, f
	}
	vm, f := inner.make()
	if f != nil {
		return nil, f
	}
	inner.settle(vm)
	becomesOwn(devices)
	dir := filepath.Dir(localFile(vm.Config.Files.VmPathName))
	placeDisks(devices, vm.Config.Files.VmPathName, filepath.Base(dir))
	if f := inner.reconfigureNow(vm, &types.VirtualMachineConfigSpec{DeviceChange: devices, Firmware: config.Firmware,
		Annotation: config.Annotation}); f != nil {
		inner.remove(vm)
		return nil, f
	}
	return &types.ImportVAppResponse{Returnval: inner.newLease(vm, false, "ImportVAppLRO").Self}, nil
}

// placeDisks: the server names the files of new disks by their machine.
func placeDisks(devices []types.BaseVirtualDeviceConfigSpec, vmx, name string) {
	dir := vmx[:strings.LastIndex(vmx, "/")+1]
	for n, d := range devices {
		disk, ok := d.GetVirtualDeviceConfigSpec().Device.(*types.VirtualDisk)
		if !ok {
			continue
		}
		if b, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && b.FileName == "" {
			b.FileName = fmt.Sprintf("%s%s_%d.vmdk", dir, name, n)
		}
	}
}
