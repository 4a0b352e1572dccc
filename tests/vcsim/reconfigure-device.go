// SPDX-License-Identifier: LGPL-2.1-or-later

// reconfigure-device.go - the devices of a ReconfigVM_Task
//
// Promises: an edited device stays where it stands, an added one gets a key of
// its class, a label and what its defaults are; a device that does not fit gives
// InvalidDeviceSpec with its place in the request.

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// class: how devices of one sort are numbered, what they hang on, and whether
// they may come and go while the VM runs.
type class struct {
	sample     types.BaseVirtualDevice
	label      string
	key        int32 // of the first
	first      int   // number in the label of the first
	controller bool
	limit      int
	hot        bool
}

var classes = []class{
	{&types.VirtualIDEController{}, "IDE", 200, 0, true, 2, false},
	{&types.VirtualSCSIController{}, "SCSI controller", 1000, 0, true, 4, true},
	{&types.VirtualAHCIController{}, "SATA controller", 15000, 0, true, 4, true},
	{&types.VirtualNVMEController{}, "NVME controller", 31000, 0, true, 4, true},
	{&types.VirtualUSBController{}, "USB controller", 7000, 0, false, 1, false},
	{&types.VirtualUSBXHCIController{}, "USB xHCI controller", 14000, 0, false, 1, false},
	{&types.VirtualMachineVideoCard{}, "Video card", 500, 1, false, 1, false},
	{&types.VirtualDisk{}, "Hard disk", 2000, 1, false, 256, true},
	{&types.VirtualCdrom{}, "CD/DVD drive", 3000, 1, false, 32, false},
	{&types.VirtualFloppy{}, "Floppy drive", 8000, 1, false, 2, false},
	{&types.VirtualSriovEthernetCard{}, "SR-IOV network adapter", 4000, 1, false, 10, false},
	{&types.VirtualEthernetCard{}, "Network adapter", 4000, 1, false, 10, true},
	{&types.VirtualSerialPort{}, "Serial port", 9000, 1, false, 4, false},
	{&types.VirtualParallelPort{}, "Parallel port", 10000, 1, false, 3, false},
	{&types.VirtualSoundCard{}, "Sound card", 5000, 1, false, 1, false},
	{&types.VirtualUSB{}, "USB", 7001, 1, false, 20, true},
	{&types.VirtualPCIPassthrough{}, "PCI device", 13000, 0, false, 16, false},
	{&types.VirtualSCSIPassthrough{}, "SCSI device", 16000, 1, false, 60, true},
	{&types.VirtualNVDIMMController{}, "NVDIMM controller", 40000, 0, true, 1, false},
	{&types.VirtualNVDIMM{}, "NVDIMM", 41000, 1, false, 64, false},
	{&types.VirtualWDT{}, "Watchdog timer", 18000, 0, false, 1, false},
	{&types.VirtualPrecisionClock{}, "Precision clock", 19000, 0, false, 1, false},
	{&types.VirtualMachineVMIROM{}, "VMI ROM", 11500, 0, false, 1, false},
	{&types.VirtualTPM{}, "Virtual TPM", 11000, 0, false, 1, false},
}

func classOf(d types.BaseVirtualDevice) *class {
	for i := range classes {
		if len((object.VirtualDeviceList{d}).SelectByType(classes[i].sample)) == 1 {
			return &classes[i]
		}
	}
	return nil
}

// deviceChange is one item of deviceChange.
type deviceChange struct {
	*change
	index int
	op    *types.VirtualDeviceConfigSpec
	dev   *types.VirtualDevice
	class *class
}

func (d *deviceChange) invalid(format string, args ...interface{}) *fault {
	return &fault{&types.InvalidDeviceSpec{DeviceIndex: int32(d.index)},
		fmt.Sprintf("Invalid configuration for device '%d'. ", d.index) + fmt.Sprintf(format, args...)}
}

func (ch *change) devices() *fault {
	for i, item := range ch.spec.DeviceChange {
		op := deepCopy(reflect.ValueOf(*item.GetVirtualDeviceConfigSpec()), nil, nil).Interface().(types.VirtualDeviceConfigSpec)
		d := &deviceChange{change: ch, index: i, op: &op, dev: op.Device.GetVirtualDevice(), class: classOf(op.Device)}
		if f := d.apply(); f != nil {
			return f
		}
	}
	return nil
}

