// SPDX-License-Identifier: LGPL-2.1-or-later

// guest.go - what VMware tools say of a guest
//
// Each VM has a guest with a name, addresses and tools, made from the VM's
// number; they are seen while it runs, and unset or stale otherwise, as on real
// servers.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type guest struct {
	number int
	tools  bool // installed
	mac    string
	custom *types.CustomizationSpec // nil: as it was installed
}

func (g *guest) addresses() []types.NetIpConfigInfoIpAddress {
	n := g.number + 1
	return []types.NetIpConfigInfoIpAddress{
		{IpAddress: fmt.Sprintf("10.%d.%d.%d", n>>16&0xff, n>>8&0xff, n&0xff), PrefixLength: 8, State: "preferred"},
		{IpAddress: fmt.Sprintf("fd00::%x", n), PrefixLength: 64, State: "preferred"},
	}
}

// setGuest makes guest and summary.guest say what fits the power state.
func (w *world) setGuest(vm *simulator.VirtualMachine) {
	g := w.guests[vm.Self]
	if g == nil {
		g = &guest{number: len(w.guests)}
		w.guests[vm.Self] = g
	}
	running := g.tools && vm.Runtime.PowerState == on
	info := &types.GuestInfo{
		ToolsStatus: types.VirtualMachineToolsStatusToolsNotInstalled, ToolsVersion: "0",
		ToolsVersionStatus:  string(types.VirtualMachineToolsVersionStatusGuestToolsNotInstalled),
		ToolsVersionStatus2: string(types.VirtualMachineToolsVersionStatusGuestToolsNotInstalled),
		ToolsRunningStatus:  string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning),
		GuestState:          string(types.VirtualMachineGuestStateNotRunning),
	}
	if g.tools {
		info.ToolsStatus = types.VirtualMachineToolsStatusToolsNotRunning
		info.ToolsVersion = "10346"
		info.ToolsVersionStatus = string(types.VirtualMachineToolsVersionStatusGuestToolsCurrent)
		info.ToolsVersionStatus2 = string(types.VirtualMachineToolsVersionStatusGuestToolsCurrent)
	}
	if running {
		g.running(vm, info)
	}
	vm.Guest = info
	vm.GuestHeartbeatStatus = types.ManagedEntityStatusGray
	if running {
		vm.GuestHeartbeatStatus = types.ManagedEntityStatusGreen
	}
	vm.Summary.Guest = &types.VirtualMachineGuestSummary{GuestId: info.GuestId, GuestFullName: info.GuestFullName,
		ToolsStatus: info.ToolsStatus, ToolsVersionStatus: info.ToolsVersionStatus,
		ToolsVersionStatus2: info.ToolsVersionStatus2, ToolsRunningStatus: info.ToolsRunningStatus,
		HostName: info.HostName, IpAddress: info.IpAddress}
	w.setQuickStats(vm, g)
}

func (g *guest) running(vm *simulator.VirtualMachine, info *types.GuestInfo) {
	addresses := g.addresses()
	info.ToolsStatus = types.VirtualMachineToolsStatusToolsOk
	info.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
	info.GuestState = string(types.VirtualMachineGuestStateRunning)
	info.GuestId, info.GuestFamily = vm.Config.GuestId, "linuxGuest"
	info.GuestFullName = vm.Config.GuestFullName
	info.HostName = fmt.Sprintf("guest-%d.example.com", g.number)
	if g.custom != nil {
		info.HostName = customName(vm, g.custom)
		customAddress(g.custom, &addresses[0])
	}
	info.IpAddress = addresses[0].IpAddress
	nic := types.GuestNicInfo{Connected: true, MacAddress: g.mac, DeviceConfigId: 4000,
		IpConfig: &types.NetIpConfigInfo{IpAddress: addresses}}
	if len(vm.Network) > 0 {
		nic.Network = entityName(vm.Network[0])
	}
	for _, a := range addresses {
		nic.IpAddress = append(nic.IpAddress, a.IpAddress)
	}
	info.Net = []types.GuestNicInfo{nic}
}

func (w *world) setQuickStats(vm *simulator.VirtualMachine, g *guest) {
	q := &vm.Summary.QuickStats
	*q = types.VirtualMachineQuickStats{GuestHeartbeatStatus: vm.GuestHeartbeatStatus}
	if vm.Runtime.PowerState == on {
		q.OverallCpuUsage = int32(20 + g.number%100)
		q.GuestMemoryUsage = vm.Summary.Config.MemorySizeMB / 4
		q.HostMemoryUsage = vm.Summary.Config.MemorySizeMB / 2
		q.UptimeSeconds = 3600
	}
}

// toolsRun: whether VMware tools run in the guest.
func toolsRun(vm *simulator.VirtualMachine) bool {
	return vm.Guest != nil && vm.Guest.ToolsRunningStatus == string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
}
