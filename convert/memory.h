/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/memory.h - memory that is there, or the end of the program
 *
 * Exists because GLib ends the program where there is no memory, and libraries beside it do
 * not: libxml2 leaves out what it has no memory for, and some go on with NULL.  With these
 * allocators nothing is answered that is not whole.  The arguments are those of malloc(3), and
 * so is what they return, but that it is never NULL for bytes that were asked for.
 */
#pragma once

#include <glib.h>

void *hvfs_memory_malloc (size_t size);
void *hvfs_memory_calloc (size_t n, size_t size);
void *hvfs_memory_realloc (void *old, size_t size);
char *hvfs_memory_strdup (const char *text);

/* Makes libxml2 use them.  Before anything else of it. */
void hvfs_memory_init (void);