func (d *deviceChange) apply() *fault {
	if d.class == nil {
		return d.invalid("A %s cannot be changed.", reflect.TypeOf(d.op.Device).Elem().Name())
	}
	switch d.op.Operation {
	case types.VirtualDeviceConfigSpecOperationAdd:
		return d.add()
	case types.VirtualDeviceConfigSpecOperationEdit:
		return d.edit()
	case types.VirtualDeviceConfigSpecOperationRemove:
		return d.remove()
	}
	return d.invalid("No operation.")
}

func (d *deviceChange) list() object.VirtualDeviceList {
	return object.VirtualDeviceList(d.config.Hardware.Device)
}

// find gives the place of the device that the change names.
func (d *deviceChange) find() int {
	for i, have := range d.config.Hardware.Device {
		if have.GetVirtualDevice().Key == d.dev.Key {
			return i
		}
	}
	return -1
}

func (d *deviceChange) add() *fault {
	if !d.class.hot && !d.onSATA() {
		if f := d.needsOff(); f != nil {
			return f
		}
	}
	same := d.list().SelectByType(d.class.sample)
	if len(same) >= d.class.limit {
		return &fault{&types.TooManyDevices{InvalidVmConfig: types.InvalidVmConfig{Property: "deviceChange"}}, "Too many devices."}
	}
	asked := d.dev.Key
	d.dev.Key = d.freeKey()
	d.dev.DeviceInfo = &types.Description{Label: fmt.Sprintf("%s %d", d.class.label, d.class.first+len(same))}
	if asked < 0 { // the controllers of devices that follow name it so
		for _, later := range d.spec.DeviceChange[d.index+1:] {
			v := later.GetVirtualDeviceConfigSpec().Device.GetVirtualDevice()
			if v.ControllerKey == asked {
				v.ControllerKey = d.dev.Key
			}
		}
	}
	if f := d.check(nil); f != nil {
		return f
	}
	d.config.Hardware.Device = append(d.config.Hardware.Device, d.op.Device)
	attach(d.config.Hardware.Device)
	return nil
}

func (d *deviceChange) onSATA() bool {
	_, ok := d.list().FindByKey(d.dev.ControllerKey).(*types.VirtualAHCIController)
	return ok
}

// freeKey: the class's range, for a bus by its number, for others the next.
func (d *deviceChange) freeKey() int32 {
	key := d.class.key
	if c, ok := d.op.Device.(types.BaseVirtualController); ok && d.class.controller {
		key += c.GetVirtualController().BusNumber
	}
	for d.list().FindByKey(key) != nil {
		key++
	}
	return key
}

func (d *deviceChange) edit() *fault {
	i := d.find()
	if i < 0 {
		return d.invalid("There is no device %d.", d.dev.Key)
	}
	old := d.config.Hardware.Device[i]
	if reflect.TypeOf(old) != reflect.TypeOf(d.op.Device) {
		return d.invalid("A device cannot become one of another type.")
	}
	was := old.GetVirtualDevice()
	info := *was.DeviceInfo.GetDescription()
	d.dev.DeviceInfo = &info
	if d.dev.ControllerKey == 0 {
		d.dev.ControllerKey = was.ControllerKey
	}
	if d.dev.UnitNumber == nil {
		d.dev.UnitNumber = was.UnitNumber
	}
	if d.dev.Backing == nil {
		d.dev.Backing = was.Backing
	}
	if f := d.check(old); f != nil {
		return f
	}
	d.config.Hardware.Device[i] = d.op.Device
	return nil
}

func (d *deviceChange) remove() *fault {
	i := d.find()
	if i < 0 {
		return d.invalid("There is no device %d.", d.dev.Key)
	}
	old := d.config.Hardware.Device[i]
	d.dev = old.GetVirtualDevice()
	if !d.class.hot && !d.onSATA() {
		if f := d.needsOff(); f != nil {
			return f
		}
	}
	for _, other := range d.config.Hardware.Device {
		if v := other.GetVirtualDevice(); v.ControllerKey == d.dev.Key && d.class.controller && !d.removed(v.Key) {
			return &fault{&types.ResourceInUse{Type: "controller", Name: d.dev.DeviceInfo.GetDescription().Label},
				"The controller has devices."}
		}
	}
	if disk, ok := old.(*types.VirtualDisk); ok && d.op.FileOperation == types.VirtualDeviceConfigSpecFileOperationDestroy {
		path := d.localPath(diskFile(disk))
		d.commit = append(d.commit, func() error {
			_ = os.Remove(flatOf(path))
			return os.Remove(path)
		})
	}
	rest := append([]types.BaseVirtualDevice(nil), d.config.Hardware.Device[:i]...)
	d.config.Hardware.Device = append(rest, d.config.Hardware.Device[i+1:]...)
	attach(d.config.Hardware.Device)
	return nil
}

