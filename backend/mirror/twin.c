/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/twin.c - the same machine in another server's mirror; see twin.h */
#include "backend/mirror/twin.h"

#include "convert/error.h"

/* What is looked for, and what was found. */
typedef struct
{
  char *uuid, *host_uuid;
  guint32 found;
  guint n, n_on_host;
  guint32 found_on_host;
} Search;

static gboolean
search_for (HvfsMirror *here, guint32 serial, Search *search, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (here));
  HvfsObject *vm = hvfs_mirror_get (here, serial), *at;

  if (vm == NULL)
    {
      hvfs_object_set_gone ("domain", error);
      return FALSE;
    }
  at = hvfs_mirror_resolve (here, hvfs_object_get (vm, HVFS_VM_HOST));
  search->uuid = g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL));
  if (at != NULL)
    search->host_uuid
      = g_strdup (hvfs_value_text (hvfs_object_get (at, HVFS_HOST_HARDWARE), "uuid"));
  if (search->uuid == NULL)
    g_set_error (error, HVFS_ERROR, EIO, "the server does not report the domain's uuid");
  return search->uuid != NULL;
}

static gboolean
is_uuid (const char *text, const char *uuid)
{
  return text != NULL && uuid != NULL && g_ascii_strcasecmp (text, uuid) == 0;
}

static void
look (HvfsMirror *there, Search *search)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (there));
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (there, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *vm = value;
      const HvfsObject *at;

      if (vm->kind != HVFS_KIND_VM
          || !is_uuid (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL), search->uuid))
        continue;
      search->n++;
      search->found = vm->serial;
      at = hvfs_mirror_resolve (there, hvfs_object_get (vm, HVFS_VM_HOST));
      if (at != NULL
          && is_uuid (hvfs_value_text (hvfs_object_get (at, HVFS_HOST_HARDWARE), "uuid"),
                      search->host_uuid))
        {
          search->n_on_host++;
          search->found_on_host = vm->serial;
        }
    }
}

guint32
hvfs_twin_by_uuid (HvfsMirror *there, const char *name, HvfsMirror *here, guint32 serial,
                   GError **error)
{
  Search search = { 0 };
  guint32 found = 0;

  if (search_for (here, serial, &search, error))
    {
      look (there, &search);
      found = search.n_on_host == 1 ? search.found_on_host : search.n == 1 ? search.found : 0;
      if (search.n == 0)
        g_set_error (error, HVFS_ERROR, ENOENT, "the vCenter %s has no machine of the uuid %s",
                     name, search.uuid);
      else if (found == 0)
        g_set_error (error, HVFS_ERROR, EINVAL,
                     "the vCenter %s has %u machines of the uuid %s: mount it, and migrate there",
                     name, search.n, search.uuid);
    }
  g_free (search.uuid);
  g_free (search.host_uuid);
  return found;
}

/* The id of the machine @serial.  (transfer full) (nullable) */
static char *
dup_moref (HvfsMirror *mirror, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  const HvfsObject *vm = hvfs_mirror_get (mirror, serial);

  return vm == NULL ? NULL : g_strdup (vm->moref);
}

static guint32
find_moref (HvfsMirror *mirror, const char *moref)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  const HvfsObject *vm = hvfs_mirror_find (mirror, "VirtualMachine", moref);

  return vm == NULL ? 0 : vm->serial;
}

guint32
hvfs_twin_by_id (HvfsMirror *there, HvfsMirror *here, guint32 serial, GError **error)
{
  g_autofree char *moref = dup_moref (here, serial);
  guint32 found = find_moref (there, moref);

  if (found == 0)
    hvfs_object_set_gone ("domain", error);
  return found;
}
