/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/alarm.h - triggered alarms
 *
 * Exists so that all alarms of a mount are one value of the mirror: the root of the inventory
 * has those of all objects below.  A server since API 5.0 need not tell when that changes, so
 * it is read anew for whoever opens a file, at most once in some seconds; the names of alarms
 * are asked for once.
 *
 * Any thread.
 */
#pragma once

#include "backend/operation/operation.h"

typedef struct _HvfsAlarms HvfsAlarms;

/* All borrowed, from the mirror or the names. */
typedef struct
{
  const char *key;           /* the server's id of it */
  const char *status;        /* "yellow", "red" */
  const char *name;          /* of what was defined */
  const HvfsValue *ref;      /* of its object */
  const HvfsObject *object;  /* (nullable): that is not mirrored */
  const char *object_name;   /* (nullable): not known */
  gint64 time_us;
  gboolean is_acknowledged;
} HvfsAlarm;

/* @server: borrowed */
HvfsAlarms *hvfs_alarms_new (const HvfsServer *server);
void hvfs_alarms_free (HvfsAlarms *alarms); /* NULL is fine */

/* Whether the server has alarms at all: a vCenter does.  Memory. */
gboolean hvfs_alarms_are_there (HvfsAlarms *alarms);

/* @root: the serial of what is mounted, which is asked where the root of the inventory may not
 * be read.  Under the mirror's lock; memory only. */

/* Whether all of them can be told now, names included; or why not. */
gboolean hvfs_alarms_are_known (HvfsAlarms *alarms, guint32 root);

/* Calls @func for each, oldest first.  @error: EIO: not all is known; EACCES; the server's */
gboolean hvfs_alarms_foreach (HvfsAlarms *alarms, guint32 root,
                              void (*func) (const HvfsAlarm *alarm, gpointer data), gpointer data,
                              GError **error);

/* Calls @func for the object of each, names or none; not for those that are not mirrored. */
void hvfs_alarms_foreach_object (HvfsAlarms *alarms, guint32 root,
                                 void (*func) (const HvfsObject *object, gpointer data),
                                 gpointer data);

/* These take the mirror's lock.  Memory. */
gboolean hvfs_alarms_are_fresh (HvfsAlarms *alarms);

/* Network: one request where they are not fresh, and one more for names that are new.
 * @error: a call's; EINTR */
gboolean hvfs_alarms_fetch (HvfsAlarms *alarms, guint32 root, GCancellable *cancellable,
                            GError **error);

/* Acknowledges the alarm @key, and waits until the mirror says so.  Network: no request where it
 * is so already.  @error: ENOENT: there is none; a call's */
gboolean hvfs_alarms_acknowledge (HvfsAlarms *alarms, guint32 root, const char *key,
                                  GCancellable *cancellable, GError **error);