// removed: whether a later change of the same spec removes the device too.
func (d *deviceChange) removed(key int32) bool {
	for _, later := range d.spec.DeviceChange[d.index+1:] {
		op := later.GetVirtualDeviceConfigSpec()
		if op.Operation == types.VirtualDeviceConfigSpecOperationRemove && op.Device.GetVirtualDevice().Key == key {
			return true
		}
	}
	return false
}

// attach makes the controllers' lists say what hangs on them.
func attach(devices []types.BaseVirtualDevice) {
	for _, have := range devices {
		c, ok := have.(types.BaseVirtualController)
		if !ok {
			continue
		}
		controller := c.GetVirtualController()
		controller.Device = nil
		for _, other := range devices {
			if v := other.GetVirtualDevice(); v.ControllerKey == controller.Key {
				controller.Device = append(controller.Device, v.Key)
			}
		}
	}
}

// tidyDevices gives the devices that the simulator made the keys, places and
// labels that a real server would have given them.
func tidyDevices(devices []types.BaseVirtualDevice) {
	keys := map[int32]int32{}
	count := map[*class]int{}
	for _, d := range devices {
		c, v := classOf(d), d.GetVirtualDevice()
		if c == nil || v.Key == c.key || v.Key == c.key+1 {
			continue
		}
		n := count[c]
		count[c]++
		keys[v.Key], v.Key = c.key+int32(n), c.key+int32(n)
		v.DeviceInfo.GetDescription().Label = fmt.Sprintf("%s %d", c.label, c.first+n)
		if c.controller {
			v.ControllerKey = 100
		}
		if _, ok := d.(*types.VirtualCdrom); ok {
			v.ControllerKey = 201
			v.UnitNumber = new(int32)
		}
	}
	for _, d := range devices {
		if v := d.GetVirtualDevice(); keys[v.ControllerKey] != 0 && v.ControllerKey != 201 {
			v.ControllerKey = keys[v.ControllerKey]
		}
	}
	attach(devices)
}

// check: what is right for each sort of device; old is nil for one that is new.
func (d *deviceChange) check(old types.BaseVirtualDevice) *fault {
	if f := d.place(old); f != nil {
		return f
	}
	switch dev := d.op.Device.(type) {
	case *types.VirtualSriovEthernetCard:
		if f := d.sriov(dev, old); f != nil {
			return f
		}
		return d.card(dev.GetVirtualEthernetCard(), old)
	case types.BaseVirtualEthernetCard:
		return d.card(dev.GetVirtualEthernetCard(), old)
	case *types.VirtualDisk:
		return d.disk(dev, old)
	case types.BaseVirtualController:
		return d.bus(dev.GetVirtualController(), old)
	case *types.VirtualMachineVideoCard, *types.VirtualSerialPort, *types.VirtualParallelPort:
		if old != nil {
			return d.needsOff()
		}
	case *types.VirtualCdrom, *types.VirtualFloppy:
		return d.media()
	case *types.VirtualUSB:
		return d.usb(dev)
	case *types.VirtualNVDIMM:
		return d.nvdimm(dev, old)
	case *types.VirtualWDT:
		return d.watchdog(dev, old)
	case *types.VirtualPrecisionClock:
		return d.clock(dev, old)
	case *types.VirtualSCSIPassthrough:
		return d.scsi(dev)
	case *types.VirtualPCIPassthrough:
		return d.passthrough(dev)
	}
	return nil
}

// parents: where devices hang that need not say it.
func (d *deviceChange) parent() int32 {
	switch d.op.Device.(type) {
	case *types.VirtualFloppy, *types.VirtualSerialPort, *types.VirtualParallelPort:
		return 400
	case *types.VirtualIDEController:
		return 0
	case *types.VirtualDisk, *types.VirtualCdrom, *types.VirtualSCSIPassthrough, *types.VirtualNVDIMM:
		return -1
	}
	return 100
}

