// SPDX-License-Identifier: LGPL-2.1-or-later

// clock.go - watchdog timers and precision clocks of machines
//
// Sources: REF VirtualWDT (the guest starts and stops it: running is not a client's to set),
// VirtualPrecisionClockSystemClockBackingInfo and HostDateTimeInfoProtocol (its protocols), both
// since API 7.0.

package main

import "github.com/vmware/govmomi/vim25/types"

func (d *deviceChange) watchdog(dev *types.VirtualWDT, old types.BaseVirtualDevice) *fault {
	d.describe("Watchdog timer")
	dev.Running = false
	if old == nil {
		return nil
	}
	dev.Running = old.(*types.VirtualWDT).Running
	return d.needsOff()
}

// clock: a protocol that an edit leaves out stays.
func (d *deviceChange) clock(dev *types.VirtualPrecisionClock, old types.BaseVirtualDevice) *fault {
	d.describe("Precision clock")
	b, ok := dev.Backing.(*types.VirtualPrecisionClockSystemClockBackingInfo)
	if !ok {
		return d.invalid("A precision clock needs a clock of the host.")
	}
	switch types.HostDateTimeInfoProtocol(b.Protocol) {
	case "", types.HostDateTimeInfoProtocolNtp, types.HostDateTimeInfoProtocolPtp:
	default:
		return d.invalid("There is no protocol %s.", b.Protocol)
	}
	if old == nil {
		return nil
	}
	if was, ok := old.(*types.VirtualPrecisionClock).Backing.(*types.VirtualPrecisionClockSystemClockBackingInfo); ok && b.Protocol == "" {
		b.Protocol = was.Protocol
	}
	return d.needsOff()
}
