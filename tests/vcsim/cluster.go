// SPDX-License-Identifier: LGPL-2.1-or-later

// cluster.go - whether a cluster moves and restarts machines by itself
//
// Exists because the simulator takes rules and groups of a cluster's specification alone. A
// cluster says what it is set to twice: configuration is the older form of configurationEx (REF
// ClusterComputeResource.configuration, ClusterConfigSpecEx.dasConfig, .drsConfig).

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// clusterReconfigured sets both; what a specification leaves out stays as it is.
func clusterReconfigured(c *call) {
	cluster, ok := simulator.Map.Get(c.this).(*simulator.ClusterComputeResource)
	spec, isCluster := c.req.(*types.ReconfigureComputeResource_Task).Spec.(*types.ClusterConfigSpecEx)
	if !ok || !isCluster {
		return
	}
	now := cluster.ConfigurationEx.(*types.ClusterConfigInfoEx)
	if ha := spec.DasConfig; ha != nil && ha.Enabled != nil {
		now.DasConfig.Enabled, cluster.Configuration.DasConfig.Enabled = ha.Enabled, ha.Enabled
	}
	if drs := spec.DrsConfig; drs != nil && drs.Enabled != nil {
		now.DrsConfig.Enabled, cluster.Configuration.DrsConfig.Enabled = drs.Enabled, drs.Enabled
	}
	c.w.touch(c.this)
}
