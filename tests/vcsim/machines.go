// SPDX-License-Identifier: LGPL-2.1-or-later

// machines.go - many VMs, quickly
//
// The first VM of a pool is made by the simulator, with devices and files; the
// others are deep copies in which its name and its references are replaced.

package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// epoch is when the simulated world began: times are the same in each run.
var epoch = time.Date(2023, 6, 1, 12, 0, 0, 0, time.UTC)

func bootTime(i int) *time.Time {
	t := epoch.Add(time.Duration(i) * time.Minute)
	return &t
}

func uuidOf(s string) string { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(s)).String() }

// place is where a run of VMs goes.
type place struct {
	name   string // prefix of the VMs' names
	dc     *simulator.Datacenter
	folder *simulator.Folder
	pool   moref
	hosts  []*simulator.HostSystem
	nic    types.VirtualEthernetCard
}

// createMachines makes opt.vm VMs for each cluster and each host without one.
func (w *world) createMachines() error {
	n := 0
	for _, ref := range refsOf("Datacenter") {
		dc := simulator.Map.Get(ref).(*simulator.Datacenter)
		for _, p := range placesOf(dc, w.opt) {
			if err := w.fillPlace(p, &n); err != nil {
				return err
			}
		}
	}
	return nil
}

func placesOf(dc *simulator.Datacenter, o *options) []place {
	var places []place
	byResource := map[moref]int{}
	for _, h := range hostsOf(dc) {
		cr := computeResource(h)
		i, ok := byResource[cr.Self]
		if !ok {
			i = len(places)
			byResource[cr.Self] = i
			name := cr.Name
			if isA(cr.Self.Type, "ClusterComputeResource") {
				name += "_RP0"
			} else if o.isHost() {
				name = "ha-host"
			}
			places = append(places, place{name: name, dc: dc, folder: subFolder(dc.VmFolder),
				pool: *cr.ResourcePool, nic: cardOf(dc)})
		}
		places[i].hosts = append(places[i].hosts, h)
	}
	return places
}

// cardOf: an ethernet card on the datacenter's first port group, else VM Network.
func cardOf(dc *simulator.Datacenter) types.VirtualEthernetCard {
	nic := esx.EthernetCard.VirtualEthernetCard
	nic.Key = -13
	refs := append([]moref(nil), dc.Network...)
	sortRefs(refs)
	for _, ref := range refs {
		pg, ok := simulator.Map.Get(ref).(*simulator.DistributedVirtualPortgroup)
		if !ok || !strings.Contains(pg.Name, "_DVPG") {
			continue
		}
		dvs := simulator.Map.Get(*pg.Config.DistributedVirtualSwitch).(*simulator.DistributedVirtualSwitch)
		nic.Backing = &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{
			Port: types.DistributedVirtualSwitchPortConnection{PortgroupKey: pg.Key, SwitchUuid: dvs.Uuid}}
		break
	}
	return nic
}

func (w *world) fillPlace(p place, n *int) error {
	if w.opt.vm == 0 {
		return nil
	}
	seed, err := p.seed(fmt.Sprintf("%s_VM0", p.name))
	if err != nil {
		return err
	}
	pristine := deepCopy(reflect.ValueOf(seed.VirtualMachine), nil, nil)
	for i := 0; i < w.opt.vm; i++ {
		vm := seed
		if i > 0 {
			vm = p.copy(seed, pristine, i, w.opt)
		}
		w.finishMachine(vm, *n)
		*n++
	}
	return nil
}

// seed makes one VM the simulator's way.
func (p *place) seed(name string) (*simulator.VirtualMachine, error) {
	devices := p.devices("[LocalDS_0] " + name + "/" + name + ".vmdk")
	changes, _ := devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
	req := &types.CreateVM_Task{This: p.folder.Self, Pool: p.pool, Host: &p.hosts[0].Self,
		Config: types.VirtualMachineConfigSpec{Name: name, GuestId: string(types.VirtualMachineGuestOsIdentifierOtherGuest),
			Files:   &types.VirtualMachineFileInfo{VmPathName: "[LocalDS_0]"},
			NumCPUs: 2, MemoryMB: 2048, DeviceChange: changes}}
	ctx := &simulator.Context{Context: context.Background(), Map: simulator.Map,
		Session: &simulator.Session{Registry: simulator.NewRegistry()}}
	res := p.folder.CreateVMTask(ctx, req).(*methods.CreateVM_TaskBody)
	task := simulator.Map.Get(res.Res.Returnval).(*simulator.Task)
	if e := task.Info.Error; e != nil {
		return nil, fmt.Errorf("creating %s: %T", name, e.Fault)
	}
	vm := simulator.Map.Get(task.Info.Result.(moref)).(*simulator.VirtualMachine)
	tidyDevices(vm.Config.Hardware.Device)
	return vm, nil
}