// units: how many places a controller has, and the one it takes itself.
func units(c types.BaseVirtualDevice) (n, own int32) {
	switch c.(type) {
	case *types.VirtualIDEController:
		return 2, -1
	case *types.VirtualAHCIController:
		return 30, -1
	case *types.VirtualNVMEController:
		return 15, -1
	case *types.ParaVirtualSCSIController:
		return 65, 7
	case types.BaseVirtualSCSIController:
		return 16, 7
	}
	return 1 << 16, -1
}

func (d *deviceChange) place(old types.BaseVirtualDevice) *fault {
	if d.dev.ControllerKey == 0 {
		d.dev.ControllerKey = d.parent()
	}
	if d.dev.ControllerKey == 0 {
		return nil
	}
	c := d.list().FindByKey(d.dev.ControllerKey)
	if c == nil {
		return d.invalid("There is no controller %d.", d.dev.ControllerKey)
	}
	if old != nil && d.dev.ControllerKey != old.GetVirtualDevice().ControllerKey {
		return d.invalid("A device cannot move to another controller.")
	}
	taken := map[int32]bool{}
	_, ports := c.(*types.VirtualSIOController) // floppy0, serial0 and parallel0 are side by side
	for _, other := range d.list() {
		v := other.GetVirtualDevice()
		if ports && classOf(other) != d.class {
			continue
		}
		if v.ControllerKey == d.dev.ControllerKey && v.Key != d.dev.Key && v.UnitNumber != nil {
			taken[*v.UnitNumber] = true
		}
	}
	n, own := units(c)
	taken[own] = true
	if d.dev.UnitNumber == nil {
		unit := int32(0)
		for taken[unit] {
			unit++
		}
		d.dev.UnitNumber = &unit
	}
	if u := *d.dev.UnitNumber; u < 0 || u >= n || taken[u] {
		return d.invalid("Unit %d of controller %d is taken or does not exist.", u, d.dev.ControllerKey)
	}
	return nil
}

// bus: controllers of one class have different numbers.
func (d *deviceChange) bus(c *types.VirtualController, old types.BaseVirtualDevice) *fault {
	if old != nil {
		if f := d.needsOff(); f != nil {
			return f
		}
	}
	for _, other := range d.list().SelectByType(d.class.sample) {
		have := other.(types.BaseVirtualController).GetVirtualController()
		if have.Key != c.Key && have.BusNumber == c.BusNumber {
			return d.invalid("Bus %d is taken.", c.BusNumber)
		}
	}
	if c.BusNumber < 0 || d.class.controller && int(c.BusNumber) >= d.class.limit {
		return d.invalid("Bus %d does not exist.", c.BusNumber)
	}
	if s, ok := d.op.Device.(types.BaseVirtualSCSIController); ok {
		scsi := s.GetVirtualSCSIController()
		if scsi.SharedBus == "" {
			return d.invalid("A SCSI controller needs a sharedBus.")
		}
		scsi.ScsiCtlrUnitNumber = 7
	}
	d.describe(d.dev.DeviceInfo.GetDescription().Label)
	return nil
}

func (d *deviceChange) describe(summary string) {
	d.dev.DeviceInfo.GetDescription().Summary = summary
}

func (d *deviceChange) connect() {
	if d.dev.Connectable == nil {
		d.dev.Connectable = &types.VirtualDeviceConnectInfo{StartConnected: true, AllowGuestControl: true,
			Connected: d.vm.Runtime.PowerState == on}
	}
}

