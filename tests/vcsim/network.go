// SPDX-License-Identifier: LGPL-2.1-or-later

// network.go - virtual switches and port groups of a host
//
// Exists because the simulator keeps them where no client looks: in the network system, and
// not in the host's configuration, without keys or NICs. REF HostNetworkSystem: the methods
// and their faults; TYPES: the keys' form, as the template of a host has them.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// networkOf is the configuration of the host whose network system is called.
func (c *call) networkOf() (*simulator.HostSystem, *types.HostNetworkInfo, *fault) {
	for _, ref := range refsOf("HostSystem") {
		h := simulator.Map.Get(ref).(*simulator.HostSystem)
		if h.ConfigManager.NetworkSystem != nil && *h.ConfigManager.NetworkSystem == c.this {
			c.w.touch(h.Self)
			return h, h.Config.Network, nil
		}
	}
	return nil, nil, notFound(c.this)
}

func switchOf(n *types.HostNetworkInfo, name string) *types.HostVirtualSwitch {
	for i := range n.Vswitch {
		if n.Vswitch[i].Name == name {
			return &n.Vswitch[i]
		}
	}
	return nil
}

func dropText(list []string, text string) []string {
	var left []string
	for _, s := range list {
		if s != text {
			left = append(left, s)
		}
	}
	return left
}

func noSuch(what string) *fault {
	return &fault{&types.NotFound{}, "The object or item referred to could not be found: " + what + "."}
}

func taken(name string) *fault {
	return &fault{&types.AlreadyExists{Name: name}, "The specified key, name, or identifier '" + name + "' already exists."}
}

func inUse(name string) *fault {
	return &fault{&types.ResourceInUse{Name: name}, "The resource '" + name + "' is in use."}
}

func addVirtualSwitch(c *call) (interface{}, *fault) {
	req := c.req.(*types.AddVirtualSwitch)
	_, n, f := c.networkOf()
	if f != nil {
		return nil, f
	}
	if switchOf(n, req.VswitchName) != nil {
		return nil, taken(req.VswitchName)
	}
	s := types.HostVirtualSwitch{Name: req.VswitchName, Key: "key-vim.host.VirtualSwitch-" + req.VswitchName, NumPorts: 128, NumPortsAvailable: 128}
	if req.Spec != nil {
		s.Spec = *req.Spec
	}
	if b, ok := s.Spec.Bridge.(*types.HostVirtualSwitchBondBridge); ok {
		for _, device := range b.NicDevice {
			key, f := freeNic(n, device)
			if f != nil {
				return nil, f
			}
			s.Pnic = append(s.Pnic, key)
		}
	}
	n.Vswitch = append(n.Vswitch, s)
	return &types.AddVirtualSwitchResponse{}, nil
}

func freeNic(n *types.HostNetworkInfo, device string) (string, *fault) {
	for _, nic := range n.Pnic {
		if nic.Device != device {
			continue
		}
		for _, s := range n.Vswitch {
			if len(dropText(s.Pnic, nic.Key)) != len(s.Pnic) {
				return "", inUse(device)
			}
		}
		return nic.Key, nil
	}
	return "", noSuch(device)
}

func removeVirtualSwitch(c *call) (interface{}, *fault) {
	name := c.req.(*types.RemoveVirtualSwitch).VswitchName
	_, n, f := c.networkOf()
	if f != nil {
		return nil, f
	}
	s := switchOf(n, name)
	if s == nil {
		return nil, noSuch(name)
	}
	if len(s.Portgroup) > 0 {
		return nil, inUse(name)
	}
	var left []types.HostVirtualSwitch
	for _, other := range n.Vswitch {
		if other.Name != name {
			left = append(left, other)
		}
	}
	n.Vswitch = left
	return &types.RemoveVirtualSwitchResponse{}, nil
}

func addPortGroup(c *call) (interface{}, *fault) {
	spec := c.req.(*types.AddPortGroup).Portgrp
	h, n, f := c.networkOf()
	if f != nil {
		return nil, f
	}
	for _, g := range n.Portgroup {
		if g.Spec.Name == spec.Name {
			return nil, taken(spec.Name)
		}
	}
	s := switchOf(n, spec.VswitchName)
	if s == nil {
		return nil, noSuch(spec.VswitchName)
	}
	key := "key-vim.host.PortGroup-" + spec.Name
	s.Portgroup = append(s.Portgroup, key)
	n.Portgroup = append(n.Portgroup, types.HostPortGroup{Key: key, Vswitch: s.Key, ComputedPolicy: spec.Policy, Spec: spec})
	c.w.joinNetwork(h, spec.Name)
	return &types.AddPortGroupResponse{}, nil
}

// joinNetwork: hosts of a datacenter share the network of a name.
func (w *world) joinNetwork(h *simulator.HostSystem, name string) {
	dc := simulator.Map.Get(datacenterOf(h)).(*simulator.Datacenter)
	folder := simulator.Map.Get(dc.NetworkFolder).(*simulator.Folder)
	n, _ := simulator.Map.FindByName(name, folder.ChildEntity).(*mo.Network)
	if n == nil {
		n = &mo.Network{}
		n.Name = name
		simulator.Map.NewEntity(n)
		n.Summary = &types.NetworkSummary{Network: &n.Self, Name: name, Accessible: true}
		folder.ChildEntity = append(folder.ChildEntity, n.Self)
		simulator.Map.PutEntity(folder, n)
		dc.Network = append(dc.Network, n.Self)
	}
	n.Host = append(n.Host, h.Self)
	h.Network = append(h.Network, n.Self)
	w.touch(folder.Self, dc.Self, n.Self, h.Self)
}

func (w *world) leaveNetwork(h *simulator.HostSystem, name string) {
	n, _ := simulator.Map.FindByName(name, h.Network).(*mo.Network)
	if n == nil {
		return
	}
	dc := simulator.Map.Get(datacenterOf(h)).(*simulator.Datacenter)
	folder := simulator.Map.Get(dc.NetworkFolder).(*simulator.Folder)
	simulator.RemoveReference(&h.Network, n.Self)
	simulator.RemoveReference(&n.Host, h.Self)
	w.touch(folder.Self, dc.Self, n.Self, h.Self)
	if len(n.Host) == 0 {
		simulator.RemoveReference(&dc.Network, n.Self)
		simulator.RemoveReference(&folder.ChildEntity, n.Self)
		simulator.Map.Remove(n.Self)
	}
}

func removePortGroup(c *call) (interface{}, *fault) {
	name := c.req.(*types.RemovePortGroup).PgName
	h, n, f := c.networkOf()
	if f != nil {
		return nil, f
	}
	var left []types.HostPortGroup
	for _, g := range n.Portgroup {
		if g.Spec.Name != name {
			left = append(left, g)
			continue
		}
		if len(g.Port) > 0 {
			return nil, inUse(name)
		}
		if s := switchOf(n, g.Spec.VswitchName); s != nil {
			s.Portgroup = dropText(s.Portgroup, g.Key)
		}
	}
	if len(left) == len(n.Portgroup) {
		return nil, noSuch(name)
	}
	n.Portgroup = left
	c.w.leaveNetwork(h, name)
	return &types.RemovePortGroupResponse{}, nil
}
