// SPDX-License-Identifier: LGPL-2.1-or-later

// browse.go - what a datastore's browser says of disks, and their ids
//
// Exists because the simulator's browser knows disks as files alone. One that is asked
// for disks opens their descriptors: it says how large the disk is and what all of it takes,
// and leaves out extents (REF HostDatastoreBrowserSearchSpec.query, VmDiskFileInfo;
// vim25-more.md, section 1).

package main

import (
	"encoding/hex"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// diskQuery: nil: the search does not ask for disks.
func diskQuery(spec *types.HostDatastoreBrowserSearchSpec) *types.VmDiskFileQuery {
	if spec == nil {
		return nil
	}
	for _, q := range spec.Query {
		if disks, ok := q.(*types.VmDiskFileQuery); ok {
			return disks
		}
	}
	return nil
}

// searchSpec: what a search asks for; nil: it is none.
func searchSpec(c *call) *types.HostDatastoreBrowserSearchSpec {
	switch req := c.req.(type) {
	case *types.SearchDatastore_Task:
		return req.SearchSpec
	case *types.SearchDatastoreSubFolders_Task:
		return req.SearchSpec
	}
	return nil
}

// search: without a pattern all names match, which the simulator does not know (REF
// HostDatastoreBrowserSearchSpec.matchPattern; LIBVIRT gives none).
func search(c *call) (interface{}, *fault) {
	if spec := searchSpec(c); spec != nil && len(spec.MatchPattern) == 0 {
		spec.MatchPattern = []string{"*"}
	}
	return c.nativeTask()
}

// searched: what the server answers to a search, in place of what the simulator found.
func searched(c *call, result types.AnyType) types.AnyType {
	query := diskQuery(searchSpec(c))
	switch found := result.(type) {
	case types.HostDatastoreBrowserSearchResults:
		return *lookInto(&found, query, rootOf(found))
	case types.ArrayOfHostDatastoreBrowserSearchResults:
		root := ""
		for i := range found.HostDatastoreBrowserSearchResults {
			if i == 0 {
				root = rootOf(found.HostDatastoreBrowserSearchResults[0])
			}
			lookInto(&found.HostDatastoreBrowserSearchResults[i], query, root)
		}
		return found
	}
	return result
}

// rootOf: where the datastore lies on this machine; found once for all of its folders.
func rootOf(found types.HostDatastoreBrowserSearchResults) string {
	return localFile(found.FolderPath[:strings.Index(found.FolderPath, "]")+1])
}

// lookInto: a folder below the root is "[datastore] folder/" (REC; LIBVIRT takes the last "/" off).
func lookInto(found *types.HostDatastoreBrowserSearchResults, query *types.VmDiskFileQuery, root string) *types.HostDatastoreBrowserSearchResults {
	if strings.Contains(found.FolderPath, "]/") {
		found.FolderPath = strings.Replace(found.FolderPath, "]/", "] ", 1) + "/"
	}
	if query == nil {
		return found
	}
	dir := filepath.Join(root, strings.TrimPrefix(found.FolderPath[strings.Index(found.FolderPath, "]")+1:], " "))
	var files []types.BaseFileInfo
	for _, f := range found.File {
		if disk, ok := f.(*types.VmDiskFileInfo); ok {
			d := descriptorOf(filepath.Join(dir, disk.Path))
			if d.kb == 0 {
				continue // an extent
			}
			describe(disk, d, query.Details)
		}
		files = append(files, f)
	}
	found.File = files
	return found
}

func describe(disk *types.VmDiskFileInfo, d diskDescriptor, flags *types.VmDiskFileQueryFlags) {
	if disk.FileSize != 0 {
		disk.FileSize = d.bytes()
	}
	if flags == nil {
		return
	}
	if flags.DiskType {
		disk.DiskType = "VirtualDiskFlatVer2BackingInfo"
	}
	if flags.CapacityKb {
		disk.CapacityKb = d.kb
	}
	if flags.HardwareVersion {
		disk.HardwareVersion = 8
	}
	if flags.ControllerType != nil && *flags.ControllerType {
		disk.ControllerType = "VirtualLsiLogicController"
	}
}

// queryDiskUUID: 16 pairs of digits, as in the machine's configuration where one has the disk
// (REF VirtualDiskManager.QueryVirtualDiskUuid, VirtualDiskFlatVer2BackingInfo.uuid).
func queryDiskUUID(c *call) (interface{}, *fault) {
	req := c.req.(*types.QueryVirtualDiskUuid)
	path := localFile(req.Name)
	if !exists(path) {
		return nil, fileNotFound(req.Name)
	}
	id := uuidOf(req.Name)
	for _, ref := range refsOf("VirtualMachine") {
		for _, disk := range disksOf(vmOf(ref).Config.Hardware.Device) {
			if flat, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && flat.FileName == req.Name && flat.Uuid != "" {
				id = flat.Uuid
			}
		}
	}
	bytes, err := hex.DecodeString(strings.NewReplacer("-", "", " ", "").Replace(id))
	if err != nil || len(bytes) != 16 {
		return nil, &fault{&types.FileFault{File: req.Name}, "The disk has no id"}
	}
	pairs := make([]string, 16)
	for i := range bytes {
		pairs[i] = hex.EncodeToString(bytes[i : i+1])
	}
	return &types.QueryVirtualDiskUuidResponse{Returnval: strings.Join(pairs[:8], " ") + "-" + strings.Join(pairs[8:], " ")}, nil
}

// refreshDatastore: the server looks at how full it is (REF Datastore.RefreshDatastore). What is free
// is the model's, as no file takes what it seems to.
func refreshDatastore(c *call) (interface{}, *fault) {
	if _, ok := simulator.Map.Get(c.this).(*simulator.Datastore); !ok {
		return nil, notFound(c.this)
	}
	return &types.RefreshDatastoreResponse{}, nil
}

// renameDatastore: REF ManagedEntity.Rename_Task. Paths of files that others have told keep the old
// name here.
func (c *call) renameDatastore() (types.AnyType, *fault) {
	ds := simulator.Map.Get(c.this).(*simulator.Datastore)
	ds.Name = c.req.(*types.Rename_Task).NewName
	ds.Summary.Name = ds.Name
	c.w.touch(ds.Self)
	return nil, nil
}
