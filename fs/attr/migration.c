/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/migration.c - the last migration of each domain; see migration.h */
#include "fs/attr/migration.h"

#include "convert/error.h"

typedef struct
{
  char *destination;
  gboolean running;
  char *reason;       /* why it failed; NULL: it did not */
} Migration;

struct _HvfsMigrations
{
  GMutex lock;
  GHashTable *by_serial;  /* lock: serial -> Migration */
  GHashTable *moving;     /* lock: a set of serials */
};

static void
migration_free (gpointer data)
{
  Migration *migration = data;

  g_free (migration->destination);
  g_free (migration->reason);
  g_free (migration);
}

HvfsMigrations *
hvfs_migrations_new (void)
{
  HvfsMigrations *migrations = g_new0 (HvfsMigrations, 1);

  g_mutex_init (&migrations->lock);
  migrations->by_serial = g_hash_table_new_full (NULL, NULL, NULL, migration_free);
  migrations->moving = g_hash_table_new (NULL, NULL);
  return migrations;
}

void
hvfs_migrations_free (HvfsMigrations *migrations)
{
  if (migrations == NULL)
    return;
  g_hash_table_unref (migrations->moving);
  g_hash_table_unref (migrations->by_serial);
  g_mutex_clear (&migrations->lock);
  g_free (migrations);
}

void
hvfs_migrations_set_moving (HvfsMigrations *migrations, guint32 serial, gboolean moving)
{
  g_mutex_lock (&migrations->lock);
  if (moving)
    g_hash_table_add (migrations->moving, GUINT_TO_POINTER (serial));
  else
    g_hash_table_remove (migrations->moving, GUINT_TO_POINTER (serial));
  g_mutex_unlock (&migrations->lock);
}

gboolean
hvfs_migrations_is_moving (HvfsMigrations *migrations, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&migrations->lock);

  return g_hash_table_contains (migrations->moving, GUINT_TO_POINTER (serial));
}

gboolean
hvfs_migrations_begin (HvfsMigrations *migrations, guint32 serial, const char *destination,
                       GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&migrations->lock);
  Migration *migration = g_hash_table_lookup (migrations->by_serial, GUINT_TO_POINTER (serial));

  if (migration != NULL && migration->running)
    {
      g_set_error (error, HVFS_ERROR, EBUSY,
                   "it is being migrated to '%s': wait until 'migrate' says done or failed",
                   migration->destination);
      return FALSE;
    }
  migration = g_new0 (Migration, 1);
  migration->destination = g_strdup (destination);
  migration->running = TRUE;
  g_hash_table_insert (migrations->by_serial, GUINT_TO_POINTER (serial), migration);
  return TRUE;
}

void
hvfs_migrations_end (HvfsMigrations *migrations, guint32 serial, const GError *error)
{
  Migration *migration;

  g_mutex_lock (&migrations->lock);
  migration = g_hash_table_lookup (migrations->by_serial, GUINT_TO_POINTER (serial));
  if (migration != NULL)
    {
      migration->running = FALSE;
      g_free (migration->reason);
      migration->reason = error == NULL ? NULL : g_strdelimit (g_strdup (error->message), "\n\r", ' ');
    }
  g_mutex_unlock (&migrations->lock);
}

void
hvfs_migrations_forget (HvfsMigrations *migrations, guint32 serial)
{
  g_mutex_lock (&migrations->lock);
  g_hash_table_remove (migrations->by_serial, GUINT_TO_POINTER (serial));
  g_mutex_unlock (&migrations->lock);
}

gboolean
hvfs_migrations_is_running (HvfsMigrations *migrations, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&migrations->lock);
  const Migration *migration
    = g_hash_table_lookup (migrations->by_serial, GUINT_TO_POINTER (serial));

  return migration != NULL && migration->running;
}

void
hvfs_migrations_print (HvfsMigrations *migrations, guint32 serial, const char *progress,
                       GString *out)
{
  const Migration *migration;

  g_mutex_lock (&migrations->lock);
  migration = g_hash_table_lookup (migrations->by_serial, GUINT_TO_POINTER (serial));
  if (migration == NULL)
    g_string_append (out, "idle\n");
  else if (migration->running)
    g_string_append_printf (out, "running %s %s\n", progress, migration->destination);
  else if (migration->reason == NULL)
    g_string_append_printf (out, "done %s\n", migration->destination);
  else
    g_string_append_printf (out, "failed %s: %s\n", migration->destination, migration->reason);
  g_mutex_unlock (&migrations->lock);
}