// card: its network exists, its address is one that it can have.
func (d *deviceChange) card(card *types.VirtualEthernetCard, old types.BaseVirtualDevice) *fault {
	d.connect()
	if f := d.network(card); f != nil {
		return f
	}
	var was *types.VirtualEthernetCard
	if old != nil {
		was = old.(types.BaseVirtualEthernetCard).GetVirtualEthernetCard()
		if card.MacAddress == "" {
			card.MacAddress = was.MacAddress
		}
		if card.AddressType == "" {
			card.AddressType = was.AddressType
		}
		if !strings.EqualFold(card.MacAddress, was.MacAddress) {
			if f := d.needsOff(); f != nil {
				return f
			}
		}
	}
	if strings.EqualFold(card.AddressType, "manual") || card.MacAddress != "" {
		if hw, err := net.ParseMAC(card.MacAddress); err != nil || len(hw) != 6 || hw[0]&1 != 0 {
			return d.invalid("The MAC address '%s' is not valid.", card.MacAddress)
		}
	}
	if card.AddressType == "" {
		card.AddressType = "generated"
		if !d.c.w.opt.isHost() {
			card.AddressType = "assigned"
		}
	}
	if card.MacAddress == "" {
		card.MacAddress = fmt.Sprintf("00:50:56:b%x:%02x:%02x", d.index&0xf, d.vm.Self.Value[len(d.vm.Self.Value)-1], card.Key&0xff)
	}
	if card.WakeOnLanEnabled == nil {
		card.WakeOnLanEnabled = types.NewBool(true)
	}
	return nil
}

// network finds what a card's backing names among the networks of its datacenter.
func (d *deviceChange) network(card *types.VirtualEthernetCard) *fault {
	dc := simulator.Map.Get(datacenterOf(d.vm)).(*simulator.Datacenter)
	for _, ref := range dc.Network {
		switch b := card.Backing.(type) {
		case *types.VirtualEthernetCardNetworkBackingInfo:
			if entityName(ref) == b.DeviceName && ref.Type == "Network" {
				r := ref
				b.Network = &r
				d.describe(b.DeviceName)
				return nil
			}
		case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
			pg, ok := simulator.Map.Get(ref).(*simulator.DistributedVirtualPortgroup)
			if ok && pg.Key == b.Port.PortgroupKey {
				d.describe("DVSwitch: " + b.Port.SwitchUuid)
				return nil
			}
		case *types.VirtualEthernetCardOpaqueNetworkBackingInfo:
			if isOpaque(ref, b) {
				d.describe("nsx.LogicalSwitch: " + b.OpaqueNetworkId)
				return nil
			}
		case *types.VirtualEthernetCardLegacyNetworkBackingInfo:
			d.describe(b.DeviceName)
			return nil
		}
	}
	return d.invalid("The network does not exist.")
}

func diskFile(disk *types.VirtualDisk) string {
	if b, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
		return b.GetVirtualDeviceFileBackingInfo().FileName
	}
	return ""
}

// datastore finds the one that a path names.
func (d *deviceChange) datastore(path string) (*simulator.Datastore, string) {
	var p object.DatastorePath
	if !p.FromString(path) {
		return nil, ""
	}
	dc := simulator.Map.Get(datacenterOf(d.vm)).(*simulator.Datacenter)
	for _, ref := range dc.Datastore {
		if ds, ok := simulator.Map.Get(ref).(*simulator.Datastore); ok && ds.Name == p.Datastore {
			return ds, p.Path
		}
	}
	return nil, ""
}

func (d *deviceChange) localPath(path string) string {
	ds, rest := d.datastore(path)
	if ds == nil {
		return ""
	}
	return filepath.Join(ds.Info.GetDatastoreInfo().Url, filepath.Clean("/"+rest))
}

func flatOf(path string) string { return strings.TrimSuffix(path, ".vmdk") + "-flat.vmdk" }

func exists(path string) bool {
	_, err := os.Stat(path)
	return path != "" && err == nil
}

func fileNotFound(path string) *fault {
	return &fault{&types.FileNotFound{FileFault: types.FileFault{File: path}}, "File " + path + " was not found"}
}

// disk: its file is there, or is made; it grows and never shrinks.
func (d *deviceChange) disk(disk *types.VirtualDisk, old types.BaseVirtualDevice) *fault {
	if disk.CapacityInBytes != 0 && (old == nil || disk.CapacityInBytes != old.(*types.VirtualDisk).CapacityInBytes) {
		disk.CapacityInKB = disk.CapacityInBytes / 1024
	}
	disk.CapacityInBytes = disk.CapacityInKB * 1024
	d.describe(fmt.Sprintf("%d KB", disk.CapacityInKB))
	if old != nil {
		was := old.(*types.VirtualDisk)
		if disk.CapacityInKB < was.CapacityInKB {
			return d.invalid("A disk cannot shrink.")
		}
		if diskFile(disk) == diskFile(was) {
			return d.grows(disk, was)
		}
		if f := d.needsOff(); f != nil {
			return f
		}
	}
	b, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo)
	if !ok {
		return d.invalid("A disk needs a file.")
	}
	file := b.GetVirtualDeviceFileBackingInfo()
	if f := d.diskName(file, disk); f != nil {
		return f
	}
	return d.diskFileFor(file, disk)
}

