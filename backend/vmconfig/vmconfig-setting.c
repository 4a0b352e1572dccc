/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-setting.c - settings without a device; see vmconfig-setting.h */
#include "backend/vmconfig/vmconfig-setting.h"

#include <stddef.h>

#include "convert/model/settings.h"

/* In the order of the schema.  A configuration has them by the names of a spec. */
const HvfsVimSetting hvfs_vim_settings[] = {
  { "disk.EnableUUID", "flags", "diskUuidEnabled" },
  { "mem.hotadd", "memoryHotAddEnabled", NULL },
  { "vcpu.hotadd", "cpuHotAddEnabled", NULL },
  { "vcpu.hotremove", "cpuHotRemoveEnabled", NULL },
  { "sched.cpu.latencySensitivity", "latencySensitivity", "level" },
  { HVFS_SETTING_BOOT_DELAY, "bootOptions", "bootDelay" },
  { "bios.forceSetupOnce", "bootOptions", "enterBIOSSetup" },
  { "sched.mem.pin", "memoryReservationLockedToMax", NULL },
  { HVFS_SETTING_NESTED, "nestedHVEnabled", NULL },
  { NULL, NULL, NULL }
};
