// SPDX-License-Identifier: LGPL-2.1-or-later

// hostdev.go - devices of a host that its machines can have for themselves
//
// Sources: TYPES (VirtualMachinePciPassthroughInfo, HostPciDevice); REF
// VirtualUSBUSBBackingInfo (deviceName is an autoconnect pattern of name:value pairs),
// VirtualUSB (needs a USB controller), VirtualPCIPassthroughDeviceBackingInfo (id, deviceId,
// systemId and vendorId as QueryConfigTarget tells them; deviceId in hexadecimal),
// VirtualSriovEthernetCardSriovBackingInfo (a backing has a physical function; "Automatic-" and
// 0000:00:00.0 is the host's choice; the virtual function is the server's), VirtualSCSIPassthrough
// (its backing), VirtualNVDIMM (on a controller of its own; the file), VirtualSCSIController.hotAddRemove (devices come and go at any time).

package main

import (
	"fmt"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

const hostSystemID = "5f1ab2c3-7d90-8511-435a-d094660b7768"

// Every host has a graphics card of two functions.
var hostPCI = []types.HostPciDevice{
	{Id: "0000:0d:00.0", ClassId: 0x300, Bus: 13, VendorId: 0x10de, VendorName: "NVIDIA", DeviceId: 0x1b38, DeviceName: "Tesla P40"},
	{Id: "0000:0d:00.1", ClassId: 0x403, Bus: 13, Function: 1, VendorId: 0x10de, VendorName: "NVIDIA", DeviceId: 0x10f0, DeviceName: "Audio"},
}

// And a network card that has functions for machines, with the first of these.
var hostSriov = []types.VirtualMachineSriovInfo{
	sriovInfo(types.HostPciDevice{Id: "0000:5e:00.0", ClassId: 0x200, Bus: 94, VendorId: 0x15b3, VendorName: "Mellanox", DeviceId: 0x1015, DeviceName: "ConnectX-4 Lx"}, false, "vmnic4"),
	sriovInfo(types.HostPciDevice{Id: "0000:5e:00.1", ClassId: 0x200, Bus: 94, Function: 1, VendorId: 0x15b3, VendorName: "Mellanox", DeviceId: 0x1015, DeviceName: "ConnectX-4 Lx"}, false, "vmnic5"),
	sriovInfo(types.HostPciDevice{Id: "0000:5e:00.2", ClassId: 0x200, Bus: 94, Function: 2, VendorId: 0x15b3, VendorName: "Mellanox", DeviceId: 0x1016, DeviceName: "ConnectX-4 Lx Virtual Function"}, true, ""),
}

func sriovInfo(d types.HostPciDevice, virtual bool, pnic string) types.VirtualMachineSriovInfo {
	return types.VirtualMachineSriovInfo{VirtualFunction: virtual, Pnic: pnic,
		VirtualMachinePciPassthroughInfo: types.VirtualMachinePciPassthroughInfo{
			VirtualMachineTargetInfo: types.VirtualMachineTargetInfo{Name: d.Id}, PciDevice: d, SystemId: hostSystemID}}
}

// queryConfigTarget: the simulator's answer, and these devices.
func queryConfigTarget(c *call) (interface{}, *fault) {
	res, f := c.native()
	if f != nil {
		return nil, f
	}
	target := res.(*types.QueryConfigTargetResponse).Returnval
	for _, d := range hostPCI {
		target.PciPassthrough = append(target.PciPassthrough, &types.VirtualMachinePciPassthroughInfo{
			VirtualMachineTargetInfo: types.VirtualMachineTargetInfo{Name: d.Id}, PciDevice: d, SystemId: hostSystemID})
	}
	target.Sriov = append(target.Sriov, hostSriov...)
	return res, nil
}

func (d *deviceChange) usb(dev *types.VirtualUSB) *fault {
	b, ok := dev.Backing.(*types.VirtualUSBUSBBackingInfo)
	if !ok || !strings.Contains(b.DeviceName, ":") {
		return d.invalid("A USB device needs an autoconnect pattern.")
	}
	if len(d.list().SelectByType(&types.VirtualUSBController{}))+len(d.list().SelectByType(&types.VirtualUSBXHCIController{})) == 0 {
		return d.invalid("A USB device needs a USB controller.")
	}
	dev.Connected = false // there is none to connect to
	d.describe("USB " + b.DeviceName)
	return nil
}

// scsi: a name, unless the host chooses.
func (d *deviceChange) scsi(dev *types.VirtualSCSIPassthrough) *fault {
	if _, ok := d.list().FindByKey(dev.ControllerKey).(types.BaseVirtualSCSIController); !ok {
		return d.invalid("A SCSI device needs a SCSI controller.")
	}
	d.connect()
	if b, ok := dev.Backing.(*types.VirtualSCSIPassthroughDeviceBackingInfo); ok {
		if b.DeviceName == "" && !isTrue(b.UseAutoDetect) {
			return d.invalid("A SCSI device needs a name.")
		}
		d.describe(b.DeviceName)
		return nil
	}
	return d.invalid("Another backing of a SCSI device.")
}

func (d *deviceChange) passthrough(dev *types.VirtualPCIPassthrough) *fault {
	b, ok := dev.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo)
	if !ok {
		return d.invalid("Another backing of a PCI device.")
	}
	for _, have := range hostPCI {
		if b.Id == have.Id && b.SystemId == hostSystemID && b.VendorId == have.VendorId &&
			b.DeviceId == fmt.Sprintf("%x", have.DeviceId) {
			d.describe(have.DeviceName)
			return nil
		}
	}
	return d.invalid("The host has no PCI device %s.", b.Id)
}

