# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/fields.py - each field of a machine's specification, and what hvfs makes of it

FIELDS has a row for each field of pyVmomi's ConfigSpec and of what is in it: the kind of
edit (config-edits.py) that moves it, a file of the domain's directory, or why neither.  wrong () says
which rows are missing or not so.
"""
import re

from pyVmomi import vim

# What a configuration has under another name than a specification.
SHOWN = {'numCPUs': 'hardware.numCPU', 'numCoresPerSocket': 'hardware.numCoresPerSocket',
         'memoryMB': 'hardware.memoryMB', 'deviceChange': 'hardware.device'}
# These are walked into; all others are one field.
INTO = {'tools', 'flags', 'powerOpInfo', 'bootOptions', 'scheduledHardwareUpgradeInfo', 'cpuAllocation', 'memoryAllocation'}

CONSOLE = 'no: of a console program of before vSphere, and deprecated'
NPIV = 'no: addresses that the server and the SAN agree on; config.vmx has them (wwn.*)'
ENCRYPTION = 'no: needs a key server, whose keys are not for files'
STATE = 'no: set by the server only'
SERVER = 'no: an extension of vCenter owns it and puts it back'

# SETTINGS: keys of config.xml, a value that is not the usual one, the field, whether it can be
# changed while the machine runs, what the server has for the usual one.
SETTINGS = [
    ('tools.syncTime', 'TRUE', 'tools.syncTimeWithHost', True, False),
    ('tools.upgrade.policy', 'upgradeAtPowerCycle', 'tools.toolsUpgradePolicy', True, 'manual'),
    ('toolScripts.afterPowerOn', 'FALSE', 'tools.afterPowerOn', True, True),
    ('toolScripts.afterResume', 'FALSE', 'tools.afterResume', True, True),
    ('toolScripts.beforeSuspend', 'FALSE', 'tools.beforeGuestStandby', True, True),
    ('toolScripts.beforePowerOff', 'FALSE', 'tools.beforeGuestShutdown', True, True),
    ('powerType.powerOff', 'soft', 'powerOpInfo.powerOffType', True, 'preset'),
    ('powerType.suspend', 'hard', 'powerOpInfo.suspendType', True, 'preset'),
    ('powerType.reset', 'soft', 'powerOpInfo.resetType', True, 'preset'),
    ('chipset.onlineStandby', 'TRUE', 'powerOpInfo.standbyAction', True, 'checkpoint'),
    ('logging', 'FALSE', 'flags.enableLogging', True, True),
    ('sched.cpu.htsharing', 'internal', 'flags.htSharing', True, 'any'),
    ('disk.EnableUUID', 'TRUE', 'flags.diskUuidEnabled', True, False),
    ('monitor.virtual_mmu', 'software', 'flags.virtualMmuUsage', True, 'automatic'),
    ('monitor.virtual_exec', 'hardware', 'flags.virtualExecUsage', True, 'hvAuto'),
    ('vvtd.enable', 'TRUE', 'flags.vvtdEnabled', False, False),
    ('windows.vbs.enabled', 'TRUE', 'flags.vbsEnabled', False, False),
    ('vpmc.enable', 'TRUE', 'vPMCEnabled', False, False),
    ('ctkEnabled', 'TRUE', 'changeTrackingEnabled', True, False),
    ('bios.forceSetupOnce', 'TRUE', 'bootOptions.enterBIOSSetup', True, False),
    ('bios.bootRetry.enabled', 'TRUE', 'bootOptions.bootRetryEnabled', True, False),
    ('bios.bootRetry.delay', '25', 'bootOptions.bootRetryDelay', True, 10000),
    ('RemoteDisplay.maxConnections', '2', 'maxMksConnections', True, 40),
    ('migrate.encryptionMode', 'required', 'migrateEncryption', True, 'opportunistic'),
    ('swapPlacement', 'hostLocal', 'swapPlacement', True, 'inherit'),
    ('vcpu.hotadd', 'TRUE', 'cpuHotAddEnabled', False, False),
    ('vcpu.hotremove', 'TRUE', 'cpuHotRemoveEnabled', False, False),
    ('mem.hotadd', 'TRUE', 'memoryHotAddEnabled', False, False),
    ('sched.mem.pin', 'TRUE', 'memoryReservationLockedToMax', True, False),
    ('sched.cpu.latencySensitivity', 'high', 'latencySensitivity.level', True, 'normal'),
]


def shown(field):
    """The property of a machine."""
    field = re.sub('^powerOpInfo', 'defaultPowerOps', field)
    return 'config.' + SHOWN.get(field, field)


FIELDS = {
    'changeVersion': 'no: what a save names, so that two edits do not meet',
    'name': 'name', 'uuid': 'uuid', 'annotation': 'annotation', 'firmware': 'firmware', 'extraConfig': 'vnc',
    'version': 'file: hwversion', 'guestId': 'file: guest-id',
    'alternateGuestName': 'no: a note on a guest that guest-id has no name for',
    'instanceUuid': 'no: the key by which vCenter and backups know the machine', 'createDate': STATE, 'locationId': STATE,
    'npivNodeWorldWideName': NPIV, 'npivPortWorldWideName': NPIV, 'npivWorldWideNameType': NPIV, 'npivDesiredNodeWwns': NPIV,
    'npivDesiredPortWwns': NPIV, 'npivTemporaryDisabled': NPIV, 'npivOnNonRdmDisks': NPIV, 'npivWorldWideNameOp': NPIV,
    'files': 'no: where the files are: a migration moves them (file: migrate)',
    'consolePreferences': CONSOLE, 'numCPUs': 'vcpus', 'numCoresPerSocket': 'cores', 'memoryMB': 'memory',
    'virtualICH7MPresent': 'no: chips of a Mac, which follow from the guest', 'virtualSMCPresent': 'no: as the one before',
    'deviceChange': 'add disk', 'cpuAffinity': 'pinning', 'latencySensitivity': 'key sched.cpu.latencySensitivity',
    'memoryAffinity': 'no: config.vmx has it (sched.mem.affinity); a cluster overrules it',
    'networkShaper': 'no: deprecated; <bandwidth> of an interface has taken its place',
    'cpuFeatureMask': 'no: masks of single bits, which a cluster (EVC) sets for all its machines',
    'vAppConfig': 'no: properties of a package: those of the guest are guestinfo/',
    'vAppConfigRemoved': 'no: as vAppConfig', 'ftInfo': STATE, 'repConfig': SERVER, 'managedBy': SERVER,
    'vAssertsEnabled': 'no: of record and replay, which no server has had since 6.0',
    'guestAutoLockEnabled': 'no: of View desktops, whose broker sets it', 'messageBusTunnelEnabled': STATE,
    'vmProfile': 'no: a policy of the storage service, whose API is another', 'crypto': ENCRYPTION, 'nestedHVEnabled': 'nested',
    'scheduledHardwareUpgradeInfo.upgradePolicy': 'no: hwversion upgrades when it is written',
    'scheduledHardwareUpgradeInfo.versionKey': 'no: as upgradePolicy',
    'scheduledHardwareUpgradeInfo.scheduledHardwareUpgradeStatus': STATE, 'scheduledHardwareUpgradeInfo.fault': STATE,
    'cpuAllocation.reservation': 'file: sched', 'cpuAllocation.limit': 'file: sched', 'cpuAllocation.shares': 'shares',
    'cpuAllocation.expandableReservation': 'no: of pools only', 'cpuAllocation.overheadLimit': STATE,
    'memoryAllocation.reservation': 'guarantee', 'memoryAllocation.limit': 'limit', 'memoryAllocation.shares': 'file: memtune',
    'memoryAllocation.expandableReservation': 'no: of pools only', 'memoryAllocation.overheadLimit': STATE,
    'tools.toolsVersion': 'file: tools', 'tools.toolsInstallType': STATE, 'tools.pendingCustomization': 'file: customize',
    'tools.customizationKeyId': ENCRYPTION, 'tools.lastInstallInfo': STATE, 'tools.upgradeRebootPredict': STATE,
    'tools.beforeGuestReboot': 'no: no VMX key of it is known, and the server keeps what it has',
    'flags.disableAcceleration': 'no: for the vendor, to find a fault', 'flags.useToe': CONSOLE, 'flags.runWithDebugInfo': 'no: as disableAcceleration',
    'flags.monitorType': 'no: as disableAcceleration', 'flags.snapshotDisabled': STATE, 'flags.snapshotLocked': STATE,
    'flags.snapshotPowerOffBehavior': 'no: no ESX has any but powerOff', 'flags.recordReplayEnabled': 'no: as vAssertsEnabled',
    'flags.faultToleranceType': STATE, 'flags.cbrcCacheEnabled': SERVER,
    'powerOpInfo.defaultPowerOffType': STATE, 'powerOpInfo.defaultSuspendType': STATE, 'powerOpInfo.defaultResetType': STATE,
    'bootOptions.bootDelay': 'boot delay', 'bootOptions.efiSecureBootEnabled': 'secure boot', 'bootOptions.bootOrder': 'boot order',
    'bootOptions.networkBootProtocol': 'no: no VMX key of it is known, and the firmware tries both',
}
FIELDS.update({field: f'key {key}' for key, _, field, *_ in SETTINGS if not field.startswith('latency')})


# Of API 7.0 and 8.0, which the oldest pyVmomi here does not have: config.xml has no word for any of
# them, and a save leaves each as the server has it.
NEWER = set("""deviceGroups deviceSwap fixedPassthruHotPlugEnabled ftEncryptionMode guestMonitoringModeInfo
    metroFtEnabled metroFtHostGroup motherboardLayout pmem pmemFailoverEnabled rebootPowerOff sevEnabled sgxInfo
    simultaneousThreads tools.syncTimeWithHostAllowed vcpuConfig virtualNuma vmOpNotificationTimeout
    vmOpNotificationToAppEnabled vmxStatsCollectionEnabled""".split())
GONE = {'tools.upgradeRebootPredict'} # from the newest


def fields():
    for p in vim.vm.ConfigSpec._GetPropertyList():
        if p.name in INTO:
            yield from (f'{p.name}.{q.name}' for q in p.type._GetPropertyList() if not q.name.startswith('dynamic'))
        elif not p.name.startswith('dynamic'):
            yield p.name


def wrong(moved, manual):
    """@moved: {kind: the properties that it has moved}; @manual: hvfs(5)"""
    known = set(fields())
    yield from (f'{field}: no row says what becomes of it' for field in sorted(known - FIELDS.keys() - NEWER))
    yield from (f'{field}: a row, but no field of the API' for field in sorted(FIELDS.keys() - known - GONE))
    for field, row in FIELDS.items():
        if row.startswith('file: '):
            if f'\n.It Pa {row[6:]} ' not in manual:
                yield f'{field}: there is no file {row[6:]}'
        elif not row.startswith('no: ') and not any(
                re.match(re.escape(shown(field)) + r'($|[.\[])', path) for path in moved.get(row, ())):
            yield f'{field}: {row!r} has not moved it, but {sorted(moved.get(row, ()))}'
