// SPDX-License-Identifier: LGPL-2.1-or-later

// hardware.go - upgrades of virtual hardware, and what a host can run
//
// Exists because the simulator's UpgradeVM_Task takes no version and needs no power state, and
// its QueryConfigOption lists no guest (its QueryConfigOptionEx does, from the same list).
// Sources: REF VirtualMachine.UpgradeVM_Task ("upgrade to that specified version. If not
// specified, upgrade to the most current virtual hardware supported on the host";
// AlreadyUpgraded, InvalidState; newer govmomi: a version that the environment browser does not
// know is NotSupported), EnvironmentBrowser, VirtualMachineConfigOptionDescriptor.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/types"
)

// The versions of an ESX that has esx.HardwareVersion as its newest: 5.0 to 6.5.
var hardwareVersions = []string{"vmx-04", "vmx-07", "vmx-08", "vmx-09", "vmx-10", "vmx-11", esx.HardwareVersion}

func hardwareNumber(version string) (n int) {
	fmt.Sscanf(version, "vmx-%d", &n)
	return n
}

func upgradeVM(c *call) (interface{}, *fault) {
	vm, f := c.machine()
	if f != nil {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		return nil, c.upgradeNow(vm, c.req.(*types.UpgradeVM_Task).Version)
	})
}

func (c *call) upgradeNow(vm *simulator.VirtualMachine, wanted string) *fault {
	if wanted == "" {
		wanted = hardwareVersions[len(hardwareVersions)-1]
	}
	known := false
	for _, v := range hardwareVersions {
		known = known || v == wanted
	}
	ch := &change{vm: vm}
	switch f := ch.needsOff(); {
	case f != nil:
		return f
	case !known:
		return &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	case hardwareNumber(wanted) <= hardwareNumber(vm.Config.Version):
		return &fault{&types.AlreadyUpgraded{}, "The virtual machine's virtual hardware is already up-to-date."}
	}
	c.w.touchAround(vm.Self)
	vm.Config.Version = wanted
	c.w.configChanged(vm)
	return nil
}

// queryConfigOption: of one host, as its default or of the version that the key names.
func queryConfigOption(c *call) (interface{}, *fault) {
	req := c.req.(*types.QueryConfigOption)
	option := &types.VirtualMachineConfigOption{Version: esx.HardwareVersion, DefaultDevice: esx.VirtualDevice}
	if req.Key != "" {
		option.Version = req.Key
	}
	list := func(id string) {
		option.GuestOSDescriptor = append(option.GuestOSDescriptor, types.GuestOsDescriptor{Id: id, Family: "linuxGuest"})
	}
	for _, id := range simulator.GuestID {
		if guestNames[string(id)] == "" {
			list(string(id))
		}
	}
	for id := range guestNames { // newer than the simulator
		list(id)
	}
	return &types.QueryConfigOptionResponse{Returnval: option}, nil
}

func queryConfigOptionDescriptor(c *call) (interface{}, *fault) {
	res := &types.QueryConfigOptionDescriptorResponse{}
	for _, v := range hardwareVersions {
		res.Returnval = append(res.Returnval, types.VirtualMachineConfigOptionDescriptor{Key: v, Description: "version " + v,
			CreateSupported: types.NewBool(true), DefaultConfigOption: types.NewBool(v == esx.HardwareVersion),
			RunSupported: types.NewBool(true), UpgradeSupported: types.NewBool(true)})
	}
	return res, nil
}
