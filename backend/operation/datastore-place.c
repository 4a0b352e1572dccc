/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-place.c - what the server calls a datastore; see
 * datastore-place.h */
#include "backend/operation/datastore-place.h"

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "convert/error.h"

/* (transfer full) (nullable) */
static char *
dup_path (HvfsMirror *mirror, const HvfsObject *datacenter)
{
  g_autoptr (GString) path = g_string_new (NULL);

  return hvfs_locate_append_path (datacenter, path, mirror)
           ? hvfs_inventory_name_decode (path->str) : NULL;
}

HvfsDatastorePlace *
hvfs_datastore_place_new (HvfsMirror *mirror, guint32 serial, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *datastore = hvfs_mirror_get (mirror, serial);
  const HvfsObject *datacenter = datastore == NULL ? NULL : hvfs_locate_datacenter (mirror, datastore);
  const char *name
    = datastore == NULL ? NULL : hvfs_value_text (hvfs_object_get (datastore, HVFS_NAME), NULL);
  HvfsDatastorePlace *place;

  if (name == NULL)
    {
      hvfs_object_set_gone ("datastore", error);
      return NULL;
    }
  if (datacenter == NULL)
    datacenter = hvfs_locate_lister (mirror, datastore, HVFS_DC_DATASTORES);
  place = g_new0 (HvfsDatastorePlace, 1);
  place->moref = g_strdup (datastore->moref);
  place->name = hvfs_inventory_name_decode (name);
  if (datacenter != NULL)
    {
      place->datacenter = g_strdup (datacenter->moref);
      place->datacenter_path = dup_path (mirror, datacenter);
    }
  return place;
}

HvfsDatastorePlace *
hvfs_datastore_place_copy (const HvfsDatastorePlace *place)
{
  HvfsDatastorePlace *copy = g_new (HvfsDatastorePlace, 1);

  *copy = (HvfsDatastorePlace){ g_strdup (place->moref), g_strdup (place->name),
                                g_strdup (place->datacenter), g_strdup (place->datacenter_path) };
  return copy;
}

void
hvfs_datastore_place_free (HvfsDatastorePlace *place)
{
  if (place == NULL)
    return;
  g_free (place->moref);
  g_free (place->name);
  g_free (place->datacenter);
  g_free (place->datacenter_path);
  g_free (place);
}

char *
hvfs_datastore_place_path (const HvfsDatastorePlace *place, const char *path)
{
  return g_strdup_printf ("[%s]%s%s", place->name, *path != '\0' ? " " : "", path);
}
