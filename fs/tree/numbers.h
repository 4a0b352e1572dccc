/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/numbers.h - numbers for names
 *
 * Exists because an inode number has room for a number, and some things of the server's, such
 * as the keys of extraConfig, have names alone.  Thread safe; a lock of its own, under which no
 * other is taken.  A name keeps its number until the mount ends.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsNumbers HvfsNumbers;

HvfsNumbers *hvfs_numbers_new (void);
void hvfs_numbers_free (HvfsNumbers *numbers);

/* The number of @name, from 1 up; 0: there are too many */
guint32 hvfs_numbers_get (HvfsNumbers *numbers, const char *name);

/* The name of @number; (nullable) (transfer none), valid until the mount ends */
const char *hvfs_numbers_name (HvfsNumbers *numbers, guint32 number);
