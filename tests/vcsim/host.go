// SPDX-License-Identifier: LGPL-2.1-or-later

// host.go - methods of hosts that the simulator lacks
//
// DisconnectHost_Task and ReconnectHost_Task; what connectionState says of the
// host it says of its VMs.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func disconnectHost(c *call) (interface{}, *fault) {
	return c.connectHost(types.HostSystemConnectionStateConnected, types.HostSystemConnectionStateDisconnected)
}

func reconnectHost(c *call) (interface{}, *fault) {
	return c.connectHost(types.HostSystemConnectionStateDisconnected, types.HostSystemConnectionStateConnected)
}

func (c *call) connectHost(from, to types.HostSystemConnectionState) (interface{}, *fault) {
	h, ok := simulator.Map.Get(c.this).(*simulator.HostSystem)
	if !ok {
		return nil, notFound(c.this)
	}
	if h.Runtime.ConnectionState != from {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		c.w.setConnection(h, to)
		return nil, nil
	})
}

func (w *world) setConnection(h *simulator.HostSystem, state types.HostSystemConnectionState) {
	h.Runtime.ConnectionState = state
	h.Summary.Runtime = &h.Runtime
	vmState := types.VirtualMachineConnectionStateConnected
	if state != types.HostSystemConnectionStateConnected {
		vmState = types.VirtualMachineConnectionStateDisconnected
	}
	for _, ref := range h.Vm {
		if vm := vmOf(ref); vm != nil {
			vm.Runtime.ConnectionState = vmState
			vm.Summary.Runtime = vm.Runtime
			w.touch(ref)
		}
	}
	w.touch(h.Self)
}
