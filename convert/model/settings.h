/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/settings.h - settings of a machine that are one key of a VMX each
 *
 * Exists so that all texts agree on them: the model keeps them as extras, by the key of the
 * VMX; domain XML has libvirt's element where there is one, else <vmware:key>; a server has
 * a property (backend/vmconfig/vmconfig-setting.c) or a device (vmconfig-device.c).  hvfs(5) has
 * one line for each.
 */
#pragma once

#include "convert/model/domain.h"

typedef enum
{
  HVFS_SETTING_SWITCH, /* TRUE or FALSE */
  HVFS_SETTING_NUMBER, /* from 0 */
  HVFS_SETTING_WORD,
} HvfsSettingKind;

typedef struct
{
  const char *key; /* of a VMX */
  HvfsSettingKind kind;
  gint64 max;         /* of a number */
  const char *plain;  /* the value that goes without saying */
  const char *words;  /* of a word: all that there are, with blanks between */
  const char *needs;    /* nullable: the switch that must be TRUE for it to mean anything */
  gboolean has_element; /* libvirt has an element for it: it is no <vmware:key> */
  gboolean is_no_vmx;   /* no VMX has it: @key is the server's word */
} HvfsSetting;

/* Ended by one without a key. */
extern const HvfsSetting hvfs_settings[];

#define HVFS_SETTING_NESTED "vhv.enable"
#define HVFS_SETTING_BOOT_DELAY "bios.bootDelay"
#define HVFS_SETTING_WATCHDOG "vwdt.present"
#define HVFS_SETTING_WATCHDOG_RUNS "vwdt.runOnBoot"
#define HVFS_SETTING_CLOCK "precisionclock0.present"
#define HVFS_SETTING_CLOCK_PROTOCOL "precisionclock0.refClockProtocol"
#define HVFS_SETTING_VMI "vmi.present"

/* Returns: (nullable): the setting of that key, without case */
const HvfsSetting *hvfs_setting_lookup (const char *key);

/* Returns: (transfer full) (nullable): @value as all texts here have it ("TRUE", "42", "high");
 *   NULL: the setting has no such value.  -1 is the usual number */
char *hvfs_setting_normalize (const HvfsSetting *setting, const char *value);

/* Returns: (transfer full) (nullable): the value in the extras of @domain, normalized; NULL:
 *   the plain one, none, or none that the setting has */
char *hvfs_domain_dup_setting (const HvfsDomain *domain, const HvfsSetting *setting);
