/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/mirror.h - the server's inventory, kept in memory by its updates
 *
 * Exists so that lookups, listings and small files cost no request: the update
 * thread applies what the server pushes, everybody else reads.
 *
 * One reader-writer lock guards all of it.  Readers hold it while they look and
 * never across anything that waits; objects and their values are valid as long
 * as it is held, values for longer with a reference of their own.  The update
 * thread writes, its intake while the mirror is filled, and who changed an object
 * and was told nothing of it.
 */
#pragma once

#include <gio/gio.h>

#include "backend/mirror/connection.h"
#include "backend/mirror/schema.h"
#include "backend/wire/stats.h"
#include "backend/wire/value.h"

typedef struct _HvfsMirror HvfsMirror;

/* One object of the server.  Everything is guarded by the mirror's lock; serial,
 * kind, type and moref never change. */
typedef struct
{
  guint32 serial;      /* from 1 up, never used again: what inodes are made of */
  HvfsKind kind;
  const char *type;    /* the server's own, such as DistributedVirtualPortgroup */
  char *moref;
  gint64 entered_us;   /* what changed_us was when it came here */
  gint64 changed_us;   /* when it last changed, since 1970, as far as known */
  HvfsPropMask missing;/* these could not be read; the value is the fault */
  guint seen : 1;      /* for the sweep after a refill */
  guint n_updates : 31;/* so far, also those that changed nothing; wraps */
  HvfsValue *props[];  /* by the indices of schema.h; NULL: unset */
} HvfsObject;

typedef enum { HVFS_OBJECT_ENTERED, HVFS_OBJECT_CHANGED, HVFS_OBJECT_LEFT } HvfsObjectEvent;

/* Told of every change, in the thread that writes. */
typedef struct
{
  /* Under the writer's lock; of one that LEFT, this is the last look. */
  void (*object) (HvfsObject *object, HvfsObjectEvent event, HvfsPropMask changed,
                  gpointer data);
  /* Under the writer's lock, at the end of a set of updates that belong together. */
  void (*applied) (gpointer data);
  /* No lock held: the server was found (TRUE) or lost (FALSE). */
  void (*link) (gboolean up, gpointer data);
} HvfsMirrorObserver;

/* Both are borrowed. */
HvfsMirror *hvfs_mirror_new (HvfsConnection *link, HvfsStats *stats);
void hvfs_mirror_free (HvfsMirror *mirror);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsMirror, hvfs_mirror_free)

/* Before the first update; one observer. */
void hvfs_mirror_observe (HvfsMirror *mirror, const HvfsMirrorObserver *observer,
                          gpointer data);

/* ---- reading: the lock must be held, for reading at least ---- */

/* For g_rw_lock_reader_locker_new (). */
GRWLock *hvfs_mirror_lock (HvfsMirror *mirror);

/* (nullable) (transfer none).  O(1). */
HvfsObject *hvfs_mirror_get (HvfsMirror *mirror, guint32 serial);
HvfsObject *hvfs_mirror_find (HvfsMirror *mirror, const char *type, const char *moref);

/* The object that the reference @value names.  @value may be NULL. */
HvfsObject *hvfs_mirror_resolve (HvfsMirror *mirror, const HvfsValue *value);

/* The one CustomFieldsManager.  (nullable).  O(1). */
HvfsObject *hvfs_mirror_get_fields (HvfsMirror *mirror);

/* All objects, in no order: pass a serial -> HvfsObject iterator. */
void hvfs_mirror_iter_init (HvfsMirror *mirror, GHashTableIter *iter);
guint hvfs_mirror_n_objects (HvfsMirror *mirror, HvfsKind kind);

/* The property's value: NULL if it is unset or could not be read, or if this kind of object
 * has no property @index. */
HvfsValue *hvfs_object_get (const HvfsObject *object, guint index);

/* Tests look so what a function asks of an object: until it is called with NULL, the properties
 * of @object that this thread gets are set in *@ret_asked. */
void hvfs_object_record (const HvfsObject *object, HvfsPropMask *ret_asked);

