// SPDX-License-Identifier: LGPL-2.1-or-later

// ovf.go - OvfManager: a descriptor of a machine, and what a descriptor asks for
//
// Exists because the simulator describes nothing, and reads names of controllers that no
// descriptor has. Sources: REF OvfManager.CreateDescriptor, CreateImportSpec; DSP0243 (the Open
// Virtualization Format); the names of devices are those of VMware's own descriptors
// (ResourceSubType lsilogic, lsilogicsas, buslogic, VirtualSCSI, VmxNet3, E1000, vmware.cdrom.*,
// vmw:Config firmware).

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/ovf"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

var scsiSubtypes = map[string]func() types.BaseVirtualSCSIController{
	"lsilogic":    func() types.BaseVirtualSCSIController { return &types.VirtualLsiLogicController{} },
	"lsilogicsas": func() types.BaseVirtualSCSIController { return &types.VirtualLsiLogicSASController{} },
	"buslogic":    func() types.BaseVirtualSCSIController { return &types.VirtualBusLogicController{} },
	"VirtualSCSI": func() types.BaseVirtualSCSIController { return &types.ParaVirtualSCSIController{} },
}

var cardSubtypes = map[string]func() types.BaseVirtualEthernetCard{
	"VmxNet3": func() types.BaseVirtualEthernetCard { return &types.VirtualVmxnet3{} },
	"E1000":   func() types.BaseVirtualEthernetCard { return &types.VirtualE1000{} },
	"E1000e":  func() types.BaseVirtualEthernetCard { return &types.VirtualE1000e{} },
	"PCNet32": func() types.BaseVirtualEthernetCard { return &types.VirtualPCNet32{} },
}

func escaped(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text))
	return out.String()
}

// ---- a machine's descriptor

type descriptor struct {
	vm        *simulator.VirtualMachine
	files     []types.OvfFile
	items     bytes.Buffer
	refs      bytes.Buffer
	disks     bytes.Buffer
	networks  []string
	instances map[int32]int // of devices, by their keys
	last      int
}

// item adds one, with the elements that are given, in the order of the schema.
func (d *descriptor) item(name, kind string, parts map[string]string) int {
	d.last++
	parts["ElementName"], parts["InstanceID"], parts["ResourceType"] = name, strconv.Itoa(d.last), kind
	d.items.WriteString("      <Item>\n")
	for _, key := range []string{"Address", "AddressOnParent", "AllocationUnits", "AutomaticAllocation", "Connection",
		"ElementName", "HostResource", "InstanceID", "Parent", "ResourceSubType", "ResourceType", "VirtualQuantity"} {
		if value, ok := parts[key]; ok {
			fmt.Fprintf(&d.items, "        <rasd:%s>%s</rasd:%s>\n", key, escaped(value), key)
		}
	}
	d.items.WriteString("      </Item>\n")
	return d.last
}

func (d *descriptor) controller(dev types.BaseVirtualDevice) {
	c, ok := dev.(types.BaseVirtualController)
	if !ok {
		return
	}
	parts := map[string]string{"Address": strconv.Itoa(int(c.GetVirtualController().BusNumber))}
	kind := ""
	switch dev.(type) {
	case types.BaseVirtualSCSIController:
		kind = "6"
		for name, f := range scsiSubtypes {
			if indirectType(f()) == indirectType(dev) {
				parts["ResourceSubType"] = name
			}
		}
	case *types.VirtualIDEController:
		kind = "5"
	case *types.VirtualAHCIController:
		kind, parts["ResourceSubType"] = "20", "vmware.sata.ahci"
	default:
		return
	}
	d.instances[c.GetVirtualController().Key] = d.item("Controller "+parts["Address"], kind, parts)
}

