// SPDX-License-Identifier: LGPL-2.1-or-later

// vmx.go - a VM's configuration as the file that its host keeps of it
//
// Exists because the simulator's .vmx files are empty, while libvirt and hvfs
// read them. The file is written anew when the configuration changes, from what
// the configuration says, so that both tell the same.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// vmxText collects key = "value" lines.
type vmxText struct {
	strings.Builder
	dir object.DatastorePath // where the .vmx lies
	vpx bool
}

func (t *vmxText) set(key, value string) { fmt.Fprintf(t, "%s = \"%s\"\n", key, value) }

func (t *vmxText) setf(key, format string, args ...interface{}) {
	t.set(key, fmt.Sprintf(format, args...))
}

// escapeVMX hides what the file's syntax cannot carry.
func escapeVMX(s string) string {
	return strings.NewReplacer("|", "|7C", `"`, "|22", "\n", "|0A", "\r", "|0D").Replace(s)
}

// vmxUUID is 16 pairs in two groups.
func vmxUUID(s string) string {
	hex := strings.ReplaceAll(s, "-", "")
	if len(hex) != 32 {
		return s
	}
	var b strings.Builder
	for i := 0; i < 32; i += 2 {
		switch i {
		case 0:
		case 16:
			b.WriteByte('-')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(hex[i : i+2])
	}
	return b.String()
}

func vmxOf(vm *simulator.VirtualMachine, vpx bool) string {
	t := &vmxText{vpx: vpx}
	c := vm.Config
	t.dir.FromString(c.Files.VmPathName)
	t.set(".encoding", "UTF-8")
	t.set("config.version", "8")
	t.set("virtualHW.version", strings.TrimPrefix(strings.TrimPrefix(c.Version, "vmx-"), "0"))
	t.set("guestOS", vmxGuest(c.GuestId))
	t.set("displayName", escapeVMX(c.Name))
	t.set("uuid.bios", vmxUUID(c.Uuid))
	if c.InstanceUuid != "" {
		t.set("vc.uuid", vmxUUID(c.InstanceUuid))
	}
	if c.Annotation != "" {
		t.set("annotation", escapeVMX(c.Annotation))
	}
	t.setf("memSize", "%d", c.Hardware.MemoryMB)
	t.setf("numvcpus", "%d", c.Hardware.NumCPU)
	if c.Hardware.NumCoresPerSocket > 1 {
		t.setf("cpuid.coresPerSocket", "%d", c.Hardware.NumCoresPerSocket)
	}
	if c.Firmware == "efi" {
		t.set("firmware", "efi")
	}
	if c.BootOptions != nil && isTrue(c.BootOptions.EfiSecureBootEnabled) {
		t.set("uefi.secureBoot.enabled", "TRUE")
	}
	if c.CpuAffinity != nil {
		t.set("sched.cpu.affinity", strings.Trim(strings.ReplaceAll(fmt.Sprint(c.CpuAffinity.AffinitySet), " ", ","), "[]"))
	}
	t.allocation("sched.cpu", "min", c.CpuAllocation)
	t.allocation("sched.mem", "minsize", c.MemoryAllocation)
	t.settings(c)
	t.devices(c.Hardware.Device)
	for _, o := range c.ExtraConfig {
		if v := o.GetOptionValue(); v.Key != "govcsim" {
			t.set(v.Key, escapeVMX(fmt.Sprint(v.Value)))
		}
	}
	return t.String()
}

// settings: what is one key each, if it is not as usual.
func (t *vmxText) settings(c *types.VirtualMachineConfigInfo) {
	boot, delay, tools := &types.VirtualMachineBootOptions{}, int64(0), c.Tools
	if tools == nil {
		tools = &types.ToolsConfigInfo{}
	}
	if c.BootOptions != nil {
		boot, delay = c.BootOptions, c.BootOptions.BootDelay
	}
	for _, s := range []struct {
		key string
		on  *bool
	}{
		{"vcpu.hotadd", c.CpuHotAddEnabled}, {"vcpu.hotremove", c.CpuHotRemoveEnabled}, {"mem.hotadd", c.MemoryHotAddEnabled},
		{"sched.mem.pin", c.MemoryReservationLockedToMax}, {"vhv.enable", c.NestedHVEnabled},
		{"bios.forceSetupOnce", boot.EnterBIOSSetup}, {"disk.EnableUUID", c.Flags.DiskUuidEnabled},
		{"bios.bootRetry.enabled", boot.BootRetryEnabled}, {"ctkEnabled", c.ChangeTrackingEnabled},
		{"vpmc.enable", c.VPMCEnabled}, {"vvtd.enable", c.Flags.VvtdEnabled}, {"windows.vbs.enabled", c.Flags.VbsEnabled},
		{"tools.syncTime", tools.SyncTimeWithHost},
	} {
		if isTrue(s.on) {
			t.set(s.key, "TRUE")
		}
	}
	for _, s := range []struct {
		key string
		on  *bool
	}{
		{"logging", c.Flags.EnableLogging}, {"toolScripts.afterPowerOn", tools.AfterPowerOn},
		{"toolScripts.afterResume", tools.AfterResume}, {"toolScripts.beforeSuspend", tools.BeforeGuestStandby},
		{"toolScripts.beforePowerOff", tools.BeforeGuestShutdown},
	} {
		if s.on != nil && !*s.on {
			t.set(s.key, "FALSE")
		}
	}
	monitor := map[string]string{"on": "hardware", "hvOn": "hardware", "off": "software", "hvOff": "software"}
	for _, s := range []struct{ key, value string }{
		{"tools.upgrade.policy", tools.ToolsUpgradePolicy}, {"powerType.powerOff", c.DefaultPowerOps.PowerOffType},
		{"powerType.suspend", c.DefaultPowerOps.SuspendType}, {"powerType.reset", c.DefaultPowerOps.ResetType},
		{"sched.cpu.htsharing", c.Flags.HtSharing}, {"migrate.encryptionMode", c.MigrateEncryption},
		{"monitor.virtual_mmu", monitor[c.Flags.VirtualMmuUsage]}, {"monitor.virtual_exec", monitor[c.Flags.VirtualExecUsage]},
		{"chipset.onlineStandby", map[string]string{"powerOnSuspend": "TRUE"}[c.DefaultPowerOps.StandbyAction]},
	} {
		if s.value != "" {
			t.set(s.key, s.value)
		}
	}
	if n := boot.BootRetryDelay; n > 0 { // a VMX has seconds: 10 where the API says that it waits 10000
		t.setf("bios.bootRetry.delay", "%d", n/1000)
	}
	if n := c.MaxMksConnections; n > 0 {
		t.setf("RemoteDisplay.maxConnections", "%d", n)
	}
	if delay > 0 {
		t.setf("bios.bootDelay", "%d", delay)
	}
	if l := c.LatencySensitivity; l != nil {
		t.set("sched.cpu.latencySensitivity", string(l.Level))
	}
}

// vmxGuest: debian10_64Guest is debian10-64.
func vmxGuest(id string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(id, "Guest")), "_64", "-64")
}

