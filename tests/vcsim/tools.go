// SPDX-License-Identifier: LGPL-2.1-or-later

// tools.go - the installer of VMware tools
//
// Sources: REF VirtualMachine.MountToolsInstaller, UnmountToolsInstaller, UpgradeTools_Task
// ("assumes VMware Tools has been installed and is running": ToolsUnavailable),
// VirtualMachineRuntimeInfo.toolsInstallerMounted, ToolsAlreadyUpgraded.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// toolsInstaller: the CD of a running guest.
func toolsInstaller(c *call) (interface{}, *fault) {
	vm, f := c.machine()
	if f != nil {
		return nil, f
	}
	if state := vm.Runtime.PowerState; state != on {
		return nil, &fault{&types.InvalidPowerState{RequestedState: on, ExistingState: state},
			fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", stateWords[state])}
	}
	vm.Runtime.ToolsInstallerMounted = c.method == "MountToolsInstaller"
	vm.Summary.Runtime = vm.Runtime
	c.w.touch(vm.Self)
	return nil, nil
}

func upgradeTools(c *call) (interface{}, *fault) {
	vm, f := c.machine()
	if f != nil {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		if !toolsRun(vm) {
			return nil, &fault{&types.ToolsUnavailable{},
				"Cannot complete operation because VMware Tools is not running in this virtual machine."}
		}
		if vm.Guest.ToolsVersionStatus == string(types.VirtualMachineToolsVersionStatusGuestToolsCurrent) && c.api >= typeSince("ToolsAlreadyUpgraded") {
			return nil, &fault{&types.ToolsAlreadyUpgraded{}, "VMware Tools is already up-to-date."}
		}
		c.w.setGuest(vm)
		c.w.touch(vm.Self)
		return nil, nil
	})
}
