/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/settings.c - settings of a machine that are one key of a VMX each; see settings.h */
#include "convert/model/settings.h"
#include "convert/model/scalar.h"

#include <string.h>

const HvfsSetting hvfs_settings[] = {
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
  g_autofree char *word = g_ascii_strdown (value, -1);

  return g_strv_contains ((const char *const *) words, word) ? g_steal_pointer (&word) : NULL;
}

char *
hvfs_setting_normalize (const HvfsSetting *setting, const char *value)
{
  guint64 number;

  switch (setting->kind)
    {
    case HVFS_SETTING_SWITCH:
      return g_ascii_strcasecmp (value, "TRUE") == 0    ? g_strdup ("TRUE")
             : g_ascii_strcasecmp (value, "FALSE") == 0 ? g_strdup ("FALSE")
                                                        : NULL;
    case HVFS_SETTING_NUMBER:
      return hvfs_parse_uint64 (value, setting->max, &number)
               ? g_strdup_printf ("%" G_GUINT64_FORMAT, number)
               : NULL;
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
