/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-look.h - what the mirror says of a machine whose configuration is wanted
 *
 * Exists so that the mirror is looked at in one place, once for each purpose, and
 * nothing of it is held afterwards.  Any thread; takes the mirror's lock for reading,
 * unless it is said to be held.
 */
#pragma once

#include "backend/mirror/mirror.h"

/* A machine, as far as its configuration depends on it.  All owned. */
typedef struct
{
  guint32 serial;
  guint32 host;  /* serial of the host that it is on; 0: nobody says */
  char *moref;
  char *version; /* config.changeVersion, or what stands for it */
  char *file;    /* its VMX file, "[datastore] path"; nullable */
  char *state;   /* hvfs_power_word (); nullable */
  gboolean running; /* on or suspended */
  char *datacenter_path; /* nullable: "folder1/dc1" */
} HvfsVmLook;

void hvfs_vm_look_free (HvfsVmLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsVmLook, hvfs_vm_look_free)

/* Returns: (transfer full): the machine; NULL with ESTALE or what made it unreadable */
HvfsVmLook *hvfs_vm_look (HvfsMirror *mirror, guint32 serial, GError **error);

/* Whether version and running are what the mirror says now.  O(1); its lock is held. */
gboolean hvfs_vm_is_locked (HvfsMirror *mirror, guint32 serial, const char *version,
                            gboolean running);

/**
 * hvfs_vm_neighbours:
 * @before: serials of machines that were read, or asked for, before @serial; 0 is none
 *
 * Whether somebody goes through the machines in an order: by name, or by host and
 * then name, or in either place by age; and who comes next in it.
 *
 * Cost: linear in the number of machines, for each of @before that is near; then it sorts them.
 *
 * Returns: (transfer full) (element-type HvfsVmLook) (nullable): at most @n that follow @serial
 *   and of which @wanted says so; NULL when none of @before is near @serial in any order
 */
GPtrArray *hvfs_vm_neighbours (HvfsMirror *mirror, const guint32 *before, guint n_before,
                               guint32 serial, guint n,
                               gboolean (*wanted) (guint32 serial, const char *version,
                                                   gboolean running, gpointer data),
                               gpointer data);

/* A host on which a machine is to be made.  All owned. */
typedef struct
{
  char *moref;
  char *datacenter;      /* its id */
  char *datacenter_path; /* "folder1/dc1" */
  char **datastores;     /* the names of those that can be reached, in its order; NULL-terminated */
} HvfsHostLook;

void hvfs_host_look_free (HvfsHostLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsHostLook, hvfs_host_look_free)

/* Returns: (transfer full): the host; NULL with ESTALE or ENOENT */
HvfsHostLook *hvfs_host_look (HvfsMirror *mirror, guint32 serial, GError **error);
