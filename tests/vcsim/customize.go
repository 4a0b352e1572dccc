// SPDX-License-Identifier: LGPL-2.1-or-later

// customize.go - guests that get another name and other addresses with the copy of their VM
//
// Exists because our own CloneVM_Task (migrate.go) takes the place of the simulator's. What is
// refused is in REF, CustomizationSpec and the faults below CustomizationFault: an entry for
// each virtual network card, and an identity that fits the guest.

package main

import (
	"net"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func mayCustomize(vm *simulator.VirtualMachine, spec *types.CustomizationSpec) *fault {
	if spec == nil {
		return nil
	}
	cards := int32(0)
	for _, device := range vm.Config.Hardware.Device {
		if _, ok := device.(types.BaseVirtualEthernetCard); ok {
			cards++
		}
	}
	if n := int32(len(spec.NicSettingMap)); n != cards {
		return &fault{&types.NicSettingMismatch{NumberOfNicsInSpec: n, NumberOfNicsInVM: cards}, ""}
	}
	_, windows := spec.Identity.(*types.CustomizationSysprep)
	if windows != strings.HasPrefix(strings.ToLower(vm.Config.GuestId), "win") {
		return &fault{&types.UncustomizableGuest{UncustomizableGuestOS: vm.Config.GuestId}, ""}
	}
	return nil
}

// customName: with its domain, as the guest's tools say it.
func customName(vm *simulator.VirtualMachine, spec *types.CustomizationSpec) string {
	var name types.BaseCustomizationName
	domain := ""
	switch identity := spec.Identity.(type) {
	case *types.CustomizationLinuxPrep:
		name, domain = identity.HostName, identity.Domain
	case *types.CustomizationSysprep:
		name = identity.UserData.ComputerName
		domain = spec.NicSettingMap[0].Adapter.DnsDomain
	}
	host := vm.Name
	if fixed, ok := name.(*types.CustomizationFixedName); ok {
		host = fixed.Name
	}
	if domain != "" {
		host += "." + domain
	}
	return host
}

func customAddress(spec *types.CustomizationSpec, address *types.NetIpConfigInfoIpAddress) {
	adapter := spec.NicSettingMap[0].Adapter
	if fixed, ok := adapter.Ip.(*types.CustomizationFixedIp); ok {
		prefix, _ := net.IPMask(net.ParseIP(adapter.SubnetMask).To4()).Size()
		address.IpAddress, address.PrefixLength = fixed.IpAddress, int32(prefix)
	}
}
