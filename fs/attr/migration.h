/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/migration.h - the last migration of each domain
 *
 * Exists because the file "migrate" tells what came of it, which the server keeps
 * only for minutes.  Thread safe, with a lock of its own; memory only.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsMigrations HvfsMigrations;

HvfsMigrations *hvfs_migrations_new (void);
void hvfs_migrations_free (HvfsMigrations *migrations);

/* From before a migration until after it: what the file says may change at any time.
 * The kernel is told between this and the change, so that it keeps nothing of it. */
void hvfs_migrations_set_moving (HvfsMigrations *migrations, guint32 serial, gboolean moving);
gboolean hvfs_migrations_is_moving (HvfsMigrations *migrations, guint32 serial);

/* The domain @serial is on its way to @destination; it arrived, or with @error did not.
 * FALSE: it is on its way already, and the record of that stays.  @error: EBUSY */
gboolean hvfs_migrations_begin (HvfsMigrations *migrations, guint32 serial,
                                const char *destination, GError **error);
void hvfs_migrations_end (HvfsMigrations *migrations, guint32 serial, const GError *error);
/* The domain is gone. */
void hvfs_migrations_forget (HvfsMigrations *migrations, guint32 serial);

/* Whether it is on its way: only then there is progress to look for. */
gboolean hvfs_migrations_is_running (HvfsMigrations *migrations, guint32 serial);

/* Appends "idle", "running PROGRESS HOST", "done HOST" or "failed HOST: reason", and a
 * newline.  @progress: in percent */
void hvfs_migrations_print (HvfsMigrations *migrations, guint32 serial, const char *progress,
                            GString *out);
