/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-setting.h - settings without a device, by the server's names
 *
 * Exists so that reading and changing them are one table: which property of the
 * configuration each of hvfs_settings is.
 */
#pragma once

#include <glib.h>

/* How a value is called; ended by one without ours. */
typedef struct
{
  const char *ours, *theirs;
} HvfsVimWord;

typedef struct
{
  const char *key;     /* of hvfs_settings */
  const char *element; /* of a spec, and of a configuration */
  const char *member;  /* nullable: in it */
  const char *shown_in; /* nullable: the element of a configuration, if it is called otherwise */
  const HvfsVimWord *words; /* nullable: all values, where they are called otherwise */
  gint64 scale;         /* of a number: theirs are so many times ours; 0: the same */
} HvfsVimSetting;

/* In the order of the schema; ended by one without a key. */
extern const HvfsVimSetting hvfs_vim_settings[];

/* Of a row with words.  (nullable): there is no such word */
const char *hvfs_vim_setting_ours (const HvfsVimSetting *row, const char *theirs);
const char *hvfs_vim_setting_theirs (const HvfsVimSetting *row, const char *ours);
