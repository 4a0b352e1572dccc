/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-setting.c - settings without a device; see vmconfig-setting.h */
#include "backend/vmconfig/vmconfig-setting.h"

#include <string.h>

#include "convert/model/settings.h"

#define WORDS(...) (const HvfsVimWord[]){ __VA_ARGS__, { NULL } }

const HvfsVimSetting hvfs_vim_settings[] = {
  { .key = "toolScripts.afterPowerOn", .element = "tools", .member = "afterPowerOn" },
  { .key = "toolScripts.afterResume", .element = "tools", .member = "afterResume" },
  { .key = "toolScripts.beforeSuspend", .element = "tools", .member = "beforeGuestStandby" },
  { .key = "toolScripts.beforePowerOff", .element = "tools", .member = "beforeGuestShutdown" },
  { .key = "tools.upgrade.policy", .element = "tools", .member = "toolsUpgradePolicy" },
  { .key = "tools.syncTime", .element = "tools", .member = "syncTimeWithHost" },
  { .key = "logging", .element = "flags", .member = "enableLogging" },
  { .key = "sched.cpu.htsharing", .element = "flags", .member = "htSharing" },
  { .key = "disk.EnableUUID", .element = "flags", .member = "diskUuidEnabled" },
  { .key = "monitor.virtual_mmu", .element = "flags", .member = "virtualMmuUsage",
    .words = WORDS ({ "automatic", "automatic" }, { "hardware", "on" }, { "software", "off" }) },
  { .key = "monitor.virtual_exec", .element = "flags", .member = "virtualExecUsage",
    .words = WORDS ({ "automatic", "hvAuto" }, { "hardware", "hvOn" }, { "software", "hvOff" }) },
  { .key = "vvtd.enable", .element = "flags", .member = "vvtdEnabled" },
  { .key = "windows.vbs.enabled", .element = "flags", .member = "vbsEnabled" },
  { .key = "powerType.powerOff", .element = "powerOpInfo", .member = "powerOffType",
    .shown_in = "defaultPowerOps" },
  { .key = "powerType.suspend", .element = "powerOpInfo", .member = "suspendType",
    .shown_in = "defaultPowerOps" },
  { .key = "powerType.reset", .element = "powerOpInfo", .member = "resetType",
    .shown_in = "defaultPowerOps" },
  { .key = "chipset.onlineStandby", .element = "powerOpInfo", .member = "standbyAction",
    .shown_in = "defaultPowerOps",
    .words = WORDS ({ "FALSE", "checkpoint" }, { "TRUE", "powerOnSuspend" }) },
  { .key = "mem.hotadd", .element = "memoryHotAddEnabled" },
  { .key = "vcpu.hotadd", .element = "cpuHotAddEnabled" },
  { .key = "vcpu.hotremove", .element = "cpuHotRemoveEnabled" },
  { .key = "sched.cpu.latencySensitivity", .element = "latencySensitivity", .member = "level" },
  { .key = "swapPlacement", .element = "swapPlacement" },
  { .key = HVFS_SETTING_BOOT_DELAY, .element = "bootOptions", .member = "bootDelay" },
  { .key = "bios.forceSetupOnce", .element = "bootOptions", .member = "enterBIOSSetup" },
  { .key = "bios.bootRetry.enabled", .element = "bootOptions", .member = "bootRetryEnabled" },
  { .key = "bios.bootRetry.delay", .element = "bootOptions", .member = "bootRetryDelay",
    .scale = 1000 },
  { .key = "ctkEnabled", .element = "changeTrackingEnabled" },
  { .key = "RemoteDisplay.maxConnections", .element = "maxMksConnections" },
  { .key = "sched.mem.pin", .element = "memoryReservationLockedToMax" },
  { .key = HVFS_SETTING_NESTED, .element = "nestedHVEnabled" },
  { .key = "vpmc.enable", .element = "vPMCEnabled" },
  { .key = "migrate.encryptionMode", .element = "migrateEncryption" },
  { .key = NULL }
};

const char *
hvfs_vim_setting_ours (const HvfsVimSetting *row, const char *theirs)
{
  const HvfsVimWord *word = row->words;

  while (word->ours != NULL && strcmp (word->theirs, theirs) != 0)
    word++;
  return word->ours;
}

const char *
hvfs_vim_setting_theirs (const HvfsVimSetting *row, const char *ours)
{
  const HvfsVimWord *word = row->words;

  while (word->ours != NULL && strcmp (word->ours, ours) != 0)
    word++;
  return word->theirs;
}
