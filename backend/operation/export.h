/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/export.h - machines as OVF: their disks, descriptors and checksums
 *
 * Exists because the files of an export belong together: all disks are read in one lease, the
 * descriptor names their sizes, and the manifest says what was read.  The first that is opened
 * begins a lease.  It ends when all disks were read, when one is closed before its end, or when
 * nothing was opened for some seconds; what was read is remembered for the descriptor and the
 * manifest.
 *
 * Any thread.  Network, unless it says otherwise; no lock may be held.
 */
#pragma once

#include "backend/operation/operation.h"

typedef struct _HvfsExports HvfsExports;

/* @server: borrowed */
HvfsExports *hvfs_exports_new (const HvfsServer *server);
/* All files are closed.  Ends what is under way; NULL is allowed. */
void hvfs_exports_free (HvfsExports *exports);

/* "disk-0.vmdk": the file of the disk @n.  (transfer full) */
char *hvfs_export_disk_name (guint n);

/* An open disk, as a stream-optimised VMDK. */
typedef struct _HvfsExportFile HvfsExportFile;

/**
 * hvfs_export_open:
 * @n: the disk, counted from 0
 *
 * @error: ENOENT: the machine has no such disk; EBUSY: it is read already, or the machine is not
 *   off; EINTR; a call's
 */
HvfsExportFile *hvfs_export_open (HvfsExports *exports, guint32 serial, guint n,
                                  GCancellable *cancellable, GError **error);
/* Memory. */
void hvfs_export_close (HvfsExportFile *file);

/**
 * hvfs_export_read:
 * @off: where the last read has ended
 * @cancellable: NULL: do not wait
 *
 * @error: ESPIPE: another place; EWOULDBLOCK; EINTR; EIO: the transfer broke off
 *
 * Returns: (transfer full): up to @size bytes; none at the end
 */
GBytes *hvfs_export_read (HvfsExportFile *file, goffset off, gsize size,
                          GCancellable *cancellable, GError **error);

/* The server's descriptor of the machine.  It says the sizes of the disks that were read.
 * @name: of the machine.  (transfer full) */
char *hvfs_export_descriptor (HvfsExports *exports, guint32 serial, const char *name,
                              GCancellable *cancellable, GError **error);

/* The checksums of the descriptor, as the file @ovf, and of the disks that were read to their
 * ends.  (transfer full) */
char *hvfs_export_manifest (HvfsExports *exports, guint32 serial, const char *name,
                            const char *ovf, GCancellable *cancellable, GError **error);