func (t *vmxText) allocation(prefix, minimum string, a *types.ResourceAllocationInfo) {
	if a == nil {
		return
	}
	if n := deref64(a.Reservation); n > 0 {
		t.setf(prefix+"."+minimum, "%d", n)
	}
	if a.Limit != nil && *a.Limit >= 0 {
		t.setf(prefix+".max", "%d", *a.Limit)
	}
	if a.Shares != nil {
		if a.Shares.Level == types.SharesLevelCustom {
			t.setf(prefix+".shares", "%d", a.Shares.Shares)
		} else {
			t.set(prefix+".shares", string(a.Shares.Level))
		}
	}
}

// controllerKeys: the key's word and, for SCSI, the virtualDev of a class.
var controllerKeys = map[string][2]string{
	"VirtualBusLogicController": {"scsi", "buslogic"}, "VirtualLsiLogicController": {"scsi", "lsilogic"},
	"VirtualLsiLogicSASController": {"scsi", "lsisas1068"}, "ParaVirtualSCSIController": {"scsi", "pvscsi"},
	"VirtualIDEController": {"ide", ""}, "VirtualAHCIController": {"sata", ""}, "VirtualNVMEController": {"nvme", ""},
	"VirtualSIOController": {"floppy", ""},
}

func (t *vmxText) devices(list []types.BaseVirtualDevice) {
	bus := map[int32]string{} // controller's key: "scsi0"
	for _, d := range list {
		class := schemaName(indirectType(d))
		words, ok := controllerKeys[class]
		ctl, isController := d.(types.BaseVirtualController)
		if !ok || !isController {
			continue
		}
		c := ctl.GetVirtualController()
		bus[c.Key] = fmt.Sprintf("%s%d", words[0], c.BusNumber)
		if words[0] == "floppy" {
			bus[c.Key] = "floppy"
		} else if words[0] != "ide" {
			t.set(bus[c.Key]+".present", "TRUE")
			if words[1] != "" {
				t.set(bus[c.Key]+".virtualDev", words[1])
			}
		}
	}
	cards, ports, parallels, usbs, pcis := 0, 0, 0, 0, 0
	for _, d := range list {
		base := d.GetVirtualDevice()
		slot := slotOf(bus, base)
		switch x := d.(type) {
		case *types.VirtualDisk:
			t.disk(slot, x)
		case *types.VirtualCdrom:
			t.cdrom(slot, x)
		case *types.VirtualFloppy:
			t.floppy(slot, x)
		case *types.VirtualSerialPort:
			t.serial(fmt.Sprintf("serial%d", ports), x)
			ports++
		case *types.VirtualParallelPort:
			t.parallel(fmt.Sprintf("parallel%d", parallels), x)
			parallels++
		case *types.VirtualMachineVideoCard:
			t.setf("svga.vramSize", "%d", x.VideoRamSizeInKB*1024)
			if isTrue(x.Enable3DSupport) {
				t.set("mks.enable3d", "TRUE")
			}
		case *types.VirtualUSBController:
			t.set("usb.present", "TRUE")
			if isTrue(x.EhciEnabled) {
				t.set("ehci.present", "TRUE")
			}
		case *types.VirtualUSBXHCIController:
			t.set("usb_xhci.present", "TRUE")
		case *types.VirtualUSB:
			if b, ok := x.Backing.(*types.VirtualUSBUSBBackingInfo); ok {
				t.set(fmt.Sprintf("usb.autoConnect.device%d", usbs), b.DeviceName)
				usbs++
			}
		case *types.VirtualSCSIPassthrough:
			t.scsi(slot, x)
		case *types.VirtualPCIPassthrough:
			t.passthrough(fmt.Sprintf("pciPassthru%d", pcis), x)
			pcis++
		case *types.VirtualWDT:
			t.set("vwdt.present", "TRUE")
			if x.RunOnBoot {
				t.set("vwdt.runOnBoot", "TRUE")
			}
		case *types.VirtualPrecisionClock:
			t.set("precisionclock0.present", "TRUE")
			if b, ok := x.Backing.(*types.VirtualPrecisionClockSystemClockBackingInfo); ok && b.Protocol != "" {
				t.set("precisionclock0.refClockProtocol", b.Protocol)
			}
		case *types.VirtualMachineVMIROM:
			t.set("vmi.present", "TRUE")
		case *types.VirtualTPM:
			t.set("vtpm.present", "TRUE")
		case types.BaseVirtualSoundCard:
			t.set("sound.present", "TRUE")
			t.set("sound.virtualDev", map[string]string{"VirtualSoundBlaster16": "sb16", "VirtualEnsoniq1371": "es1371",
				"VirtualHdAudioCard": "hdaudio"}[schemaName(indirectType(d))])
		case *types.VirtualSriovEthernetCard: // no source says what its keys are
		case types.BaseVirtualEthernetCard:
			t.card(fmt.Sprintf("ethernet%d", cards), d, x.GetVirtualEthernetCard())
			cards++
		}
	}
}

