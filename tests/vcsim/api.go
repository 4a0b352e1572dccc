// api.go - which parts of the schema exist since when
//
// Exists so that the server can be an old one (-api 2.5, -api 4.0) and so that
// a call is read and answered in the version that its SOAPAction names, as real
// servers do: what is newer is refused in requests and left out of replies.
// The tables hold what hvfs may meet, not the whole history.

package main

import (
	"fmt"
	"strconv"
	"strings"
)

// apiVersion is major*100 + minor; 0: since ever.
type apiVersion int

const defaultAPI apiVersion = 605

// Versions of the schema that the server speaks, newest first.
var apiVersions = []apiVersion{605, 600, 505, 501, 500, 401, 400, 205}

func (v apiVersion) String() string {
	return fmt.Sprintf("%d.%d", int(v)/100, int(v)%100)
}

func parseAPI(s string) (apiVersion, error) {
	part := strings.SplitN(s, ".", 3)
	if len(part) < 2 {
		return 0, fmt.Errorf("%q is no API version such as 2.5 or 6.5", s)
	}
	major, err1 := strconv.Atoi(part[0])
	minor, err2 := strconv.Atoi(strings.SplitN(part[1], "u", 2)[0])
	if err1 != nil || err2 != nil || major < 2 || minor > 99 {
		return 0, fmt.Errorf("%q is no API version such as 2.5 or 6.5", s)
	}
	return apiVersion(major*100 + minor), nil
}

// callAPI: the version a call is made in. No SOAPAction means 2.5, and one
// newer than the server's means the server's.
func callAPI(soapAction string, server apiVersion) apiVersion {
	action := strings.Trim(soapAction, `" `)
	v, err := parseAPI(strings.TrimPrefix(action, "urn:vim25/"))
	if err != nil || !strings.HasPrefix(action, "urn:vim25/") {
		return 205
	}
	if v > server {
		return server
	}
	return v
}

