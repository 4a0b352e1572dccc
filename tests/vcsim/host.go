// SPDX-License-Identifier: LGPL-2.1-or-later

// host.go - methods of hosts that the simulator lacks
//
// DisconnectHost_Task and ReconnectHost_Task; what connectionState says of the
// host it says of its VMs. RebootHost_Task and ShutdownHost_Task: without force the
// host must be in maintenance. A host that is the server itself goes without a word of
// its task; POST /up switches it on again.

package main

import (
	"time"

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

func rebootHost(c *call) (interface{}, *fault) {
	return c.endHost(c.req.(*types.RebootHost_Task).Force, func(h *simulator.HostSystem) {
		now := time.Now()
		h.Runtime.BootTime = &now
		c.w.setConnection(h, types.HostSystemConnectionStateConnected)
	})
}

func shutdownHost(c *call) (interface{}, *fault) {
	return c.endHost(c.req.(*types.ShutdownHost_Task).Force, func(h *simulator.HostSystem) {
		h.Runtime.PowerState = types.HostSystemPowerStatePoweredOff
		c.w.setConnection(h, types.HostSystemConnectionStateNotResponding)
	})
}

func (c *call) endHost(force bool, done func(*simulator.HostSystem)) (interface{}, *fault) {
	h, ok := simulator.Map.Get(c.this).(*simulator.HostSystem)
	if !ok {
		return nil, notFound(c.this)
	}
	if !h.Runtime.InMaintenanceMode && !force {
		return nil, &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	if c.w.opt.isHost() {
		c.w.atTaskEnd = func() {
			c.w.atTaskEnd = nil
			c.w.crash()
		}
	}
	return c.startTask(false, func() (types.AnyType, *fault) {
		done(h)
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