// scsi: as LIBVIRT reads a drive that is passed through.
func (t *vmxText) scsi(slot string, d *types.VirtualSCSIPassthrough) {
	b, ok := d.Backing.(*types.VirtualSCSIPassthroughDeviceBackingInfo)
	if !ok {
		return
	}
	t.set(slot+".present", "TRUE")
	t.set(slot+".deviceType", "scsi-passthru")
	if isTrue(b.UseAutoDetect) {
		t.set(slot+".fileName", "auto detect")
	} else {
		t.set(slot+".fileName", b.DeviceName)
	}
}

// passthrough: a place is decimal there, and hexadecimal in the API.
func (t *vmxText) passthrough(slot string, d *types.VirtualPCIPassthrough) {
	b, ok := d.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo)
	if !ok {
		return
	}
	var domain, bus, number, function int
	fmt.Sscanf(b.Id, "%x:%x:%x.%x", &domain, &bus, &number, &function)
	t.set(slot+".present", "TRUE")
	t.setf(slot+".id", "%05d:%03d:%02d.%d", domain, bus, number, function)
	t.set(slot+".deviceId", "0x"+b.DeviceId)
	t.setf(slot+".vendorId", "0x%x", uint16(b.VendorId))
	t.set(slot+".systemId", b.SystemId)
}

