// SPDX-License-Identifier: LGPL-2.1-or-later

// disks.go - disks as files: a descriptor and the extent that it names
//
// Exists because the simulator's disks are two empty files. Here the descriptor
// says what the extent is, as VMware's Virtual Disk Format has it, the extent is
// as long as the disk, and what a disk takes is what its files take. The extents
// that a machine which is on writes to are locked, those below a snapshot are not
// (vim25-more.md, section 1).

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const sectorsPerKB = 2

var extentLine = regexp.MustCompile(`(?m)^RW ([0-9]+) (VMFS|VMFSSPARSE) "([^"]*)"`)

// writeDisk makes the descriptor path and its extent, which has no blocks yet.
func writeDisk(path string, kb int64, thin bool) error {
	text := fmt.Sprintf("# Disk DescriptorFile\nversion=1\nencoding=\"UTF-8\"\nCID=fffffffe\nparentCID=ffffffff\n"+
		"createType=\"vmfs\"\n\n# Extent description\nRW %d VMFS \"%s\"\n\n# The Disk Data Base\n#DDB\n\n"+
		"ddb.adapterType = \"lsilogic\"\nddb.virtualHWVersion = \"8\"\n", kb*sectorsPerKB, filepath.Base(flatOf(path)))
	if thin {
		text += "ddb.thinProvisioned = \"1\"\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(flatOf(path), nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(flatOf(path), kb*1024)
}

// growDisk makes the extent of a descriptor longer, and lets it say so.
func growDisk(path string, kb int64) error {
	text, err := os.ReadFile(path)
	if err != nil || !extentLine.Match(text) {
		return err
	}
	text = extentLine.ReplaceAll(text, []byte(fmt.Sprintf("RW %d $2 \"$3\"", kb*sectorsPerKB)))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	return os.Truncate(flatOf(path), kb*1024)
}

// diskDescriptor: what one says. Of a file that is none: no capacity, and the extent that would be beside it.
type diskDescriptor struct {
	kb     int64
	extent string
	thin   bool
}

// Extents are longer than any descriptor, and hold NULs.
const maxDescriptorBytes = 64 << 10

func descriptorOf(path string) diskDescriptor {
	d := diskDescriptor{extent: flatOf(path)}
	file, err := os.Open(path)
	if err != nil {
		return d
	}
	defer file.Close()
	text, _ := io.ReadAll(io.LimitReader(file, maxDescriptorBytes))
	if bytes.IndexByte(text, 0) >= 0 {
		return d
	}
	if m := extentLine.FindSubmatch(text); m != nil {
		sectors, _ := strconv.ParseInt(string(m[1]), 10, 64)
		d.kb = sectors / sectorsPerKB
		d.extent = filepath.Join(filepath.Dir(path), string(m[3]))
	}
	d.thin = bytes.Contains(text, []byte("ddb.thinProvisioned = \"1\""))
	return d
}

func extentOf(path string) string {
	return descriptorOf(path).extent
}

// bytes: of a thick disk all that it has room for.
func (d diskDescriptor) bytes() int64 {
	if info, err := os.Stat(d.extent); err == nil && !d.thin {
		return info.Size()
	}
	return allocated(d.extent)
}

// localFile: where a datastore path lies on this machine; "": in no datastore.
func localFile(path string) string {
	var p object.DatastorePath
	if !p.FromString(path) {
		return ""
	}
	for _, ds := range datastores() {
		if ds.Name == p.Datastore {
			return filepath.Join(ds.Info.GetDatastoreInfo().Url, filepath.Clean("/"+p.Path))
		}
	}
	return ""
}

func disksOf(devices []types.BaseVirtualDevice) []*types.VirtualDisk {
	var disks []*types.VirtualDisk
	for _, d := range devices {
		if disk, ok := d.(*types.VirtualDisk); ok {
			disks = append(disks, disk)
		}
	}
	return disks
}

// writeDisks makes the files of a VM of the model.
func writeDisks(vm *simulator.VirtualMachine) {
	for _, disk := range disksOf(vm.Config.Hardware.Device) {
		flat, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		if path := localFile(diskFile(disk)); ok && path != "" {
			_ = writeDisk(path, disk.CapacityInKB, flat.ThinProvisioned != nil && *flat.ThinProvisioned)
		}
	}
}

// isLocked: whether a machine that is on writes to the file.
func isLocked(file string) bool {
	if !strings.HasSuffix(file, "-flat.vmdk") && !strings.HasSuffix(file, "-delta.vmdk") {
		return false
	}
	for _, ref := range refsOf("VirtualMachine") {
		vm := vmOf(ref)
		if vm.Config == nil || vm.Runtime.PowerState != on {
			continue
		}
		for _, disk := range disksOf(vm.Config.Hardware.Device) {
			if path := localFile(diskFile(disk)); path != "" && filepath.Dir(path) == filepath.Dir(file) && extentOf(path) == file {
				return true
			}
		}
	}
	return false
}

// allocated: what a file takes on its datastore.
func allocated(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Blocks * 512
	}
	return info.Size()
}

