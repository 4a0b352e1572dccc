// SPDX-License-Identifier: LGPL-2.1-or-later

// power.go - power states, and what a guest does when it is asked to
//
// Promises: the faults of a real server (InvalidPowerState with both states,
// ToolsUnavailable, TaskInProgress, InvalidState for a template), from the method
// itself on a vCenter and from the task on a host; every property that goes with
// the power state changes with it.

package main

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	on        = types.VirtualMachinePowerStatePoweredOn
	off       = types.VirtualMachinePowerStatePoweredOff
	suspended = types.VirtualMachinePowerStateSuspended
)

var stateWords = map[types.VirtualMachinePowerState]string{on: "Powered on", off: "Powered off", suspended: "Suspended"}

// powerVerb: the state a method leads to and those it starts from.
type powerVerb struct {
	to   types.VirtualMachinePowerState
	from []types.VirtualMachinePowerState
}

var powerVerbs = map[string]powerVerb{
	"PowerOnVM_Task":  {on, []types.VirtualMachinePowerState{off, suspended}},
	"PowerOffVM_Task": {off, []types.VirtualMachinePowerState{on, suspended}},
	"SuspendVM_Task":  {suspended, []types.VirtualMachinePowerState{on}},
	"ResetVM_Task":    {on, []types.VirtualMachinePowerState{on}},
	"ShutdownGuest":   {off, []types.VirtualMachinePowerState{on}},
	"RebootGuest":     {on, []types.VirtualMachinePowerState{on}},
	"StandbyGuest":    {suspended, []types.VirtualMachinePowerState{on}},
}

// checkPower: whether the VM can do what the method asks.
func (c *call) checkPower(vm *simulator.VirtualMachine) *fault {
	verb := powerVerbs[c.method]
	state := vm.Runtime.PowerState
	if vm.Config != nil && vm.Config.Template || vm.Runtime.ConnectionState != types.VirtualMachineConnectionStateConnected ||
		vm.Runtime.Host == nil {
		return &fault{&types.InvalidState{}, "The operation is not allowed in the current state."}
	}
	if h, ok := simulator.Map.Get(*vm.Runtime.Host).(*simulator.HostSystem); ok &&
		h.Runtime.ConnectionState != types.HostSystemConnectionStateConnected {
		return &fault{&types.HostNotConnected{}, "Unable to communicate with the remote host, since it is disconnected."}
	}
	for _, from := range verb.from {
		if state == from {
			return nil
		}
	}
	wanted := verb.to
	if verb.from[0] == on {
		wanted = on
	}
	if len(verb.from) > 1 {
		wanted = verb.to
	}
	return &fault{&types.InvalidPowerState{RequestedState: wanted, ExistingState: state},
		fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", stateWords[state])}
}

func powerTask(c *call) (interface{}, *fault) {
	vm, f := c.idleMachine()
	if f != nil {
		return nil, f
	}
	if f := c.checkPower(vm); f != nil && !c.w.opt.isHost() {
		return nil, f
	}
	return c.startTask(true, func() (types.AnyType, *fault) {
		if f := c.checkPower(vm); f != nil {
			return nil, f
		}
		c.w.setPower(vm, powerVerbs[c.method].to, c.method != "ResetVM_Task")
		c.postPower(vm)
		return nil, nil
	})
}

// guestVerb returns at once; the guest does its part later.
func guestVerb(c *call) (interface{}, *fault) {
	vm := vmOf(c.this)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := c.checkPower(vm); f != nil {
		return nil, f
	}
	if !toolsRun(vm) {
		return nil, &fault{&types.ToolsUnavailable{},
			"Cannot complete operation because VMware Tools is not running in this virtual machine."}
	}
	boot := vm.Runtime.BootTime
	time.AfterFunc(time.Duration(c.w.opt.guestTime)*time.Millisecond, func() {
		c.w.do(func() {
			// A guest that was switched off or rebooted meanwhile has forgotten.
			if vmOf(c.this) == vm && vm.Runtime.PowerState == on && vm.Runtime.BootTime == boot {
				c.w.setPower(vm, powerVerbs[c.method].to, true)
				c.postPower(vm)
			}
		})
	})
	return nil, nil
}

// setPower changes the state and all that goes with it.
func (w *world) setPower(vm *simulator.VirtualMachine, state types.VirtualMachinePowerState, clean bool) {
	now := time.Now().UTC()
	resumed := vm.Runtime.PowerState == suspended && state == on
	vm.Runtime.PowerState = state
	vm.Runtime.CleanPowerOff = nil
	vm.Runtime.SuspendTime = nil
	switch state {
	case on:
		if !resumed || vm.Runtime.BootTime == nil {
			vm.Runtime.BootTime = &now
		}
	case off:
		vm.Runtime.BootTime = nil
		vm.Runtime.CleanPowerOff = &clean
	case suspended:
		vm.Runtime.SuspendTime = &now
	}
	vm.Summary.Runtime = vm.Runtime
	if state == on && !resumed {
		w.customized(vm)
	}
	w.setGuest(vm)
	w.touch(vm.Self)
}

// postPower writes the event of a change.
func (c *call) postPower(vm *simulator.VirtualMachine) {
	ev := types.VmEvent{Event: types.Event{CreatedTime: time.Now(), UserName: c.session.sim.UserName,
		Vm: &types.VmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: vm.Name}, Vm: vm.Self}}}
	if h := vm.Runtime.Host; h != nil {
		ev.Host = &types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: entityName(*h)}, Host: *h}
	}
	var e types.BaseEvent
	switch {
	case c.method == "ResetVM_Task":
		e = &types.VmResettingEvent{VmEvent: ev}
	case c.method == "RebootGuest":
		e = &types.VmGuestRebootEvent{VmEvent: ev}
	case vm.Runtime.PowerState == on:
		e = &types.VmPoweredOnEvent{VmEvent: ev}
	case vm.Runtime.PowerState == off:
		e = &types.VmPoweredOffEvent{VmEvent: ev}
	default:
		e = &types.VmSuspendedEvent{VmEvent: ev}
	}
	c.w.postEvent(c.session, e)
}

func (w *world) postEvent(s *session, e types.BaseEvent) {
	m := simulator.Map.EventManager()
	m.PostEvent(&simulator.Context{Map: simulator.Map, Session: s.sim}, &types.PostEvent{This: m.Self, EventToPost: e})
	w.touch(m.Self)
}