func (d *descriptor) device(devices object.VirtualDeviceList, dev types.BaseVirtualDevice) {
	v := dev.GetVirtualDevice()
	parts := map[string]string{}
	if v.UnitNumber != nil {
		parts["AddressOnParent"] = strconv.Itoa(int(*v.UnitNumber))
	}
	if n := d.instances[v.ControllerKey]; n != 0 {
		parts["Parent"] = strconv.Itoa(n)
	}
	switch o := dev.(type) {
	case *types.VirtualDisk:
		d.disk(devices, o, parts)
	case *types.VirtualCdrom:
		parts["ResourceSubType"], parts["AutomaticAllocation"] = "vmware.cdrom.remotepassthrough", "false"
		d.item("CD/DVD drive", "15", parts)
	case types.BaseVirtualEthernetCard:
		parts["Connection"] = networkOf(v.Backing)
		d.networks = append(d.networks, parts["Connection"])
		parts["AutomaticAllocation"] = "true"
		for name, f := range cardSubtypes {
			if indirectType(f()) == indirectType(dev) {
				parts["ResourceSubType"] = name
			}
		}
		d.item("Network adapter", "10", parts)
	}
}

func (d *descriptor) disk(devices object.VirtualDeviceList, o *types.VirtualDisk, parts map[string]string) {
	n := strings.Count(d.disks.String(), "<Disk ") + 1
	id := fmt.Sprintf("vmdisk%d", n)
	parts["HostResource"] = "ovf:/disk/" + id
	ref := ""
	for i, f := range d.files {
		if f.DeviceId == "/"+d.vm.Self.Value+diskKey(devices, o) {
			ref = fmt.Sprintf(` ovf:fileRef="file%d"`, i+1)
			fmt.Fprintf(&d.refs, "    <File ovf:id=\"file%d\" ovf:href=\"%s\" ovf:size=\"%d\"/>\n", i+1, escaped(f.Path), f.Size)
		}
	}
	fmt.Fprintf(&d.disks, "    <Disk ovf:capacity=\"%d\" ovf:capacityAllocationUnits=\"byte * 2^10\" ovf:diskId=\"%s\"%s ovf:format=\"%s\"/>\n",
		o.CapacityInKB, id, ref, "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized")
	d.item(fmt.Sprintf("Hard disk %d", n), "17", parts)
}

// networkOf: the name of the network of an ethernet card.
func networkOf(backing types.BaseVirtualDeviceBackingInfo) string {
	switch b := backing.(type) {
	case *types.VirtualEthernetCardDistributedVirtualPortBackingInfo:
		for _, ref := range refsOf("DistributedVirtualPortgroup") {
			if pg, ok := simulator.Map.Get(ref).(*simulator.DistributedVirtualPortgroup); ok && pg.Key == b.Port.PortgroupKey {
				return pg.Name
			}
		}
	case *types.VirtualEthernetCardOpaqueNetworkBackingInfo:
		if n := opaqueNetwork(b); n != nil {
			return n.Name
		}
	case *types.VirtualEthernetCardNetworkBackingInfo:
		return b.DeviceName
	}
	return "none"
}

func createDescriptor(c *call) (interface{}, *fault) {
	req := c.req.(*types.CreateDescriptor)
	vm := vmOf(req.Obj)
	if vm == nil {
		return nil, notFound(req.Obj)
	}
	d := &descriptor{vm: vm, files: req.Cdp.OvfFiles, instances: map[int32]int{}}
	hw := vm.Config.Hardware
	d.item(fmt.Sprintf("%d virtual CPU(s)", hw.NumCPU), "3", map[string]string{"AllocationUnits": "hertz * 10^6",
		"VirtualQuantity": strconv.Itoa(int(hw.NumCPU))})
	d.item(fmt.Sprintf("%dMB of memory", hw.MemoryMB), "4", map[string]string{"AllocationUnits": "byte * 2^20",
		"VirtualQuantity": strconv.Itoa(int(hw.MemoryMB))})
	devices := object.VirtualDeviceList(hw.Device)
	for _, dev := range devices {
		d.controller(dev)
	}
	for _, dev := range devices {
		d.device(devices, dev)
	}
	return &types.CreateDescriptorResponse{Returnval: types.OvfCreateDescriptorResult{OvfDescriptor: d.text(req.Cdp.Name)}}, nil
}

