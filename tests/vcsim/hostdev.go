// SPDX-License-Identifier: LGPL-2.1-or-later

// hostdev.go - devices of a host that its machines can have for themselves
//
// Sources: TYPES (VirtualMachinePciPassthroughInfo, HostPciDevice); REF
// VirtualUSBUSBBackingInfo (deviceName is an autoconnect pattern of name:value pairs),
// VirtualUSB (needs a USB controller), VirtualPCIPassthroughDeviceBackingInfo (id, deviceId,
// systemId and vendorId as QueryConfigTarget tells them; deviceId in hexadecimal).

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
