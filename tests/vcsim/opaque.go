// SPDX-License-Identifier: LGPL-2.1-or-later

// opaque.go - networks that something beside vSphere manages, such as NSX
//
// Exists because the simulator can make one, and none of its hosts has it. Sources: REF OpaqueNetwork
// (its id and name are told to vSphere, so that hosts and machines can connect to it),
// OpaqueNetworkSummary, HostSystem.network; REF VirtualEthernetCardOpaqueNetworkBackingInfo: a card
// names id and type, which are those of the summary. "nsx.LogicalSwitch" is the simulator's.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// addOpaqueNetwork: all hosts of the datacenter have it.
func addOpaqueNetwork(dc *simulator.Datacenter, i int) {
	folder := simulator.Map.Get(dc.NetworkFolder).(*simulator.Folder)
	n := &mo.OpaqueNetwork{}
	n.Name = fmt.Sprintf("%s_NSX%d", dc.Name, i)
	simulator.Map.NewEntity(n)
	n.Summary = &types.OpaqueNetworkSummary{NetworkSummary: types.NetworkSummary{Network: &n.Self, Name: n.Name, Accessible: true},
		OpaqueNetworkId: uuidOf(n.Name), OpaqueNetworkType: "nsx.LogicalSwitch"}
	folder.ChildEntity = append(folder.ChildEntity, n.Self)
	simulator.Map.PutEntity(folder, n)
	dc.Network = append(dc.Network, n.Self)
	for _, h := range hostsOf(dc) {
		n.Host = append(n.Host, h.Self)
		h.Network = append(h.Network, n.Self)
		cr := computeResource(h)
		if simulator.FindReference(cr.Network, n.Self) == nil {
			cr.Network = append(cr.Network, n.Self)
		}
	}
}

// isOpaque: whether that network is the one of a card's backing.
func isOpaque(ref moref, b *types.VirtualEthernetCardOpaqueNetworkBackingInfo) bool {
	n, ok := simulator.Map.Get(ref).(*mo.OpaqueNetwork)
	if !ok {
		return false
	}
	s := n.Summary.(*types.OpaqueNetworkSummary)
	return s.OpaqueNetworkId == b.OpaqueNetworkId && s.OpaqueNetworkType == b.OpaqueNetworkType
}

// opaqueNetwork is the one that a card's backing names; nil: there is none.
func opaqueNetwork(b *types.VirtualEthernetCardOpaqueNetworkBackingInfo) *mo.OpaqueNetwork {
	for _, ref := range refsOf("OpaqueNetwork") {
		if isOpaque(ref, b) {
			return simulator.Map.Get(ref).(*mo.OpaqueNetwork)
		}
	}
	return nil
}