// slotOf: "scsi0:1"; a floppy has no controller number.
func slotOf(bus map[int32]string, d *types.VirtualDevice) string {
	unit := int32(0)
	if d.UnitNumber != nil {
		unit = *d.UnitNumber
	}
	name := bus[d.ControllerKey]
	if name == "floppy" {
		return fmt.Sprintf("floppy%d", unit)
	}
	return fmt.Sprintf("%s:%d", name, unit)
}

// file names a file as a host does: alone in the .vmx's directory, else by path.
func (t *vmxText) file(name string) string {
	var p object.DatastorePath
	if !p.FromString(name) {
		return name
	}
	if p.Datastore == t.dir.Datastore && filepath.Dir(p.Path) == filepath.Dir(t.dir.Path) {
		return filepath.Base(p.Path)
	}
	return "/vmfs/volumes/" + p.Datastore + "/" + p.Path
}

func (t *vmxText) disk(slot string, d *types.VirtualDisk) {
	b, ok := d.Backing.(types.BaseVirtualDeviceFileBackingInfo)
	if !ok {
		return
	}
	t.set(slot+".present", "TRUE")
	t.set(slot+".fileName", t.file(b.GetVirtualDeviceFileBackingInfo().FileName))
	kind := "scsi-hardDisk"
	if strings.HasPrefix(slot, "ide") {
		kind = "ata-hardDisk"
	} else if strings.HasPrefix(slot, "sata") {
		kind = "disk"
	}
	t.set(slot+".deviceType", kind)
	if a := d.StorageIOAllocation; a != nil && a.Limit != nil && *a.Limit > 0 {
		t.setf("sched."+slot+".throughputCap", "%d", *a.Limit)
	}
	if flat, ok := d.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok {
		if flat.Sharing == string(types.VirtualDiskSharingSharingMultiWriter) {
			t.set(slot+".sharing", "multi-writer")
		}
		if flat.WriteThrough != nil && *flat.WriteThrough {
			t.set(slot+".writeThrough", "true")
		}
		if strings.HasPrefix(flat.DiskMode, "independent_") {
			t.set(slot+".mode", strings.ReplaceAll(flat.DiskMode, "_", "-"))
		}
	}
}