// sriov: which card the function is of; an edit that does not say it leaves it.
func (d *deviceChange) sriov(dev *types.VirtualSriovEthernetCard, old types.BaseVirtualDevice) *fault {
	var was *types.VirtualSriovEthernetCardSriovBackingInfo
	if old != nil {
		was = old.(*types.VirtualSriovEthernetCard).SriovBacking
	}
	if dev.SriovBacking == nil {
		dev.SriovBacking = was
		return nil
	}
	b := dev.SriovBacking.PhysicalFunctionBacking
	if b == nil {
		return d.invalid("An SR-IOV backing needs a physical function.")
	}
	if was != nil && was.PhysicalFunctionBacking.Id == b.Id {
		return nil
	}
	if f := d.needsOff(); f != nil {
		return f
	}
	if strings.HasPrefix(b.Id, "Automatic-") {
		return nil
	}
	for _, have := range hostSriov {
		if p := have.PciDevice; !have.VirtualFunction && b.Id == p.Id && b.SystemId == have.SystemId && b.VendorId == p.VendorId &&
			b.DeviceId == fmt.Sprintf("%x", p.DeviceId) {
			return nil
		}
	}
	return d.invalid("The host has no SR-IOV card %s.", b.Id)
}

// nvdimm: on persistent memory of the host, which makes a file that has no name yet; it can grow.
func (d *deviceChange) nvdimm(dev *types.VirtualNVDIMM, old types.BaseVirtualDevice) *fault {
	b, ok := dev.Backing.(*types.VirtualNVDIMMBackingInfo)
	if _, on := d.list().FindByKey(dev.ControllerKey).(*types.VirtualNVDIMMController); !ok || !on || dev.CapacityInMB < 1 {
		return d.invalid("An NVDIMM needs a controller, a file and a size.")
	}
	if old != nil {
		if f := d.needsOff(); f != nil {
			return f
		}
		if dev.CapacityInMB < old.(*types.VirtualNVDIMM).CapacityInMB {
			return d.invalid("An NVDIMM cannot shrink.")
		}
	}
	if b.FileName == "" {
		if d.op.FileOperation != types.VirtualDeviceConfigSpecFileOperationCreate {
			return d.invalid("An NVDIMM needs a file.")
		}
		b.FileName = fmt.Sprintf("[PMemDS-0] %s/nvdimm%d.vmdk", d.vm.Name, dev.Key)
	}
	d.describe(b.FileName)
	return nil
}
