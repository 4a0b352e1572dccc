/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/import.h - a machine made of an OVF descriptor and its disks
 *
 * Exists because the server makes the machine first, in a lease, and its disks while they are
 * sent: until the lease has completed there is a machine that must go away again.
 *
 * Of one thread at a time.  Network, unless it says otherwise; no lock may be held.
 */
#pragma once

#include "backend/operation/operation.h"
#include "convert/xml/ovf.h"

/* What is to become of it; strings are borrowed while hvfs_import_begin runs. */
typedef struct
{
  guint32 host;          /* serial */
  const char *name;      /* as the server has it */
  const char *datastore; /* nullable: its name; else that with the most room */
  const char *pool;      /* nullable: path below the topmost; else that */
  guint32 folder;        /* serial of a folder of machines, or 0: the datacenter's own */
  const char *disk;      /* nullable: "thin", "thick"; else as the server likes */
  GHashTable *networks;  /* nullable: name in the descriptor -> name of a network of the host; else
                          * those of the same names */
} HvfsImportPlan;

typedef struct _HvfsImport HvfsImport;

/**
 * hvfs_import_begin:
 * @text: the descriptor; @ovf: what it says
 *
 * @error: ENOENT: the host has no such datastore, network, pool or folder; EINVAL: what the server
 *   finds wrong, in its words; EINTR; a call's
 */
HvfsImport *hvfs_import_begin (const HvfsServer *server, const HvfsImportPlan *plan,
                               const char *text, const HvfsOvf *ovf, GCancellable *cancellable,
                               GError **error);
/* Ends what is under way, and leaves nothing on the server unless it has finished.  NULL is allowed */
void hvfs_import_free (HvfsImport *import);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsImport, hvfs_import_free)

/* The next file, all of @size bytes.  One that the server does not want is dropped.  Memory. */
gboolean hvfs_import_open (HvfsImport *import, const char *name, guint64 size, GError **error);
/* @error: EINTR; the server's refusal */
gboolean hvfs_import_put (HvfsImport *import, const char *bytes, gsize len,
                          GCancellable *cancellable, GError **error);
/* Waits until the server has it. */
gboolean hvfs_import_close (HvfsImport *import, GCancellable *cancellable, GError **error);

/* All files were sent: the machine stays, and the mirror shows it.  @error: a call's */
gboolean hvfs_import_finish (HvfsImport *import, GError **error);