// Each line: a version, then what came with it. "Type" a class, "Type.field" a
// field or property, "Method()" a method.
const history = `
4.0 VirtualApp DistributedVirtualPortgroup DistributedVirtualSwitch VmwareDistributedVirtualSwitch
4.0 Datacenter.datastoreFolder Datacenter.networkFolder DatastoreSummary.uncommitted
4.0 VirtualMachine.layoutEx VirtualMachine.storage VirtualMachineSummary.storage VirtualMachine.parentVApp VirtualMachine.rootSnapshot
4.0 VirtualMachineConfigInfo.instanceUuid VirtualMachineConfigSummary.instanceUuid AboutInfo.instanceUuid
4.0 GuestInfo.toolsVersionStatus GuestInfo.toolsRunningStatus VirtualMachineGuestSummary.toolsVersionStatus VirtualMachineGuestSummary.toolsRunningStatus
4.0 VirtualMachineSnapshotTree.id VirtualDeviceConnectInfo.status ServiceContent.vmProvisioningChecker ServiceContent.vmCompatibilityChecker
4.0 ServiceContent.dvSwitchManager ServiceContent.hostProfileManager ServiceContent.clusterProfileManager ServiceContent.complianceManager
4.0 ServiceContent.localizationManager ServiceContent.ovfManager ServiceContent.ipPoolManager
4.0 VirtualMachineConfigSpec.instanceUuid VirtualMachineConfigSpec.memoryHotAddEnabled VirtualMachineConfigSpec.cpuHotAddEnabled
4.0 VirtualMachineConfigSpec.cpuHotRemoveEnabled VirtualMachineConfigSpec.changeTrackingEnabled
4.0 VirtualMachineConfigInfo.memoryHotAddEnabled VirtualMachineConfigInfo.cpuHotAddEnabled VirtualMachineConfigInfo.cpuHotRemoveEnabled
4.0 VirtualMachineConfigInfo.changeTrackingEnabled VirtualMachineRelocateSpec.diskMoveType VirtualMachineCloneSpec.snapshot
4.0 RelocateVM_Task.priority RevertToSnapshot_Task.suppressPowerOn RevertToCurrentSnapshot_Task.suppressPowerOn FindByUuid.instanceUuid FindAllByUuid.instanceUuid
4.0 VirtualE1000e VirtualVmxnet3 VirtualLsiLogicSASController ParaVirtualSCSIController VirtualEthernetCardDistributedVirtualPortBackingInfo
4.0 CreateScreenshot_Task() CheckMigrate_Task() CheckRelocate_Task() RefreshStorageInfo() CreateDVS_Task() PowerOnMultiVM_Task()
4.1 RetrievePropertiesEx() ContinueRetrievePropertiesEx() CancelRetrievePropertiesEx() WaitForUpdatesEx() CreatePropertyCollector() DestroyPropertyCollector()
4.1 PropertyFilterSpec.reportMissingObjectsInResults UpdateSet.truncated VirtualMachineQuickStats.uptimeSeconds HostListSummaryQuickStats.uptime
4.1 GuestNicInfo.ipConfig GuestNicInfo.dnsConfig GuestInfo.ipStack ServiceContent.storageResourceManager AcquireTicket()
4.1 VirtualSerialPortURIBackingInfo VirtualUSBUSBBackingInfo
5.0 StoragePod TerminateVM() ConsolidateVMDisks_Task() DatastoreSummary.maintenanceMode OpaqueNetwork
5.0 GuestInfo.toolsVersionStatus2 VirtualMachineGuestSummary.toolsVersionStatus2 GuestInfo.guestOperationsReady GuestInfo.interactiveGuestOperationsReady
5.0 VirtualMachineConfigSpec.numCoresPerSocket VirtualMachineConfigSpec.firmware VirtualMachineConfigSpec.memoryReservationLockedToMax
5.0 VirtualMachineConfigInfo.firmware VirtualMachineConfigInfo.memoryReservationLockedToMax VirtualMachineBootOptions.bootOrder VirtualHardware.numCoresPerSocket
5.0 ServiceContent.guestOperationsManager ServiceContent.serviceManager RemoveSnapshot_Task.consolidate RemoveAllSnapshots_Task.consolidate
4.1 HostConfigManager.authenticationManager HostConfigManager.powerSystem
5.0 HostConfigManager.imageConfigManager HostConfigManager.cacheConfigurationManager HostConfigManager.iscsiManager
5.5 HostConfigManager.vFlashManager HostConfigManager.vsanSystem HostConfigManager.vsanInternalSystem
6.0 HostConfigManager.messageBusProxy HostConfigManager.userDirectory HostConfigManager.accountManager
6.0 HostConfigManager.hostAccessManager HostConfigManager.graphicsManager HostConfigManager.certificateManager
6.0 ServiceContent.overheadMemoryManager ServiceContent.certificateManager ServiceContent.ioFilterManager
6.5 ServiceContent.hostSpecManager ServiceContent.cryptoManager ServiceContent.healthUpdateManager
6.5 ServiceContent.failoverClusterConfigurator ServiceContent.failoverClusterManager
5.1 VirtualMachineConfigSpec.latencySensitivity VirtualMachineConfigSpec.nestedHVEnabled VirtualMachineConfigInfo.latencySensitivity
5.1 VirtualMachineConfigInfo.nestedHVEnabled VirtualDevice.slotInfo ServiceContent.userDirectoryManager
5.5 VirtualDisk.capacityInBytes VirtualDeviceFileBackingInfo.backingObjectId VirtualDeviceConfigSpec.profile VirtualMachineRelocateSpec.deviceChange
5.5 VirtualMachineRelocateSpec.profile VirtualMachineCloneSpec.memory ServiceContent.datastoreNamespaceManager
6.0 VirtualMachineRelocateSpec.service VirtualMachineRelocateSpec.folder
6.5 VirtualDeviceConfigSpec.backing VirtualMachineBootOptions.efiSecureBootEnabled ServiceContent.vStorageObjectManager VirtualMachineConfigSpec.crypto
`

var sinceTable = parseHistory()

func parseHistory() map[string]apiVersion {
	table := map[string]apiVersion{}
	for _, line := range strings.Split(history, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		v, err := parseAPI(words[0])
		if err != nil {
			panic(err)
		}
		for _, w := range words[1:] {
			table[w] = v
		}
	}
	return table
}

func fieldSince(typ, field string) apiVersion { return sinceTable[typ+"."+field] }
func typeSince(name string) apiVersion        { return sinceTable[name] }
func methodSince(name string) apiVersion      { return sinceTable[name+"()"] }

// versionsXML is /sdk/vimServiceVersions.xml; 2.5 servers have none.
func versionsXML(server apiVersion) string {
	out := `<?xml version="1.0" encoding="UTF-8" ?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>` + server.String() + `</version>
  <priorVersions>
`
	for _, v := range apiVersions {
		if v < server {
			out += "   <version>" + v.String() + "</version>\n"
		}
	}
	return out + "  </priorVersions>\n </namespace>\n</namespaces>\n"
}
