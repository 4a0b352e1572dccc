/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-cache.h - texts of configurations, within a budget
 *
 * Exists so that what is kept, and what goes first, is decided in one place, without
 * a thought of networks or mirrors.  Not thread safe: its owner has a lock.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsVmCache HvfsVmCache;

HvfsVmCache *hvfs_vm_cache_new (gsize budget_bytes);
void hvfs_vm_cache_free (HvfsVmCache *cache);

/**
 * hvfs_vm_cache_put:
 * @version: the changeVersion that @text shows
 * @vmx_bytes: the size of the VMX file, as the server says; -1: it does not
 *
 * The texts that were read longest ago go when the budget is spent; their sizes stay.
 */
void hvfs_vm_cache_put (HvfsVmCache *cache, guint32 serial, const char *version, gboolean running,
                        GBytes *text, gint64 vmx_bytes);

/* (nullable) (transfer none): the version of what is kept, and the other half of it. */
const char *hvfs_vm_cache_version (HvfsVmCache *cache, guint32 serial, gboolean *ret_running);

/* The sizes of what was put last.  Only of a serial that has a version. */
gsize hvfs_vm_cache_size (HvfsVmCache *cache, guint32 serial);
gint64 hvfs_vm_cache_vmx_size (HvfsVmCache *cache, guint32 serial);

/* Returns: (transfer full) (nullable): the text, which then is the last to go */
GBytes *hvfs_vm_cache_get (HvfsVmCache *cache, guint32 serial);
gboolean hvfs_vm_cache_has_text (HvfsVmCache *cache, guint32 serial);

/* (nullable) (transfer none): the version that had this text, one of the last few. */
const char *hvfs_vm_cache_version_of (HvfsVmCache *cache, guint32 serial, GBytes *text);

/* Forgets everything of which @keep says no, when that is worth the walk. */
guint hvfs_vm_cache_count (HvfsVmCache *cache);
void hvfs_vm_cache_sweep (HvfsVmCache *cache, gboolean (*keep) (guint32 serial, gpointer data),
                          gpointer data);