// grows: a disk of the same file that has another capacity. One with a snapshot below it keeps its
// size (REF VirtualDisk.capacityInKB).
func (d *deviceChange) grows(disk, was *types.VirtualDisk) *fault {
	if disk.CapacityInKB == was.CapacityInKB {
		return nil
	}
	if b, ok := was.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && b.Parent != nil {
		return &fault{&types.InvalidDeviceOperation{InvalidDeviceSpec: types.InvalidDeviceSpec{DeviceIndex: int32(d.index)}},
			fmt.Sprintf("Invalid operation for device '%d'.", d.index)}
	}
	path, kb := d.localPath(diskFile(disk)), disk.CapacityInKB
	d.commit = append(d.commit, func() error { return growDisk(path, kb) })
	return nil
}

// diskName: a path that names only a datastore means a new file beside the VM's.
func (d *deviceChange) diskName(file *types.VirtualDeviceFileBackingInfo, disk *types.VirtualDisk) *fault {
	var p object.DatastorePath
	if file.FileName == "" {
		p.FromString(d.config.Files.VmPathName)
		p.Path = ""
	} else if !p.FromString(file.FileName) {
		return &fault{&types.InvalidDatastorePath{DatastorePath: file.FileName}, "Invalid datastore path '" + file.FileName + "'."}
	}
	if p.Path == "" {
		var vmx object.DatastorePath
		vmx.FromString(d.config.Files.VmPathName)
		p.Path = fmt.Sprintf("%s/%s_%d.vmdk", filepath.Dir(vmx.Path), d.vm.Name, disk.Key)
	}
	file.FileName = p.String()
	ds, _ := d.datastore(file.FileName)
	if ds == nil {
		return &fault{&types.InvalidDatastorePath{DatastorePath: file.FileName}, "Invalid datastore path '" + file.FileName + "'."}
	}
	file.Datastore = &ds.Self
	return nil
}

func (d *deviceChange) diskFileFor(file *types.VirtualDeviceFileBackingInfo, disk *types.VirtualDisk) *fault {
	path := d.localPath(file.FileName)
	if d.op.FileOperation != types.VirtualDeviceConfigSpecFileOperationCreate {
		if !exists(path) {
			return fileNotFound(file.FileName)
		}
		return nil
	}
	if exists(path) {
		return &fault{&types.FileAlreadyExists{FileFault: types.FileFault{File: file.FileName}},
			"File " + file.FileName + " already exists"}
	}
	if disk.CapacityInKB <= 0 {
		return d.invalid("A new disk needs a capacity.")
	}
	d.commit = append(d.commit, func() error {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		flat, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		return writeDisk(path, disk.CapacityInKB, ok && flat.ThinProvisioned != nil && *flat.ThinProvisioned)
	})
	if b, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && b.Uuid == "" {
		b.Uuid = uuidOf(file.FileName)
	}
	return nil
}

// media: an image that is named exists.
func (d *deviceChange) media() *fault {
	d.connect()
	switch b := d.dev.Backing.(type) {
	case types.BaseVirtualDeviceFileBackingInfo:
		file := b.GetVirtualDeviceFileBackingInfo()
		d.describe("ISO " + file.FileName)
		if file.FileName == "" {
			return nil
		}
		ds, _ := d.datastore(file.FileName)
		if ds == nil {
			return &fault{&types.InvalidDatastorePath{DatastorePath: file.FileName}, "Invalid datastore path '" + file.FileName + "'."}
		}
		file.Datastore = &ds.Self
		if !exists(d.localPath(file.FileName)) {
			return fileNotFound(file.FileName)
		}
	case types.BaseVirtualDeviceRemoteDeviceBackingInfo:
		d.describe("Remote device")
	case types.BaseVirtualDeviceDeviceBackingInfo:
		d.describe(b.GetVirtualDeviceDeviceBackingInfo().DeviceName)
	case nil:
		return d.invalid("The device has no backing.")
	}
	return nil
}