// layout makes layoutEx tell of the disks as they are now: a real server looks at them now and then.
func layout(vm *simulator.VirtualMachine) {
	if vm.Config == nil || vm.LayoutEx == nil {
		return
	}
	var files []types.VirtualMachineFileLayoutExFileInfo
	next := int32(0)
	for _, f := range vm.LayoutEx.File {
		if f.Type != "diskDescriptor" && f.Type != "diskExtent" {
			files = append(files, f)
			if f.Key >= next {
				next = f.Key + 1
			}
		}
	}
	add := func(name, kind string, size int64) int32 {
		for _, f := range files {
			if f.Name == name {
				return f.Key
			}
		}
		files = append(files, types.VirtualMachineFileLayoutExFileInfo{Key: next, Name: name, Type: kind, Size: size,
			UniqueSize: size, Accessible: types.NewBool(true)})
		next++
		return next - 1
	}
	var disks []types.VirtualMachineFileLayoutExDiskLayout
	for _, disk := range disksOf(vm.Config.Hardware.Device) {
		one := types.VirtualMachineFileLayoutExDiskLayout{Key: disk.Key}
		backing, _ := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		for ; backing != nil; backing = backing.Parent {
			path := localFile(backing.FileName)
			d := descriptorOf(path)
			extent := filepath.Join(filepath.Dir(backing.FileName), filepath.Base(d.extent))
			one.Chain = append(one.Chain, types.VirtualMachineFileLayoutExDiskUnit{FileKey: []int32{
				add(backing.FileName, "diskDescriptor", allocated(path)), add(extent, "diskExtent", d.bytes())}})
		}
		disks = append(disks, one)
	}
	vm.LayoutEx.File, vm.LayoutEx.Disk = files, disks
}

// diskCreated: CreateVirtualDisk_Task has made two empty files.
func diskCreated(c *call) {
	req := c.req.(*types.CreateVirtualDisk_Task)
	thin, kb := false, int64(0)
	if spec, ok := req.Spec.(types.BaseFileBackedVirtualDiskSpec); ok {
		kb = spec.GetFileBackedVirtualDiskSpec().CapacityKb
		thin = spec.GetFileBackedVirtualDiskSpec().DiskType == string(types.VirtualDiskTypeThin)
	}
	if path := localFile(req.Name); path != "" {
		_ = writeDisk(path, kb, thin)
	}
}

// diskCopied: the descriptor that was copied, or moved, names the extent beside it.
func diskCopied(c *call) {
	path := ""
	switch req := c.req.(type) {
	case *types.CopyVirtualDisk_Task:
		path = localFile(req.DestName)
	case *types.MoveVirtualDisk_Task:
		path = localFile(req.DestName)
	}
	text, err := os.ReadFile(path)
	if m := extentLine.FindSubmatch(text); err == nil && m != nil && string(m[2]) == "VMFS" {
		text = extentLine.ReplaceAll(text, []byte("RW $1 $2 \""+filepath.Base(flatOf(path))+"\""))
		_ = os.WriteFile(path, text, 0o600)
	}
}

// extendDisk: a disk grows and never shrinks, and not while a machine writes to it (REF
// VirtualDiskManager.ExtendVirtualDisk_Task).
func extendDisk(c *call) (interface{}, *fault) {
	req := c.req.(*types.ExtendVirtualDisk_Task)
	return c.startTask(true, func() (types.AnyType, *fault) {
		path := localFile(req.Name)
		switch d := descriptorOf(path); {
		case path == "" || !exists(path):
			return nil, fileNotFound(req.Name)
		case req.NewCapacityKb < d.kb:
			return nil, &fault{&types.InvalidArgument{InvalidProperty: "newCapacityKb"}, "A specified parameter was not correct: newCapacityKb"}
		case isLocked(d.extent):
			return nil, &fault{&types.FileLocked{FileFault: types.FileFault{File: req.Name}}, "Unable to access file " + req.Name + " since it is locked"}
		}
		if err := growDisk(path, req.NewCapacityKb); err != nil {
			return nil, &fault{&types.FileFault{File: req.Name}, err.Error()}
		}
		return nil, nil
	})
}

