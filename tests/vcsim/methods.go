// SPDX-License-Identifier: LGPL-2.1-or-later

// methods.go - the table of methods that this server answers itself
//
// All others go to the simulator (world.go); of those, the *_Task methods get
// the life of a real task (tasks.go).

package main

import (
	"fmt"
	"sort"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

type handler func(*call) (interface{}, *fault)

var serviceInstance = vim25.ServiceInstance

// Called with the world held.
var handlers = map[string]handler{
	"RetrieveServiceContent": retrieveServiceContent,
	"Login":                  login,
	"Logout":                 logout,
	"SessionIsActive":        sessionIsActive,

	"AcquireGenericServiceTicket": acquireServiceTicket,
	"TerminateSession":            terminateSession,

	"CreateFilter":                 createFilter,
	"DestroyPropertyFilter":        destroyFilter,
	"CreatePropertyCollector":      createCollector,
	"DestroyPropertyCollector":     destroyCollector,
	"CancelWaitForUpdates":         cancelWait,
	"RetrieveProperties":           retrieveProperties,
	"RetrievePropertiesEx":         retrievePropertiesEx,
	"ContinueRetrievePropertiesEx": continueRetrieve,
	"CancelRetrievePropertiesEx":   cancelRetrieve,
	"Fetch":                        fetch,
	"CreateContainerView":          createContainerView,
	"CreateListView":               createListView,
	"ModifyListView":               modifyListView,
	"ResetListView":                resetListView,
	"DestroyView":                  destroyView,

	"CreateCollectorForEvents": createEvents,
	"QueryEvents":              queryEvents,
	"SetCollectorPageSize":     setPageSize,
	"RewindCollector":          rewindEvents,
	"ResetCollector":           resetEvents,
	"ReadNextEvents":           readNextEvents,
	"DestroyCollector":         destroyEvents,
	"LogUserEvent":             logUserEvent,

	"CancelTask": cancelTask,

	"PowerOnVM_Task":  powerTask,
	"PowerOffVM_Task": powerTask,
	"SuspendVM_Task":  powerTask,
	"ResetVM_Task":    powerTask,
	"ShutdownGuest":   guestVerb,
	"RebootGuest":     guestVerb,
	"StandbyGuest":    guestVerb,

	"UpgradeVM_Task":              upgradeVM,
	"QueryConfigOption":           queryConfigOption,
	"QueryConfigTarget":           queryConfigTarget,
	"QueryConfigOptionDescriptor": queryConfigOptionDescriptor,
	"MountToolsInstaller":         toolsInstaller,
	"UnmountToolsInstaller":       toolsInstaller,
	"UpgradeTools_Task":           upgradeTools,

	"ReconfigVM_Task": reconfigure,
	"CreateVM_Task":   createVM,
	"RegisterVM_Task": registerVM,

	"SearchDatastore_Task":           search,
	"SearchDatastoreSubFolders_Task": search,

	"ExtendVirtualDisk_Task":   extendDisk,
	"ZeroFillVirtualDisk_Task": zeroDisk,
	"QueryVirtualDiskUuid":     queryDiskUUID,
	"RefreshDatastore":         refreshDatastore,

	"CreateSnapshot_Task":          createSnapshot,
	"RemoveSnapshot_Task":          removeSnapshot,
	"RevertToSnapshot_Task":        revertToSnapshot,
	"RevertToCurrentSnapshot_Task": revertToCurrent,
	"RenameSnapshot":               renameSnapshot,
	"AnswerVM":                     answerVM,

	"MigrateVM_Task":     migrateVM,
	"RelocateVM_Task":    relocateVM,
	"CheckMigrate_Task":  checkMigrate,
	"CheckRelocate_Task": checkRelocate,
	"ValidateMigration":  validateMigration,
	"CloneVM_Task":       cloneVM,
	"CustomizeVM_Task":   customizeVM,

	"EnterMaintenanceMode_Task": enterMaintenance,
	"ExitMaintenanceMode_Task":  exitMaintenance,
	"ReconfigureAutostart":      reconfigureAutostart,

	"DisconnectHost_Task": disconnectHost,
	"ReconnectHost_Task":  reconnectHost,
	"RebootHost_Task":     rebootHost,
	"ShutdownHost_Task":   shutdownHost,

	"MoveIntoFolder_Task": moveIntoFolder,

	"AddVirtualSwitch":    addVirtualSwitch,
	"RemoveVirtualSwitch": removeVirtualSwitch,
	"AddPortGroup":        addPortGroup,
	"RemovePortGroup":     removePortGroup,

	"UpdateConfig":         updateConfig,
	"Rename_Task":          rename,
	"MoveIntoResourcePool": moveIntoPool,
	"Destroy_Task":         destroyPool,
	"PowerOnVApp_Task":     powerApp,
	"PowerOffVApp_Task":    powerApp,
	"SuspendVApp_Task":     powerApp,

	"AcknowledgeAlarm":        acknowledgeAlarm,
	"ExportVm":                exportVM,
	"ImportVApp":              importVApp,
	"HttpNfcLeaseProgress":    leaseProgress,
	"HttpNfcLeaseComplete":    leaseComplete,
	"HttpNfcLeaseAbort":       leaseAbort,
	"HttpNfcLeaseGetManifest": leaseManifest,
	"CreateDescriptor":        createDescriptor,
	"CreateImportSpec":        createImportSpec,

	"CreateScreenshot_Task": createScreenshot,
	"AcquireTicket":         acquireTicket,
	"PutUsbScanCodes":       putUsbScanCodes,

	"AddCustomFieldDef":    addField,
	"RemoveCustomFieldDef": removeField,
	"SetField":             setField,

	"MarkAsTemplate":       thenChanged,
	"MarkAsVirtualMachine": thenChanged,
}

// Called without it: they wait.
var waiting = map[string]handler{
	"WaitForUpdatesEx": waitForUpdatesEx,
	"WaitForUpdates":   waitForUpdates,
	"CheckForUpdates":  checkForUpdates,
}

// Methods that only a vCenter has.
var vcenterOnly = map[string]bool{
	"CloneVM_Task": true, "CustomizeVM_Task": true, "MigrateVM_Task": true, "MarkAsTemplate": true, "MarkAsVirtualMachine": true,
	"AddStandaloneHost_Task": true, "AddHost_Task": true, "CreateClusterEx": true, "CreateDatacenter": true,
	"DisconnectHost_Task": true, "ReconnectHost_Task": true, "PowerOnMultiVM_Task": true,
	"CreateFolder": true, "MoveIntoFolder_Task": true,
}

func serviceContent() *types.ServiceContent {
	return &simulator.Map.Get(serviceInstance).(*simulator.ServiceInstance).Content
}

func retrieveServiceContent(c *call) (interface{}, *fault) {
	return &types.RetrieveServiceContentResponse{Returnval: *serviceContent()}, nil
}

// dispatch answers a decoded call.
func (c *call) dispatch() (res interface{}, f *fault) {
	if h := waiting[c.method]; h != nil {
		c.w.do(func() { f = c.permitted() })
		if f != nil {
			return nil, f
		}
		return h(c)
	}
	c.w.do(func() {
		if f = c.permitted(); f != nil {
			return
		}
		c.w.touch(c.this)
		switch h := handlers[c.method]; {
		case h != nil:
			res, f = h(c)
		case isTask(c.method):
			res, f = c.nativeTask()
		default:
			res, f = c.native()
		}
		if raw, ok := c.encoded(res); f == nil && ok {
			res = raw
		}
	})
	return res, f
}

// encoded turns a result that may point into live objects into XML while the
// world is still held.
func (c *call) encoded(res interface{}) (rawXML, bool) {
	switch r := res.(type) {
	case nil:
		return nil, false
	case rawXML:
		return r, true
	}
	return encodeFields(c.api, res), true
}

func (c *call) permitted() *fault {
	if f := c.allowed(); f != nil {
		return f
	}
	if methodSince(c.method) > c.api {
		return &fault{&types.MethodNotFound{Receiver: c.this, Method: c.method},
			fmt.Sprintf("Unable to resolve WSDL method name %s in version %s of the API", c.method, c.api)}
	}
	if vcenterOnly[c.method] && c.w.opt.isHost() {
		return &fault{&types.NotSupported{}, "The operation is not supported on the object."}
	}
	if c.this.Type == "ViewManager" && serviceContent().ViewManager == nil {
		return notFound(c.this)
	}
	return nil
}

func isTask(method string) bool {
	return len(method) > 5 && method[len(method)-5:] == "_Task"
}

// messageOf gives a fault the text that users see.
func messageOf(f types.BaseMethodFault, text string) string {
	if text != "" {
		return text
	}
	switch f.(type) {
	case *types.NoPermission:
		return "Permission to perform this operation was denied."
	case *types.DuplicateName:
		return "The name '" + f.(*types.DuplicateName).Name + "' already exists."
	}
	name := schemaName(indirectType(f))
	return "A fault of type " + name + " occurred."
}

func sortRefs(refs []moref) {
	sort.Slice(refs, func(i, j int) bool {
		a, b := refs[i], refs[j]
		if a.Type != b.Type {
			return a.Type < b.Type
		}
		if len(a.Value) != len(b.Value) {
			return len(a.Value) < len(b.Value)
		}
		return a.Value < b.Value
	})
}
