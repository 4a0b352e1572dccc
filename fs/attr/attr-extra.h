/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-extra.h - files of a domain that are keys of its extraConfig */
#pragma once

#include "fs/edit/values.h"
#include "fs/fs.h"

/* extraconfig: what is fixed there, and what comes and goes */
extern HvfsRow hvfs_extra_table[], hvfs_extra_members[];
extern const HvfsValues hvfs_extra_values;

/* guestinfo: the same; attr-guestinfo.c */
extern HvfsRow hvfs_guestinfo_table[], hvfs_guestinfo_members[];

/* For rows that show what is in extraConfig; node.a is the machine's serial. */
extern const HvfsFetch hvfs_options_fetch;

/* For their show: the keys that the machine has, as hvfs_config_get_options has them.  @error:
 * EAGAIN: they have changed since they were fetched, and must be once more */
GPtrArray *hvfs_options_get (HvfsFs *fs, HvfsNode node, GError **error);