// zeroDisk: all blocks become zeros, but not while a machine writes to them (REF
// VirtualDiskManager.ZeroFillVirtualDisk_Task).
func zeroDisk(c *call) (interface{}, *fault) {
	req := c.req.(*types.ZeroFillVirtualDisk_Task)
	return c.startTask(true, func() (types.AnyType, *fault) {
		path := localFile(req.Name)
		d := descriptorOf(path)
		switch {
		case path == "" || !exists(path):
			return nil, fileNotFound(req.Name)
		case isLocked(d.extent):
			return nil, &fault{&types.FileLocked{FileFault: types.FileFault{File: req.Name}}, "Unable to access file " + req.Name + " since it is locked"}
		}
		if err := os.WriteFile(d.extent, make([]byte, d.kb*1024), 0o600); err != nil {
			return nil, &fault{&types.FileFault{File: req.Name}, err.Error()}
		}
		return nil, nil
	})
}

// ---- snapshots: the machine goes on in a difference from the disk that the snapshot keeps ----

var deltaName = regexp.MustCompile(`(-[0-9]{6})?\.vmdk$`)

// goOnIn gives each disk of the machine, which is that of a snapshot now, a new file above it.
// Independent disks are in no snapshot (REF VirtualDiskMode).
func goOnIn(vm *simulator.VirtualMachine) {
	for i, d := range vm.Config.Hardware.Device {
		disk, ok := d.(*types.VirtualDisk)
		if !ok {
			continue
		}
		flat, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
		if !ok || strings.HasPrefix(flat.DiskMode, "independent_") {
			continue
		}
		above, below := *flat, *flat
		above.FileName = freeDelta(flat.FileName)
		above.Parent, above.Uuid = &below, uuidOf(above.FileName)
		above.ThinProvisioned, above.EagerlyScrub = nil, nil
		copied := *disk
		copied.Backing = &above
		vm.Config.Hardware.Device[i] = &copied
		_ = writeDelta(localFile(above.FileName), filepath.Base(flat.FileName), disk.CapacityInKB)
	}
}

// freeDelta: the first of x-000001.vmdk, x-000002.vmdk, ... that is not there.
func freeDelta(name string) string {
	for n := 1; ; n++ {
		next := deltaName.ReplaceAllString(name, fmt.Sprintf("-%06d.vmdk", n))
		if !exists(localFile(next)) {
			return next
		}
	}
}

// writeDelta makes a difference without a block in it.
func writeDelta(path, parent string, kb int64) error {
	extent := strings.TrimSuffix(path, ".vmdk") + "-delta.vmdk"
	text := fmt.Sprintf("# Disk DescriptorFile\nversion=1\nencoding=\"UTF-8\"\nCID=fffffffe\nparentCID=fffffffe\n"+
		"createType=\"vmfsSparse\"\nparentFileNameHint=\"%s\"\n\n# Extent description\nRW %d VMFSSPARSE \"%s\"\n\n"+
		"# The Disk Data Base\n#DDB\n\n", parent, kb*sectorsPerKB, filepath.Base(extent))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return os.WriteFile(extent, []byte("COWD"), 0o600)
}

// consolidate merges what lies above the disks of a snapshot that goes into them, unless two go on
// from them, or another snapshot is the same disk. What is written to a difference is never in
// these files, so merging is renaming.
func (w *world) consolidate(vm *simulator.VirtualMachine, ref moref) {
	gone, ok := simulator.Map.Get(ref).(*simulator.VirtualMachineSnapshot)
	if !ok {
		return
	}
	for _, disk := range disksOf(gone.Config.Hardware.Device) {
		below := diskFile(disk)
		above, shared := map[string]bool{}, false
		tops := topsOf(vm, ref)
		for _, top := range tops {
			shared = shared || top.FileName == below
			for b := top; b != nil && b.Parent != nil; b = b.Parent {
				if b.Parent.FileName == below {
					above[b.FileName] = true
				}
			}
		}
		if shared || len(above) != 1 {
			continue
		}
		for name := range above {
			for _, top := range tops {
				for b := top; b != nil; b = b.Parent {
					if b.FileName == name && b.Parent != nil {
						parent := b.Parent
						*b = *parent
					}
				}
			}
			_ = os.Remove(extentOf(localFile(name)))
			_ = os.Remove(localFile(name))
		}
	}
}

// topsOf: the disks of the machine, and of its snapshots but one.
func topsOf(vm *simulator.VirtualMachine, but moref) []*types.VirtualDiskFlatVer2BackingInfo {
	var tops []*types.VirtualDiskFlatVer2BackingInfo
	add := func(devices []types.BaseVirtualDevice) {
		for _, disk := range disksOf(devices) {
			if flat, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok {
				tops = append(tops, flat)
			}
		}
	}
	add(vm.Config.Hardware.Device)
	for _, root := range vm.Snapshot.RootSnapshotList {
		for _, ref := range subtree(root, nil) {
			if s, ok := simulator.Map.Get(ref).(*simulator.VirtualMachineSnapshot); ok && ref != but {
				add(s.Config.Hardware.Device)
			}
		}
	}
	return tops
}