func (t *vmxText) cdrom(slot string, d *types.VirtualCdrom) {
	t.set(slot+".present", "TRUE")
	switch b := d.Backing.(type) {
	case *types.VirtualCdromIsoBackingInfo:
		t.set(slot+".deviceType", "cdrom-image")
		t.set(slot+".fileName", t.file(b.FileName))
	case *types.VirtualCdromAtapiBackingInfo:
		t.set(slot+".deviceType", "atapi-cdrom")
		t.set(slot+".fileName", b.DeviceName)
	case *types.VirtualCdromPassthroughBackingInfo:
		t.set(slot+".deviceType", "cdrom-raw")
		t.set(slot+".fileName", b.DeviceName)
	default: // a client's drive
		t.set(slot+".deviceType", "atapi-cdrom")
		t.set(slot+".clientDevice", "TRUE")
		t.set(slot+".fileName", "emptyBackingString")
	}
	t.connect(slot, d.Connectable)
}

func (t *vmxText) connect(slot string, c *types.VirtualDeviceConnectInfo) {
	if c != nil && !c.StartConnected {
		t.set(slot+".startConnected", "FALSE")
	}
}

func (t *vmxText) floppy(slot string, d *types.VirtualFloppy) {
	switch b := d.Backing.(type) {
	case *types.VirtualFloppyImageBackingInfo:
		t.set(slot+".present", "TRUE")
		t.set(slot+".fileType", "file")
		t.set(slot+".fileName", t.file(b.FileName))
	case *types.VirtualFloppyDeviceBackingInfo:
		t.set(slot+".present", "TRUE")
		t.set(slot+".fileType", "device")
		t.set(slot+".fileName", b.DeviceName)
	}
}

func (t *vmxText) serial(slot string, d *types.VirtualSerialPort) {
	t.set(slot+".present", "TRUE")
	switch b := d.Backing.(type) {
	case *types.VirtualSerialPortFileBackingInfo:
		t.set(slot+".fileType", "file")
		t.set(slot+".fileName", t.file(b.FileName))
	case *types.VirtualSerialPortDeviceBackingInfo:
		t.set(slot+".fileType", "device")
		t.set(slot+".fileName", b.DeviceName)
	case *types.VirtualSerialPortPipeBackingInfo:
		t.set(slot+".fileType", "pipe")
		t.set(slot+".fileName", b.PipeName)
		t.set(slot+".pipe.endPoint", b.Endpoint)
	case *types.VirtualSerialPortURIBackingInfo:
		t.set(slot+".fileType", "network")
		t.set(slot+".fileName", b.ServiceURI)
		t.set(slot+".network.endPoint", b.Direction)
		if b.ProxyURI != "" {
			t.set(slot+".vspc", b.ProxyURI)
		}
	}
}

func (t *vmxText) parallel(slot string, d *types.VirtualParallelPort) {
	t.set(slot+".present", "TRUE")
	switch b := d.Backing.(type) {
	case *types.VirtualParallelPortFileBackingInfo:
		t.set(slot+".fileType", "file")
		t.set(slot+".fileName", t.file(b.FileName))
	case *types.VirtualParallelPortDeviceBackingInfo:
		t.set(slot+".fileType", "device")
		t.set(slot+".fileName", b.DeviceName)
	}
}

// cardModels: virtualDev of a class; vlance has none.
var cardModels = map[string]string{"VirtualE1000": "e1000", "VirtualE1000e": "e1000e", "VirtualVmxnet": "vmxnet",
	"VirtualVmxnet2": "vmxnet", "VirtualVmxnet3": "vmxnet3"}