// devices of a typical VM. Keys below 0 are the request's own; 200 is the first
// IDE controller, which every VM has.
func (p *place) devices(disk string) object.VirtualDeviceList {
	const scsi = -10
	first, thin := int32(0), true
	nic := p.nic
	return object.VirtualDeviceList{
		&types.ParaVirtualSCSIController{VirtualSCSIController: types.VirtualSCSIController{SharedBus: types.VirtualSCSISharingNoSharing,
			VirtualController: types.VirtualController{VirtualDevice: types.VirtualDevice{Key: scsi}}}},
		&types.VirtualDisk{CapacityInKB: 16 << 20, CapacityInBytes: 16 << 30,
			VirtualDevice: types.VirtualDevice{Key: -11, ControllerKey: scsi, UnitNumber: &first,
				Backing: &types.VirtualDiskFlatVer2BackingInfo{DiskMode: string(types.VirtualDiskModePersistent), ThinProvisioned: &thin,
					VirtualDeviceFileBackingInfo: types.VirtualDeviceFileBackingInfo{FileName: disk}}}},
		&types.VirtualCdrom{VirtualDevice: types.VirtualDevice{Key: -12, ControllerKey: 200, UnitNumber: &first,
			Connectable: &types.VirtualDeviceConnectInfo{AllowGuestControl: true},
			Backing:     &types.VirtualCdromRemotePassthroughBackingInfo{}}},
		&types.VirtualVmxnet3{VirtualVmxnet: types.VirtualVmxnet{VirtualEthernetCard: nic}},
	}
}

// copy makes the i-th VM of a place from its first.
func (p *place) copy(seed *simulator.VirtualMachine, pristine reflect.Value, i int, o *options) *simulator.VirtualMachine {
	host := p.hosts[i%len(p.hosts)]
	name := fmt.Sprintf("%s_VM%d", p.name, i)
	vm := &simulator.VirtualMachine{}
	*vm = *seed
	vm.Self = moref{Type: "VirtualMachine"}
	simulator.Map.NewEntity(vm)
	self := vm.Self
	dsName := fmt.Sprintf("[LocalDS_%d]", i%o.ds)
	ds := p.dc.Datastore[i%o.ds]
	refs := map[moref]moref{seed.Self: self, p.hosts[0].Self: host.Self, p.dc.Datastore[0]: ds}
	words := strings.NewReplacer(p.name+"_VM0", name, "[LocalDS_0]", dsName)
	vm.VirtualMachine = deepCopy(pristine, refs, words).Interface().(moVirtualMachine)
	vm.Config.Uuid = uuidOf(vm.Config.Files.VmPathName)
	vm.Config.InstanceUuid = uuidOf(strings.ToUpper(vm.Config.Files.VmPathName))
	vm.Summary.Config.Uuid, vm.Summary.Config.InstanceUuid = vm.Config.Uuid, vm.Config.InstanceUuid
	p.folder.ChildEntity = append(p.folder.ChildEntity, self)
	simulator.Map.PutEntity(p.folder, vm)
	host.Vm = append(host.Vm, self)
	d := simulator.Map.Get(ds).(*simulator.Datastore)
	d.Vm = append(d.Vm, self)
	if rp, ok := simulator.Map.Get(p.pool).(*simulator.ResourcePool); ok {
		rp.Vm = append(rp.Vm, self)
	}
	p.files(d, vm)
	return vm
}

// files gives a copy the files of its VM, empty but there; see disks.go for its disks.
func (p *place) files(ds *simulator.Datastore, vm *simulator.VirtualMachine) {
	dir := filepath.Join(ds.Info.GetDatastoreInfo().Url, vm.Name)
	_ = os.Mkdir(dir, 0o700)
	_ = os.WriteFile(filepath.Join(dir, vm.Name+".nvram"), nil, 0o600)
	_ = os.WriteFile(filepath.Join(dir, "vmware.log"), nil, 0o600)
}