func (d *descriptor) text(name string) string {
	var out bytes.Buffer
	config := d.vm.Config
	if name == "" {
		name = d.vm.Name
	}
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" ` +
		`xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" ` +
		`xmlns:vmw="http://www.vmware.com/schema/ovf" ` +
		`xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">` + "\n")
	fmt.Fprintf(&out, "  <References>\n%s  </References>\n", d.refs.String())
	fmt.Fprintf(&out, "  <DiskSection>\n    <Info>Virtual disk information</Info>\n%s  </DiskSection>\n", d.disks.String())
	out.WriteString("  <NetworkSection>\n    <Info>The list of logical networks</Info>\n")
	for i, n := range d.networks {
		if !contains(d.networks[:i], n) {
			fmt.Fprintf(&out, "    <Network ovf:name=\"%s\"/>\n", escaped(n))
		}
	}
	fmt.Fprintf(&out, "  </NetworkSection>\n  <VirtualSystem ovf:id=\"%s\">\n    <Info>A virtual machine</Info>\n    <Name>%s</Name>\n",
		escaped(name), escaped(name))
	if config.Annotation != "" {
		fmt.Fprintf(&out, "    <AnnotationSection>\n      <Info>A human-readable annotation</Info>\n"+
			"      <Annotation>%s</Annotation>\n    </AnnotationSection>\n", escaped(config.Annotation))
	}
	fmt.Fprintf(&out, "    <OperatingSystemSection ovf:id=\"1\" vmw:osType=\"%s\">\n      <Info>The kind of guest</Info>\n"+
		"    </OperatingSystemSection>\n", escaped(config.GuestId))
	fmt.Fprintf(&out, "    <VirtualHardwareSection>\n      <Info>Virtual hardware requirements</Info>\n      <System>\n"+
		"        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>\n        <vssd:InstanceID>0</vssd:InstanceID>\n"+
		"        <vssd:VirtualSystemIdentifier>%s</vssd:VirtualSystemIdentifier>\n"+
		"        <vssd:VirtualSystemType>%s</vssd:VirtualSystemType>\n      </System>\n%s    </VirtualHardwareSection>\n",
		escaped(name), escaped(config.Version), d.items.String())
	out.WriteString("  </VirtualSystem>\n</Envelope>\n")
	return out.String()
}

// ---- what a descriptor asks for

type importing struct {
	req     *types.CreateImportSpec
	env     *ovf.Envelope
	result  *types.OvfCreateImportSpecResult
	spec    *types.VirtualMachineConfigSpec
	devices object.VirtualDeviceList
	parents map[string]int32 // InstanceID -> key
	last    int32
}

// complain: an error of the result, which keeps the import from being made.
func (im *importing) complain(detail types.BaseMethodFault, text string) {
	im.result.Error = append(im.result.Error, types.LocalizedMethodFault{Fault: detail, LocalizedMessage: text})
}

func textOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func number(p *string) int32 {
	n, _ := strconv.Atoi(textOf(p))
	return int32(n)
}

