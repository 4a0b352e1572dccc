/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/alarms.h - the files "alarms": what is triggered, one a line
 *
 * Exists so that what a vCenter warns of can be read and acknowledged: at the root all of it,
 * in the directory of an object what is about it or what is below it.
 */
#pragma once

#include "fs/row/row.h"

extern const HvfsFetch hvfs_alarms_of_row;
gboolean hvfs_alarms_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                           GError **error);
gboolean hvfs_alarms_store (HvfsStore *store, const char *line, GError **error);
gboolean hvfs_alarms_visible (HvfsFs *fs, HvfsNode node);
gboolean hvfs_alarms_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st);
double hvfs_alarms_keep_s (HvfsFs *fs, HvfsNode node);

/* Other alarms are triggered, or other objects are above theirs: the kernel forgets which of these
 * had none.  Under the mirror's lock. */
void hvfs_alarms_forget (HvfsFs *fs);

/* At the root; in the directory of an object.  Most objects have none, and the kernel keeps that. A
 * line changes with the names and the places of all above its object: the kernel keeps none. */
#define HVFS_ALL_ALARMS_ROW                                                                  \
  { .name = "alarms", .mode = S_IFREG | 0644,                                                \
    .show = hvfs_alarms_show, .store = hvfs_alarms_store, .fetch = &hvfs_alarms_of_row,  \
    .stat = hvfs_alarms_stat, .keep_s = hvfs_row_keep_nothing }
#define HVFS_ALARMS_ROW                                                                      \
  { .name = "alarms", .mode = S_IFREG | 0444,                                                \
    .show = hvfs_alarms_show, .fetch = &hvfs_alarms_of_row,                              \
    .visible = hvfs_alarms_visible, .stat = hvfs_alarms_stat,                                \
    .keep_s = hvfs_alarms_keep_s, .depends = HVFS_PROP (HVFS_NAME) }