// finishMachine fills in what clients read; n counts all VMs of the model.
func (w *world) finishMachine(vm *simulator.VirtualMachine, n int) {
	state, tools, template := on, true, false
	if w.opt.mixed {
		state, tools, template = mixedState(n, w.opt.isHost())
	}
	vm.Config.CreateDate = nil
	vm.Config.GuestId, vm.Config.GuestFullName = "debian10_64Guest", "Debian GNU/Linux 10 (64-bit)"
	vm.Config.Annotation = fmt.Sprintf("machine %d of the model", n)
	s := &vm.Summary.Config
	s.GuestId, s.GuestFullName, s.Annotation = vm.Config.GuestId, vm.Config.GuestFullName, vm.Config.Annotation
	s.VmPathName = vm.Config.Files.VmPathName
	setAllocations(vm, n, w.opt.mixed)
	vm.Config.ChangeVersion = bootTime(n).Format("2006-01-02T15:04:05.000000Z")
	vm.Config.Modified = *bootTime(n)
	vm.Config.Template, s.Template = template, template
	g := &guest{number: n, tools: tools, mac: setMAC(vm, n)}
	w.guests[vm.Self] = g
	vm.Runtime.PowerState = state
	vm.Runtime.BootTime = nil
	if state == on {
		vm.Runtime.BootTime = bootTime(n)
	}
	vm.Summary.Runtime = vm.Runtime
	if template {
		if rp, ok := simulator.Map.Get(*vm.ResourcePool).(*simulator.ResourcePool); ok {
			rp.Vm = without(rp.Vm, vm.Self)
		}
		vm.ResourcePool = nil
	}
	writeDisks(vm)
	setStorage(vm)
	w.setResourceConfig(vm)
	w.setGuest(vm)
	w.writeVMX(vm)
}

// mixedState: of ten VMs six run with tools, one without, one is suspended and
// two are off, every other of these a template.
func mixedState(n int, host bool) (types.VirtualMachinePowerState, bool, bool) {
	switch n % 10 {
	case 6:
		return on, false, false
	case 7:
		return suspended, true, false
	case 8:
		return off, true, false
	case 9:
		return off, true, !host && n%20 == 19
	}
	return on, true, false
}

func setAllocations(vm *simulator.VirtualMachine, n int, mixed bool) {
	levels := []types.SharesLevel{types.SharesLevelNormal, types.SharesLevelLow, types.SharesLevelHigh, types.SharesLevelCustom}
	i := 0
	if mixed {
		i = n % len(levels)
	}
	perCPU := []int32{1000, 500, 2000, 1234}[i]
	perMB := []int32{10, 5, 20, 7}[i]
	reservation, unlimited := int64(0), int64(-1)
	if i == 2 {
		reservation = 100
	}
	allocation := func(shares int32) *types.ResourceAllocationInfo {
		r, l := reservation, unlimited
		return &types.ResourceAllocationInfo{Reservation: &r, ExpandableReservation: types.NewBool(false), Limit: &l,
			Shares: &types.SharesInfo{Shares: shares, Level: levels[i]}}
	}
	vm.Config.CpuAllocation = allocation(perCPU * vm.Config.Hardware.NumCPU)
	vm.Config.MemoryAllocation = allocation(perMB * vm.Config.Hardware.MemoryMB)
}

// setMAC gives the VM's card an address of its own.
func setMAC(vm *simulator.VirtualMachine, n int) string {
	mac := net.HardwareAddr{0x00, 0x50, 0x56, byte(n >> 16 & 0x3f), byte(n >> 8), byte(n)}.String()
	for _, d := range vm.Config.Hardware.Device {
		if card, ok := d.(types.BaseVirtualEthernetCard); ok {
			card.GetVirtualEthernetCard().MacAddress = mac
		}
	}
	return mac
}

func setStorage(vm *simulator.VirtualMachine) {
	committed, uncommitted := int64(3)<<30, int64(13)<<30
	vm.Summary.Storage = &types.VirtualMachineStorageSummary{Committed: committed, Uncommitted: uncommitted,
		Unshared: committed, Timestamp: epoch}
	if vm.Storage != nil {
		vm.Storage.Timestamp = epoch
		vm.Storage.PerDatastoreUsage = nil
		for _, ds := range vm.Datastore {
			vm.Storage.PerDatastoreUsage = append(vm.Storage.PerDatastoreUsage, types.VirtualMachineUsageOnDatastore{
				Datastore: ds, Committed: committed, Uncommitted: uncommitted, Unshared: committed})
		}
	}
	if vm.LayoutEx != nil {
		vm.LayoutEx.Timestamp = epoch
	}
}