func createImportSpec(c *call) (interface{}, *fault) {
	req := c.req.(*types.CreateImportSpec)
	env, err := ovf.Unmarshal(strings.NewReader(req.OvfDescriptor))
	res := &types.CreateImportSpecResponse{}
	im := &importing{req: req, env: env, result: &res.Returnval, parents: map[string]int32{}, last: -100}
	if err != nil {
		im.complain(&types.OvfXmlFormat{Description: err.Error()}, "The OVF descriptor is not valid XML: "+err.Error())
		return res, nil
	}
	if env.VirtualSystem == nil || len(env.VirtualSystem.VirtualHardware) == 0 {
		im.complain(&types.OvfNoHostNic{}, "The OVF descriptor has no virtual hardware.")
		return res, nil
	}
	ds, ok := simulator.Map.Get(req.Datastore).(*simulator.Datastore)
	if !ok || poolOf(req.ResourcePool) == nil {
		return nil, invalidArgument("datastore")
	}
	im.spec = &types.VirtualMachineConfigSpec{Name: req.Cisp.EntityName, GuestId: "otherGuest",
		Files: &types.VirtualMachineFileInfo{VmPathName: "[" + ds.Name + "]"}, NumCPUs: 1, MemoryMB: 32}
	if os := env.VirtualSystem.OperatingSystem; len(os) != 0 && os[0].OSType != nil {
		im.spec.GuestId = *os[0].OSType
	}
	if notes := env.VirtualSystem.Annotation; len(notes) != 0 {
		im.spec.Annotation = notes[0].Annotation
	}
	hw := env.VirtualSystem.VirtualHardware[0]
	if hw.System != nil {
		im.spec.Version = textOf(hw.System.VirtualSystemType)
	}
	for i := range hw.Item {
		im.item(&hw.Item[i])
	}
	for _, d := range im.devices {
		change := &types.VirtualDeviceConfigSpec{Operation: types.VirtualDeviceConfigSpecOperationAdd, Device: d}
		if _, ok := d.(*types.VirtualDisk); ok {
			change.FileOperation = types.VirtualDeviceConfigSpecFileOperationCreate
		}
		im.spec.DeviceChange = append(im.spec.DeviceChange, change)
	}
	if len(im.result.Error) == 0 {
		im.result.ImportSpec = &types.VirtualMachineImportSpec{ConfigSpec: *im.spec, ResPoolEntity: &req.ResourcePool}
	}
	return res, nil
}

func (im *importing) item(item *ovf.ResourceAllocationSettingData) {
	kind := uint16(0)
	if item.ResourceType != nil {
		kind = *item.ResourceType
	}
	im.last--
	v := types.VirtualDevice{Key: im.last, ControllerKey: im.parents[textOf(item.Parent)]}
	if item.AddressOnParent != nil {
		unit := number(item.AddressOnParent)
		v.UnitNumber = &unit
	}
	switch kind {
	case 3:
		im.spec.NumCPUs = int32(*item.VirtualQuantity)
	case 4:
		im.spec.MemoryMB = int64(*item.VirtualQuantity)
	case 5:
		im.parents[item.InstanceID] = 200 + number(item.Address) // every machine has them
	case 6:
		im.scsi(item, v)
	case 10:
		im.card(item, v)
	case 15:
		v.Connectable = &types.VirtualDeviceConnectInfo{AllowGuestControl: true}
		v.Backing = &types.VirtualCdromRemotePassthroughBackingInfo{}
		im.devices = append(im.devices, &types.VirtualCdrom{VirtualDevice: v})
	case 17:
		im.disk(item, v)
	case 1, 23, 24:
	default:
		im.complain(&types.OvfUnsupportedType{Name: item.ElementName, InstanceId: item.InstanceID, DeviceType: int32(kind)},
			fmt.Sprintf("The hardware item '%s' is not supported.", item.ElementName))
	}
}

func (im *importing) scsi(item *ovf.ResourceAllocationSettingData, v types.VirtualDevice) {
	make, ok := scsiSubtypes[textOf(item.ResourceSubType)]
	if !ok {
		im.complain(&types.OvfUnsupportedSubType{}, "The controller '"+textOf(item.ResourceSubType)+"' is not supported.")
		return
	}
	c := make()
	v.ControllerKey = 0
	c.GetVirtualSCSIController().VirtualDevice = v
	c.GetVirtualSCSIController().BusNumber = number(item.Address)
	c.GetVirtualSCSIController().SharedBus = types.VirtualSCSISharingNoSharing
	im.parents[item.InstanceID] = v.Key
	im.devices = append(im.devices, c.(types.BaseVirtualDevice))
}

