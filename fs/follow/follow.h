/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/follow/follow.h - keeps the tree in step with the mirror
 *
 * Exists to turn each update of an object into its places and into what the kernel must
 * forget.  It knows the tables of all directories, so nothing below includes it.
 */
#pragma once

#include "fs/row/row.h"

/* Starts to follow the mirror; before its first update. */
void hvfs_follow_init (HvfsFs *fs);
void hvfs_follow_clear (HvfsFs *fs);
