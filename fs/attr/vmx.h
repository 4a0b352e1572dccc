/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/vmx.h - config.vmx, a machine's own file on its datastore
 *
 * Exists to show it byte for byte.  It is fetched anew at each open, for the server
 * does not say when it changes.  Its size, which a listing shows, the server says with
 * the configuration, for many machines at once, until the file is opened; one that does
 * not say it (before API 4.0) is asked for the file, once for each version of the
 * configuration, and what was fetched for that is what an open right after it reads.
 */
#pragma once

#include "fs/row/row.h"

typedef struct _HvfsVmxSizes HvfsVmxSizes;

/* Has a lock of its own, which may be taken under any other. */
HvfsVmxSizes *hvfs_vmx_sizes_new (void);
void hvfs_vmx_sizes_free (HvfsVmxSizes *sizes);
/* The machine is gone. */
void hvfs_vmx_sizes_forget (HvfsVmxSizes *sizes, guint32 serial);

/* ---- parts of the row ---- */

extern const HvfsFileOps hvfs_vmx_file_ops;

gboolean hvfs_vmx_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st);
extern const HvfsFetch hvfs_vmx_text_fetch;