func (im *importing) card(item *ovf.ResourceAllocationSettingData, v types.VirtualDevice) {
	make, ok := cardSubtypes[textOf(item.ResourceSubType)]
	if !ok {
		make = cardSubtypes["E1000"]
	}
	v.ControllerKey, v.UnitNumber = 0, nil
	v.Connectable = &types.VirtualDeviceConnectInfo{StartConnected: true, AllowGuestControl: true}
	for _, m := range im.req.Cisp.NetworkMapping {
		if len(item.Connection) > 0 && m.Name == item.Connection[0] {
			v.Backing = backingOf(m.Network)
		}
	}
	if v.Backing == nil {
		im.complain(&types.OvfNetworkMappingNotSupported{}, fmt.Sprintf("The network '%v' is mapped to none.", item.Connection))
		return
	}
	card := make()
	card.GetVirtualEthernetCard().VirtualDevice = v
	card.GetVirtualEthernetCard().AddressType = "generated"
	im.devices = append(im.devices, card.(types.BaseVirtualDevice))
}

func backingOf(ref moref) types.BaseVirtualDeviceBackingInfo {
	switch o := simulator.Map.Get(ref).(type) {
	case *simulator.DistributedVirtualPortgroup:
		dvs := simulator.Map.Get(*o.Config.DistributedVirtualSwitch).(*simulator.DistributedVirtualSwitch)
		return &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{
			Port: types.DistributedVirtualSwitchPortConnection{PortgroupKey: o.Key, SwitchUuid: dvs.Uuid}}
	case *mo.OpaqueNetwork:
		s := o.Summary.(*types.OpaqueNetworkSummary)
		return &types.VirtualEthernetCardOpaqueNetworkBackingInfo{OpaqueNetworkId: s.OpaqueNetworkId, OpaqueNetworkType: s.OpaqueNetworkType}
	case nil:
		return nil
	}
	return &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: entityName(ref)}}
}

func (im *importing) disk(item *ovf.ResourceAllocationSettingData, v types.VirtualDevice) {
	var desc *ovf.VirtualDiskDesc
	for i := range im.env.Disk.Disks {
		if len(item.HostResource) > 0 && strings.HasSuffix(item.HostResource[0], "/"+im.env.Disk.Disks[i].DiskID) {
			desc = &im.env.Disk.Disks[i]
		}
	}
	parent := object.VirtualDeviceList(im.devices).FindByKey(v.ControllerKey)
	if desc == nil || parent == nil && v.ControllerKey < 200 {
		im.complain(&types.OvfMissingElement{}, "The disk '"+item.ElementName+"' is described nowhere, or has no controller.")
		return
	}
	thin := im.req.Cisp.DiskProvisioning == "thin"
	v.Backing = &types.VirtualDiskFlatVer2BackingInfo{DiskMode: string(types.VirtualDiskModePersistent), ThinProvisioned: &thin,
		VirtualDeviceFileBackingInfo: types.VirtualDeviceFileBackingInfo{FileName: ""}}
	disk := &types.VirtualDisk{VirtualDevice: v, CapacityInKB: capacityKB(desc)}
	im.devices = append(im.devices, disk)
	if desc.FileRef == nil {
		return
	}
	for _, file := range im.env.References {
		if file.ID == *desc.FileRef {
			im.result.FileItem = append(im.result.FileItem, types.OvfFileItem{
				DeviceId: "/" + im.req.Cisp.EntityName + im.keyOf(parent, v), Path: file.Href, Size: int64(file.Size),
				CompressionMethod: textOf(file.Compression), CimType: 17})
		}
	}
}

// keyOf names a disk as the lease will.
func (im *importing) keyOf(parent types.BaseVirtualDevice, v types.VirtualDevice) string {
	if parent == nil {
		return fmt.Sprintf("/VirtualIDEController%d:%d", v.ControllerKey-200, *v.UnitNumber)
	}
	list := object.VirtualDeviceList{parent}
	return diskKey(list, &types.VirtualDisk{VirtualDevice: v})
}

// capacityKB reads a number of "byte * 2^30", or of bytes.
func capacityKB(desc *ovf.VirtualDiskDesc) int64 {
	n, _ := strconv.ParseInt(desc.Capacity, 10, 64)
	shift := 0
	if i := strings.LastIndex(textOf(desc.CapacityAllocationUnits), "2^"); i >= 0 {
		shift, _ = strconv.Atoi((*desc.CapacityAllocationUnits)[i+2:])
	}
	return n << uint(shift) >> 10
}