func (t *vmxText) card(slot string, d types.BaseVirtualDevice, c *types.VirtualEthernetCard) {
	class := schemaName(indirectType(d))
	t.set(slot+".present", "TRUE")
	if model := cardModels[class]; model != "" {
		t.set(slot+".virtualDev", model)
	}
	if class == "VirtualVmxnet2" {
		t.set(slot+".features", "15")
	}
	switch b := c.Backing.(type) {
	case *types.VirtualEthernetCardNetworkBackingInfo:
		t.set(slot+".networkName", escapeVMX(b.DeviceName))
	case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
		t.set(slot+".dvs.switchId", vmxUUID(b.Port.SwitchUuid))
		t.set(slot+".dvs.portId", orZero(b.Port.PortKey))
		t.set(slot+".dvs.portgroupId", b.Port.PortgroupKey)
		t.setf(slot+".dvs.connectionId", "%d", b.Port.ConnectionCookie)
	case *types.VirtualEthernetCardOpaqueNetworkBackingInfo:
		t.set(slot+".opaqueNetwork.id", escapeVMX(b.OpaqueNetworkId))
		t.set(slot+".opaqueNetwork.type", escapeVMX(b.OpaqueNetworkType))
	}
	switch {
	case c.AddressType == "manual":
		t.set(slot+".addressType", "static")
		t.set(slot+".address", c.MacAddress)
	case t.vpx || c.AddressType == "assigned":
		t.set(slot+".addressType", "vpx")
		t.set(slot+".generatedAddress", c.MacAddress)
	default:
		t.set(slot+".addressType", "generated")
		t.set(slot+".generatedAddress", c.MacAddress)
	}
	if a := c.ResourceAllocation; a != nil {
		if a.Limit != nil && *a.Limit > 0 {
			t.setf(slot+".limit", "%d", *a.Limit)
		}
		if a.Reservation != nil && *a.Reservation > 0 {
			t.setf(slot+".reservation", "%d", *a.Reservation)
		}
		if a.Share.Level == types.SharesLevelCustom {
			t.setf(slot+".shares", "%d", a.Share.Shares)
		} else {
			t.set(slot+".shares", string(a.Share.Level))
		}
	}
	t.connect(slot, c.Connectable)
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// setLayout says what size the file has, as a host does; the simulator leaves it empty.
func setLayout(vm *simulator.VirtualMachine, size int) {
	if vm.LayoutEx == nil {
		return
	}
	// A new list: the old one may be on its way to somebody.
	files := []types.VirtualMachineFileLayoutExFileInfo{{Name: vm.Config.Files.VmPathName,
		Type: string(types.VirtualMachineFileLayoutExFileTypeConfig), Size: int64(size),
		Accessible: types.NewBool(true)}}
	for _, f := range vm.LayoutEx.File {
		if f.Type == files[0].Type {
			files[0].Key = f.Key
		} else {
			files = append(files, f)
		}
	}
	vm.LayoutEx.File = files
}

// replaceFile: who reads the old text meanwhile gets all of it.
func replaceFile(file, text string) error {
	whole, err := os.CreateTemp("", "hvfs-vcsim-vmx-")
	if err != nil {
		return err
	}
	_, err = whole.WriteString(text)
	if cerr := whole.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(whole.Name(), file)
	}
	if err != nil {
		_ = os.Remove(whole.Name())
	}
	return err
}

// writeVMX brings the file up to date; a VM without a reachable directory has none.
func (w *world) writeVMX(vm *simulator.VirtualMachine) {
	var p object.DatastorePath
	if vm.Config == nil || !p.FromString(vm.Config.Files.VmPathName) {
		return
	}
	for _, ref := range vm.Datastore {
		ds, ok := simulator.Map.Get(ref).(*simulator.Datastore)
		if ok && ds.Name == p.Datastore {
			file := filepath.Join(ds.Info.GetDatastoreInfo().Url, p.Path)
			text := vmxOf(vm, !w.opt.isHost())
			if replaceFile(file, text) == nil {
				setLayout(vm, len(text))
			}
		}
	}
}
