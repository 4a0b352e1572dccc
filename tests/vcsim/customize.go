// SPDX-License-Identifier: LGPL-2.1-or-later

// customize.go - guests that get another name and other addresses when they start
//
// Exists because our own CloneVM_Task (migrate.go) takes the place of the simulator's. What is
// refused is in REF, CustomizationSpec and the faults below CustomizationFault: an entry for
// each virtual network card, an identity that fits the guest, and a second one before the guest
// has started with the first (CustomizationPending; ToolsConfigInfo.pendingCustomization). The
// simulator's own CustomizeVM_Task compares with the cards that the tools of the guest tell of,
// which none that is off does; that the machine must be off is as there.

package main

import (
	"fmt"
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

func customizeVM(c *call) (interface{}, *fault) {
	vm, f := c.idleMachine()
	if f != nil {
		return nil, f
	}
	spec := &c.req.(*types.CustomizeVM_Task).Spec
	if state := vm.Runtime.PowerState; state != off {
		return nil, &fault{&types.InvalidPowerState{RequestedState: off, ExistingState: state},
			fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", stateWords[state])}
	}
	if vm.Config.Template {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	if tools := vm.Config.Tools; tools != nil && tools.PendingCustomization != "" {
		return nil, &fault{&types.CustomizationPending{}, "A guest customization is pending."}
	}
	if f := mayCustomize(vm, spec); f != nil {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		if vm.Config.Tools == nil {
			vm.Config.Tools = &types.ToolsConfigInfo{}
		}
		c.w.guests[vm.Self].custom = spec
		vm.Config.Tools.PendingCustomization = vm.Config.Files.SnapshotDirectory + "/imcf-" + vm.Self.Value
		c.w.configChanged(vm)
		return nil, nil
	})
}

// customized: the guest has started with what was to be changed.
func (w *world) customized(vm *simulator.VirtualMachine) {
	if tools := vm.Config.Tools; tools != nil && tools.PendingCustomization != "" {
		tools.PendingCustomization = ""
		w.configChanged(vm)
	}
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
