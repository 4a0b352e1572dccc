/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/locate.h - finds the object that a URI's path names
 *
 * Exists because the root of a mount is named by a path of inventory names, and
 * everything after is done by reference.
 */
#pragma once

#include <gio/gio.h>

#include "backend/mirror/mirror.h"
#include "backend/login/session.h"

/**
 * hvfs_locate:
 * @path: as in HvfsUri: folders, a datacenter, folders, a cluster, a host; may stop
 *   anywhere.  Empty: the whole of a vCenter, the one host of an ESX or GSX server.
 *
 * Network: one or two requests a component.
 *
 * @error: ENOENT naming the component and what there is instead; else a call's
 *
 * Returns: (transfer full): a reference value with a type and a text
 */
HvfsValue *hvfs_locate (HvfsSession *session, HvfsUriType type, char *const *path,
                        GCancellable *cancellable, GError **error);

/* Whether the server still has the object, whatever it is called and wherever by now; FALSE
 * also if that cannot be asked.  Network: one request. */
gboolean hvfs_locate_is_there (HvfsSession *session, const HvfsValue *ref,
                               GCancellable *cancellable);

/* The way back: appends the path of @object, "dc1/cluster1/host1".  FALSE if it has none,
 * as the root.  @mirror: a HvfsMirror, which must be locked.  Memory. */
gboolean hvfs_locate_append_path (const HvfsObject *object, GString *path, gpointer mirror);

/* What @object lies in, in the hierarchy of folders: of a machine or a vApp in a vApp, that.
 * (nullable).  The mirror must be locked. */
HvfsObject *hvfs_locate_above (HvfsMirror *mirror, const HvfsObject *object);

/* The datacenter above @object, itself counted.  (nullable).  The mirror must be locked. */
HvfsObject *hvfs_locate_datacenter (HvfsMirror *mirror, const HvfsObject *object);

/* The datacenter whose list @index has @member: before API 4.0 datastores and networks have no
 * parent.  A walk.  (nullable).  The mirror must be locked. */
HvfsObject *hvfs_locate_lister (HvfsMirror *mirror, const HvfsObject *member, guint index);

/* Whether a folder may hold objects of the type @child_type. */
gboolean hvfs_folder_holds (const HvfsObject *folder, const char *child_type);
