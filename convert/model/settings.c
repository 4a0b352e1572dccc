/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/settings.c - settings of a machine that are one key of a VMX each; see settings.h */
#include "convert/model/settings.h"
#include "convert/model/scalar.h"

#include <string.h>

#define POWER_WORDS "preset soft hard"
#define MONITOR_WORDS "automatic hardware software"

const HvfsSetting hvfs_settings[] = {
  { .key = "tools.syncTime", .plain = "FALSE" },
  { .key = "tools.upgrade.policy", .kind = HVFS_SETTING_WORD, .plain = "manual",
    .words = "manual upgradeAtPowerCycle" },
  { .key = "toolScripts.afterPowerOn", .plain = "TRUE" },
  { .key = "toolScripts.afterResume", .plain = "TRUE" },
  { .key = "toolScripts.beforeSuspend", .plain = "TRUE" },
  { .key = "toolScripts.beforePowerOff", .plain = "TRUE" },
  { .key = "powerType.powerOff", .kind = HVFS_SETTING_WORD, .plain = "preset", .words = POWER_WORDS },
  { .key = "powerType.suspend", .kind = HVFS_SETTING_WORD, .plain = "preset", .words = POWER_WORDS },
  { .key = "powerType.reset", .kind = HVFS_SETTING_WORD, .plain = "preset", .words = POWER_WORDS },
  { .key = "chipset.onlineStandby", .plain = "FALSE" },
  { .key = "logging", .plain = "TRUE" },
  { .key = "sched.cpu.htsharing", .kind = HVFS_SETTING_WORD, .plain = "any",
    .words = "any none internal" },
  { .key = "monitor.virtual_mmu", .kind = HVFS_SETTING_WORD, .plain = "automatic",
    .words = MONITOR_WORDS },
  { .key = "monitor.virtual_exec", .kind = HVFS_SETTING_WORD, .plain = "automatic",
    .words = MONITOR_WORDS },
  { .key = "vvtd.enable", .plain = "FALSE" },
  { .key = "windows.vbs.enabled", .plain = "FALSE" },
  { .key = "vpmc.enable", .plain = "FALSE" },
  { .key = "ctkEnabled", .plain = "FALSE" },
  { .key = "bios.bootRetry.enabled", .plain = "FALSE" },
  { .key = "bios.bootRetry.delay", .kind = HVFS_SETTING_NUMBER, .max = G_MAXINT / 1000, .plain = "10" },
  { .key = "RemoteDisplay.maxConnections", .kind = HVFS_SETTING_NUMBER, .max = 40, .plain = "40" },
  { .key = "migrate.encryptionMode", .kind = HVFS_SETTING_WORD, .plain = "opportunistic",
    .words = "disabled opportunistic required" },
  { .key = "swapPlacement", .kind = HVFS_SETTING_WORD, .plain = "inherit",
    .words = "inherit vmDirectory hostLocal", .is_no_vmx = TRUE },
  { .key = "vcpu.hotadd", .plain = "FALSE" },
  { .key = "vcpu.hotremove", .plain = "FALSE" },
  { .key = "mem.hotadd", .plain = "FALSE" },
  { .key = "sched.mem.pin", .plain = "FALSE" },
  { .key = "sched.cpu.latencySensitivity", .kind = HVFS_SETTING_WORD, .plain = "normal",
    .words = "low normal medium high" },
  { .key = HVFS_SETTING_NESTED, .plain = "FALSE", .has_element = TRUE },
  { .key = HVFS_SETTING_BOOT_DELAY, .kind = HVFS_SETTING_NUMBER, .max = G_MAXINT, .plain = "0",
    .has_element = TRUE },
  { .key = "bios.forceSetupOnce", .plain = "FALSE" },
  { .key = "disk.EnableUUID", .plain = "FALSE" },
  { .key = HVFS_SETTING_WATCHDOG, .plain = "FALSE" },
  { .key = HVFS_SETTING_WATCHDOG_RUNS, .plain = "FALSE", .needs = HVFS_SETTING_WATCHDOG },
  { .key = HVFS_SETTING_CLOCK, .plain = "FALSE" },
  { .key = HVFS_SETTING_CLOCK_PROTOCOL, .kind = HVFS_SETTING_WORD, .plain = "", .words = "ntp ptp",
    .needs = HVFS_SETTING_CLOCK },
  { .key = HVFS_SETTING_VMI, .plain = "FALSE" },
  { NULL }
};

const HvfsSetting *
hvfs_setting_lookup (const char *key)
{
  for (const HvfsSetting *setting = hvfs_settings; setting->key != NULL; setting++)
    if (g_ascii_strcasecmp (setting->key, key) == 0)
      return setting;
  return NULL;
}

static char *
normalize_word (const HvfsSetting *setting, const char *value)
{
  g_auto (GStrv) words = g_strsplit (setting->words, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], value) == 0)
      return g_strdup (words[i]);
  return NULL;
}

static char *
normalize_number (const HvfsSetting *setting, const char *value)
{
  guint64 number;

  if (strcmp (value, "-1") == 0) /* as the product would have it */
    return g_strdup (setting->plain);
  return hvfs_parse_uint64 (value, setting->max, &number)
           ? g_strdup_printf ("%" G_GUINT64_FORMAT, number)
           : NULL;
}

char *
hvfs_setting_normalize (const HvfsSetting *setting, const char *value)
{
  switch (setting->kind)
    {
    case HVFS_SETTING_SWITCH:
      return g_ascii_strcasecmp (value, "TRUE") == 0    ? g_strdup ("TRUE")
             : g_ascii_strcasecmp (value, "FALSE") == 0 ? g_strdup ("FALSE")
                                                        : NULL;
    case HVFS_SETTING_NUMBER:
      return normalize_number (setting, value);
    default:
      return normalize_word (setting, value);
    }
}

char *
hvfs_domain_dup_setting (const HvfsDomain *domain, const HvfsSetting *setting)
{
  const HvfsExtra *extra = hvfs_domain_get_extra (domain, setting->key);
  g_autofree char *value
    = extra != NULL ? hvfs_setting_normalize (setting, extra->value) : NULL;

  return value != NULL && strcmp (value, setting->plain) != 0 ? g_steal_pointer (&value) : NULL;
}
