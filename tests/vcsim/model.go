// SPDX-License-Identifier: LGPL-2.1-or-later

// model.go - the inventory that a server starts with
//
// Exists because the simulator takes long to make thousands of VMs, places them
// at random and leaves most of what a client reads empty. Promises: the same
// flags give the same names, ids and uuids, spread evenly over the hosts.
//
// The simulator makes datacenters, clusters, hosts and networks, and one VM of
// each pool; the others are copies of that one.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	dsCapacity = int64(4) << 40
	dsFree     = int64(3) << 40
)

// createModel fills the global inventory; dir is where datastores live.
func createModel(o *options, dir string) (*simulator.Model, error) {
	m := simulator.VPX()
	if o.isHost() {
		m = simulator.ESX()
	} else {
		m.Datacenter, m.Cluster, m.ClusterHost, m.Host = o.dc, o.cluster, o.host, o.standalone
		m.Portgroup, m.Folder, m.Pod, m.App = o.pg, o.folder, o.pod, 0
	}
	m.Machine, m.Datastore, m.Autostart = 0, 0, false
	if o.plain {
		m.Machine, m.Datastore, m.Autostart = o.vm, o.ds, true
		return m, m.Create()
	}
	setAbout(&m.ServiceContent, o)
	if err := m.Create(); err != nil {
		return nil, err
	}
	return m, finishModel(o, dir)
}

func setAbout(c *types.ServiceContent, o *options) {
	a := &c.About
	if o.gsx {
		a.Name, a.FullName = "VMware Server", "VMware Server 2.0.2 build-203138"
		a.Version, a.Build, a.ProductLineId = "2.0.2", "203138", "gsx"
	}
	a.ApiVersion = o.api.String()
	switch {
	case o.gsx:
	case o.api <= 205:
		a.Version = "2.5.0"
		if o.isHost() {
			a.Version = "3.5.0"
		}
	default:
		a.Version = o.api.String() + ".0"
	}
	if !o.gsx {
		a.FullName = a.Name + " " + a.Version + " build-" + a.Build
	}
	a.InstanceUuid = "dbed6e0c-bd88-4ef6-b594-21283e1c677f"
	if o.isHost() {
		a.InstanceUuid = ""
	}
}

func finishModel(o *options, dir string) error {
	serviceContent().About = fixedAbout(o)
	for _, ref := range refsOf("Datacenter") {
		dc := simulator.Map.Get(ref).(*simulator.Datacenter)
		clearDatastores(dc) // a host's template names some that do not exist
		for i := 0; i < o.ds; i++ {
			if err := addDatastore(o, dc, i, dir); err != nil {
				return err
			}
		}
	}
	for _, ref := range refsOf("Datacenter") {
		for i := 0; i < o.nsx; i++ {
			addOpaqueNetwork(simulator.Map.Get(ref).(*simulator.Datacenter), i)
		}
	}
	for i, ref := range refsOf("HostSystem") {
		finishHost(simulator.Map.Get(ref).(*simulator.HostSystem), i)
	}
	return nil
}

// fixedAbout: the simulator gives each run an instanceUuid of its own.
func fixedAbout(o *options) types.AboutInfo {
	c := *serviceContent()
	setAbout(&c, o)
	return c.About
}

// refsOf lists all objects of a class (or of its subclasses) in a fixed order.
func refsOf(kind string) []moref {
	var refs []moref
	for _, e := range simulator.Map.All("") {
		if self := e.Entity().Self; isA(self.Type, kind) { // Reference would copy the whole object
			refs = append(refs, self)
		}
	}
	sortRefs(refs)
	return refs
}

// storeList remembers which datastores a registry has: each path of a machine's files asks for
// them, and the registry would go through all machines each time.
type storeList struct {
	sync.Mutex
	registry *simulator.Registry
	refs     []moref // nil: not known
}

var stores storeList

func (l *storeList) Reference() moref                                  { return moref{Type: "StoreList", Value: "stores"} }
func (l *storeList) PutObject(o mo.Reference)                          { l.forget(o.Reference()) }
func (l *storeList) RemoveObject(r moref)                              { l.forget(r) }
func (l *storeList) UpdateObject(mo.Reference, []types.PropertyChange) {}