/* The error of who asks for an object, a @kind ("domain"), that is gone: ESTALE. */
void hvfs_object_set_gone (const char *kind, GError **error);

/* Whether the server says that it has no value; FALSE where it says nothing. */
gboolean hvfs_object_is_unset (const HvfsObject *object, guint index);

/**
 * hvfs_object_check:
 *
 * Returns: TRUE unless one of @wanted could not be read.
 * @error: EACCES for a missing privilege, else the errno of the server's fault
 */
gboolean hvfs_object_check (const HvfsObject *object, HvfsPropMask wanted, GError **error);

/* ---- the link; any thread, no lock needed ---- */

/* Whether the server was there when last heard.  @ret_reason: (out) (optional)
 * (transfer full): why not, "" when it is.  @ret_since_us: (out) (optional). */
gboolean hvfs_mirror_is_up (HvfsMirror *mirror, char **ret_reason, gint64 *ret_since_us);

/* Sleeps until the server is there again.  Returns: FALSE at @deadline_us or when cancelled */
gboolean hvfs_mirror_await_up (HvfsMirror *mirror, gint64 deadline_us, GCancellable *cancellable);

/* Whether what is waited for is so: 1 it is, 0 not yet, -1 it never will be.  Under
 * the lock, for reading; memory only. */
typedef int (*HvfsMirrorLook) (HvfsMirror *mirror, gpointer data);

/**
 * hvfs_mirror_await_that:
 * @deadline_us: by g_get_monotonic_time ()
 * @cancellable: (nullable)
 *
 * Sleeps until an update makes it so.  The lock must not be held.
 *
 * @error: (nullable): ETIMEDOUT, EINTR when cancelled, ESTALE where it never will be so,
 *   EIO when the server is lost
 */
gboolean hvfs_mirror_await_that (HvfsMirror *mirror, HvfsMirrorLook look, gpointer data,
                                 gint64 deadline_us, GCancellable *cancellable, GError **error);

/* ---- writing: the update thread, but for hvfs_mirror_apply_reread; these take the
 * lock themselves ---- */

/* Before a fill: what the server does not have, as of hvfs_session_dup_left_out (); it can
 * not be read, then, which is not the same as unset. */
void hvfs_mirror_set_left_out (HvfsMirror *mirror, GPtrArray *left_out, guint api);
/* From here until hvfs_mirror_end_fill the sets describe everything there is. */
void hvfs_mirror_begin_fill (HvfsMirror *mirror);
/* What was not described since begin_fill is gone.  Ends a set. */
void hvfs_mirror_end_fill (HvfsMirror *mirror);

/**
 * hvfs_mirror_apply:
 * @updates: ObjectUpdate[]; a Task's are passed over
 * @api: the session's API version as 100 * major + minor
 * @again: (element-type HvfsValue) the references of objects that both entered and
 *   left in this set are appended: they must be read again
 *
 * Ends a set unless a fill is going on.
 */
void hvfs_mirror_apply (HvfsMirror *mirror, HvfsValue *const *updates, guint n_updates,
                        guint api, GPtrArray *again);

/**
 * hvfs_mirror_apply_content:
 * @refs: what was asked for
 * @contents: ObjectContent[] as a retrieval returned them; what of @refs is not
 *   among them has left
 */
void hvfs_mirror_apply_content (HvfsMirror *mirror, GPtrArray *refs,
                                HvfsValue *const *contents, guint n_contents, guint api);

/**
 * hvfs_mirror_apply_reread:
 * @n_updates: of the object @serial, seen before @content was asked for
 * @content: an ObjectContent of all its mirrored properties
 *
 * For any thread, after a change that no update told of.  What differs has changed, and
 * of a machine its changeVersion in any case: that stands for what is not mirrored, and
 * not every server has one.  FALSE: an update came meanwhile, which may be newer.
 */
gboolean hvfs_mirror_apply_reread (HvfsMirror *mirror, guint32 serial, guint n_updates,
                               const HvfsValue *content, guint api);
