// SPDX-License-Identifier: LGPL-2.1-or-later

// autostart.go - what a host starts with itself
//
// Exists because the simulator has no HostAutoStartManager. Its config is also the
// host's config.autoStart. As a real server: incremental, strict about what it is
// given, and it numbers the order anew. An order of -1 is any order, after all numbers
// (LIBVIRT sends no other).

package main

import (
	"reflect"
	"sort"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type autostartManager struct {
	mo.HostAutoStartManager
	host moref
}

func (w *world) createAutostart() {
	for _, ref := range refsOf("HostSystem") {
		h := simulator.Map.Get(ref).(*simulator.HostSystem)
		m := &autostartManager{host: ref}
		m.Self = moref{Type: "HostAutoStartManager", Value: "autostart-" + ref.Value}
		disabled := false
		m.Config.Defaults = &types.AutoStartDefaults{Enabled: &disabled, StartDelay: 120, StopDelay: 120,
			WaitForHeartbeat: &disabled, StopAction: "PowerOff"}
		simulator.Map.Put(m)
		h.ConfigManager.AutoStartManager = &m.Self
		if h.Config == nil {
			h.Config = &types.HostConfigInfo{}
		} else {
			config := *h.Config
			h.Config = &config
		}
		h.Config.AutoStart = &m.Config
	}
}

func reconfigureAutostart(c *call) (interface{}, *fault) {
	m, ok := simulator.Map.Get(c.this).(*autostartManager)
	if !ok {
		return nil, notFound(c.this)
	}
	spec := c.req.(*types.ReconfigureAutostart).Spec
	config := deepCopy(reflect.ValueOf(m.Config), nil, nil).Interface().(types.HostAutoStartManagerConfig)
	if d := spec.Defaults; d != nil && d.Enabled != nil {
		config.Defaults.Enabled = d.Enabled
	}
	for _, p := range spec.PowerInfo {
		if f := m.check(p, len(config.PowerInfo)+1); f != nil {
			return nil, f
		}
		config.PowerInfo = put(config.PowerInfo, p)
	}
	sort.SliceStable(config.PowerInfo, func(i, j int) bool {
		return uint32(config.PowerInfo[i].StartOrder) < uint32(config.PowerInfo[j].StartOrder) // -1: after all others
	})
	n := int32(0)
	for i := range config.PowerInfo {
		if config.PowerInfo[i].StartOrder >= 0 {
			n++
			config.PowerInfo[i].StartOrder = n
		}
	}
	m.Config = config
	simulator.Map.Get(m.host).(*simulator.HostSystem).Config.AutoStart = &m.Config
	c.w.touch(m.host, m.Self)
	return nil, nil
}

func (m *autostartManager) check(p types.AutoStartPowerInfo, most int) *fault {
	vm := vmOf(p.Key)
	start := strings.ToLower(p.StartAction)
	switch {
	case vm == nil || vm.Runtime.Host == nil || *vm.Runtime.Host != m.host:
		return badArgument("spec.powerInfo.key", "")
	case start != "none" && start != "poweron":
		return badArgument("spec.powerInfo.startAction", "")
	case p.StartOrder == 0 || p.StartOrder < -1 || int(p.StartOrder) > most:
		return badArgument("spec.powerInfo.startOrder", "")
	}
	return nil
}

// put replaces a VM's entry; one with both actions none is taken out.
func put(list []types.AutoStartPowerInfo, p types.AutoStartPowerInfo) []types.AutoStartPowerInfo {
	var kept []types.AutoStartPowerInfo
	for _, other := range list {
		if other.Key != p.Key {
			kept = append(kept, other)
		}
	}
	if strings.EqualFold(p.StartAction, "none") && strings.EqualFold(p.StopAction, "none") {
		return kept
	}
	return append(kept, p)
}