func (l *storeList) forget(ref moref) {
	if ref.Type == "Datastore" {
		l.Lock()
		defer l.Unlock()
		l.refs = nil
	}
}

// datastores lists all of them in a fixed order.
func datastores() []*simulator.Datastore {
	stores.Lock()
	defer stores.Unlock()
	if stores.registry != simulator.Map {
		stores.registry, stores.refs = simulator.Map, nil
		simulator.Map.AddHandler(&stores)
	}
	if stores.refs == nil {
		stores.refs = refsOf("Datastore")
	}
	var all []*simulator.Datastore
	for _, ref := range stores.refs {
		if ds, ok := simulator.Map.Get(ref).(*simulator.Datastore); ok { // not being removed just now
			all = append(all, ds)
		}
	}
	return all
}

// hostsOf lists the hosts below a datacenter, in a fixed order.
func hostsOf(dc *simulator.Datacenter) []*simulator.HostSystem {
	var hosts []*simulator.HostSystem
	for _, ref := range refsOf("HostSystem") {
		h := simulator.Map.Get(ref).(*simulator.HostSystem)
		if datacenterOf(h) == dc.Self {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

func datacenterOf(e mo.Entity) moref {
	for e.Entity().Parent != nil {
		e = simulator.Map.Get(*e.Entity().Parent).(mo.Entity)
		if e.Reference().Type == "Datacenter" {
			return e.Reference()
		}
	}
	return moref{}
}

// subFolder: a folder of a datacenter, or the one in it that -folder made.
func subFolder(ref moref) *simulator.Folder {
	f := simulator.Map.Get(ref).(*simulator.Folder)
	for _, child := range f.ChildEntity {
		if child.Type == "Folder" {
			return simulator.Map.Get(child).(*simulator.Folder)
		}
	}
	return f
}

func addDatastore(o *options, dc *simulator.Datacenter, i int, dir string) error {
	name := fmt.Sprintf("LocalDS_%d", i)
	path := filepath.Join(dir, dc.Name, name)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	ds := &simulator.Datastore{}
	ds.Name = name
	uncommitted := dsCapacity / 4
	ds.Info = &types.VmfsDatastoreInfo{DatastoreInfo: types.DatastoreInfo{Name: name, Url: path, FreeSpace: dsFree,
		MaxFileSize: 1 << 42}, Vmfs: &types.HostVmfsVolume{BlockSizeMb: 1, MaxBlocks: int32(dsCapacity >> 20), MajorVersion: 6,
		Version: "6.81", Uuid: uuidOf(dc.Name + "/" + name), // TYPES: what the class requires
		Extent:               []types.HostScsiDiskPartition{{DiskName: fmt.Sprintf("naa.60003ff44dc75adc%016x", i), Partition: 1}},
		HostFileSystemVolume: types.HostFileSystemVolume{Type: "VMFS", Name: name, Capacity: dsCapacity}}}
	ds.Capability = types.DatastoreCapability{DirectoryHierarchySupported: true, RawDiskMappingsSupported: true,
		PerFileThinProvisioningSupported: true}
	folder := datastoreParent(o, dc, i)
	simulator.Map.NewEntity(ds)
	ds.Summary = types.DatastoreSummary{Datastore: &ds.Self, Name: name, Url: path, Capacity: dsCapacity, FreeSpace: dsFree,
		Uncommitted: uncommitted, Accessible: true, MultipleHostAccess: types.NewBool(true), Type: "VMFS", MaintenanceMode: "normal"}
	browser := &simulator.HostDatastoreBrowser{}
	browser.Datastore = []moref{ds.Self}
	ds.Browser = simulator.Map.Put(browser).Reference()
	*folder.children = append(*folder.children, ds.Self)
	simulator.Map.PutEntity(folder.entity, ds)
	dc.Datastore = append(dc.Datastore, ds.Self)
	mountDatastore(ds, hostsOf(dc))
	return nil
}

func clearDatastores(dc *simulator.Datacenter) {
	dc.Datastore = nil
	for _, h := range hostsOf(dc) {
		h.Datastore = nil
		computeResource(h).Datastore = nil
	}
}

// container is whatever has a childEntity.
type container struct {
	entity   mo.Entity
	children *[]moref
}

// datastoreParent: all but the first datastore lie in pods, where there are any.
func datastoreParent(o *options, dc *simulator.Datacenter, i int) container {
	f := simulator.Map.Get(dc.DatastoreFolder).(*simulator.Folder)
	if o.pod > 0 && i > 0 {
		n := 0
		for _, ref := range f.ChildEntity {
			if p, ok := simulator.Map.Get(ref).(*simulator.StoragePod); ok {
				if n == (i-1)%o.pod {
					return container{p, &p.ChildEntity}
				}
				n++
			}
		}
	}
	f = subFolder(dc.DatastoreFolder)
	return container{f, &f.ChildEntity}
}

func mountDatastore(ds *simulator.Datastore, hosts []*simulator.HostSystem) {
	for _, h := range hosts {
		ds.Host = append(ds.Host, types.DatastoreHostMount{Key: h.Self, MountInfo: types.HostMountInfo{Path: ds.Summary.Url,
			AccessMode: string(types.HostMountModeReadWrite), Mounted: types.NewBool(true), Accessible: types.NewBool(true)}})
		h.Datastore = append(h.Datastore, ds.Self)
		if s, ok := simulator.Map.Get(*h.ConfigManager.DatastoreSystem).(*simulator.HostDatastoreSystem); ok {
			s.Datastore = h.Datastore
		}
		cr := computeResource(h)
		if simulator.FindReference(cr.Datastore, ds.Self) == nil {
			cr.Datastore = append(cr.Datastore, ds.Self)
		}
	}
}

func computeResource(h *simulator.HostSystem) *mo.ComputeResource {
	switch p := simulator.Map.Get(*h.Parent).(type) {
	case *simulator.ClusterComputeResource:
		return &p.ComputeResource
	case *mo.ComputeResource:
		return p
	}
	return nil
}

// finishHost gives each host its own figures.
func finishHost(h *simulator.HostSystem, i int) {
	h.Summary.Host = &h.Self
	h.Runtime.BootTime = bootTime(i)
	h.Summary.QuickStats.OverallCpuUsage = int32(500 + 7*i%1000)
	h.Summary.QuickStats.OverallMemoryUsage = int32(1024 + 64*i%2048)
	h.Summary.QuickStats.Uptime = 86400
	yes := true
	h.Capability = &types.HostCapability{RecursiveResourcePoolsSupported: true, CpuMemoryResourceConfigurationSupported: true,
		RebootSupported: true, ShutdownSupported: true, VmotionSupported: true, MaxSupportedVMs: 1024, MaxRunningVMs: 1024,
		MaxSupportedVcpus: 128, MaxRegisteredVMs: 4096, SanSupported: true, NfsSupported: true, IscsiSupported: true,
		VlanTaggingSupported: true, NicTeamingSupported: true, HighGuestMemSupported: true, MaintenanceModeSupported: true,
		SuspendedRelocateSupported: true, PerVmSwapFiles: true, BackgroundSnapshotsSupported: true, ScreenshotSupported: true,
		ScaledScreenshotSupported: true, StorageVMotionSupported: &yes}
	setHardware(h)
	uuid := uuidOf("host " + h.Name)
	h.Summary.Hardware.Uuid = uuid
	if h.Hardware != nil {
		h.Hardware.SystemInfo.Uuid = uuid
	}
}

// setHardware makes the template, a laptop, a server.
func setHardware(h *simulator.HostSystem) {
	const (
		packages, cores, threads = 2, 16, 32
		hz, memory               = 2400000000, int64(256) << 30
	)
	s := h.Summary.Hardware
	s.CpuModel, s.CpuMhz, s.MemorySize = "Intel(R) Xeon(R) CPU E5-2665 0 @ 2.40GHz", hz/1000000, memory
	s.NumCpuPkgs, s.NumCpuCores, s.NumCpuThreads = packages, cores, threads
	s.Vendor, s.Model = "Dell Inc.", "PowerEdge R620"
	if h.Hardware != nil {
		h.Hardware.SystemInfo.Vendor, h.Hardware.SystemInfo.Model = s.Vendor, s.Model
		h.Hardware.CpuInfo = types.HostCpuInfo{NumCpuPackages: packages, NumCpuCores: cores, NumCpuThreads: threads, Hz: hz}
		h.Hardware.MemorySize = memory
	}
}
