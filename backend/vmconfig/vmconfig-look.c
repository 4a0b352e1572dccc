/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-look.c - what the mirror says of a machine; see vmconfig-look.h */
#include "backend/vmconfig/vmconfig-look.h"

#include <stdlib.h>
#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "backend/operation/power.h"
#include "convert/error.h"

/* Two machines that are read one after the other, and at most so many places apart in an
 * order, are read in that order. */
#define NEAR 16
/* Parents of parents: a loop that a server might send ends. */
#define DEPTH 64

void
hvfs_vm_look_free (HvfsVmLook *look)
{
  if (look == NULL)
    return;
  g_free (look->moref);
  g_free (look->version);
  g_free (look->file);
  g_free (look->state);
  g_free (look->datacenter_path);
  g_free (look);
}

static gboolean
is_running (const HvfsObject *vm)
{
  const char *power = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_POWER), NULL);

  return power != NULL && strcmp (power, "poweredOff") != 0;
}

/* What tells one configuration from the next: changeVersion, or where a server has
 * none, when the machine last changed.  (transfer full) */
static char *
dup_version (const HvfsObject *vm)
{
  const char *version = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL);

  return version != NULL && *version != '\0'
           ? g_strdup (version)
           : g_strdup_printf ("@%" G_GINT64_FORMAT, vm->changed_us);
}

/* "folder1/dc1"; the root folder has no part in it. */
static char *
datacenter_path (HvfsMirror *mirror, HvfsObject *object)
{
  char *path = NULL;

  for (guint i = 0; object != NULL && i < DEPTH; i++)
    {
      HvfsObject *parent = hvfs_locate_above (mirror, object);
      const char *name = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);

      if (name != NULL && parent != NULL && (object->kind == HVFS_KIND_DATACENTER || path != NULL))
        {
          g_autofree char *plain = hvfs_inventory_name_decode (name);
          g_autofree char *below = g_steal_pointer (&path);

          path = below != NULL ? g_strconcat (plain, "/", below, NULL) : g_strdup (plain);
        }
      object = parent;
    }
  return path;
}

static HvfsVmLook *
look_at (HvfsMirror *mirror, HvfsObject *vm)
{
  HvfsVmLook *look = g_new0 (HvfsVmLook, 1);
  const HvfsObject *host = hvfs_mirror_resolve (mirror, hvfs_object_get (vm, HVFS_VM_HOST));

  look->serial = vm->serial;
  look->host = host != NULL ? host->serial : 0;
  look->moref = g_strdup (vm->moref);
  look->version = dup_version (vm);
  look->file = g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_FILE), NULL));
  look->state = g_strdup (hvfs_power_word (vm));
  look->running = is_running (vm);
  look->datacenter_path = datacenter_path (mirror, vm);
  return look;
}

HvfsVmLook *
hvfs_vm_look (HvfsMirror *mirror, guint32 serial, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *vm = hvfs_mirror_get (mirror, serial);

  if (vm == NULL || vm->kind != HVFS_KIND_VM)
    {
      hvfs_object_set_gone ("domain", error);
      return NULL;
    }
  if (!hvfs_object_check (vm, HVFS_PROP (HVFS_VM_CHANGE_VERSION), error))
    return NULL;
  return look_at (mirror, vm);
}

gboolean
hvfs_vm_is_locked (HvfsMirror *mirror, guint32 serial, const char *version, gboolean running)
{
  HvfsObject *vm = hvfs_mirror_get (mirror, serial);
  g_autofree char *present = vm != NULL && vm->kind == HVFS_KIND_VM ? dup_version (vm) : NULL;

  return present != NULL && g_strcmp0 (present, version) == 0 && is_running (vm) == running;
}

/* ---- neighbours ---- */

/* Borrowed from the mirror, under its lock. */
typedef struct
{
  const char *host, *name, *uuid;
  HvfsObject *vm;
} Place;

static int
by_name (const void *a, const void *b)
{
  return g_strcmp0 (((const Place *) a)->name, ((const Place *) b)->name);
}

static int
by_age (const void *a, const void *b)
{
  guint32 x = ((const Place *) a)->vm->serial, y = ((const Place *) b)->vm->serial;

  return x < y ? -1 : x > y;
}

static int
by_host_and_name (const void *a, const void *b)
{
  int host = g_strcmp0 (((const Place *) a)->host, ((const Place *) b)->host);

  return host != 0 ? host : by_name (a, b);
}

static int
by_host_and_age (const void *a, const void *b)
{
  int host = g_strcmp0 (((const Place *) a)->host, ((const Place *) b)->host);

  return host != 0 ? host : by_age (a, b);
}

static int
by_uuid (const void *a, const void *b)
{
  return g_strcmp0 (((const Place *) a)->uuid, ((const Place *) b)->uuid);
}

typedef int (*Order) (const void *, const void *);
static const Order orders[] = { by_host_and_name, by_name, by_host_and_age, by_age, by_uuid };

static Place
place_of (HvfsMirror *mirror, HvfsObject *vm)
{
  HvfsObject *host = hvfs_mirror_resolve (mirror, hvfs_object_get (vm, HVFS_VM_HOST));

  return (Place){ host != NULL ? hvfs_value_text (hvfs_object_get (host, HVFS_NAME), NULL) : NULL,
                  hvfs_value_text (hvfs_object_get (vm, HVFS_NAME), NULL),
                  hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL), vm };
}

static GArray *
all_places (HvfsMirror *mirror)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));
  GHashTableIter iter;
  gpointer object;

  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    if (((HvfsObject *) object)->kind == HVFS_KIND_VM)
      {
        Place place = place_of (mirror, object);

        g_array_append_val (places, place);
      }
  return places;
}

/* How many places there are between @a and @b, the latter included; counted up to @most. */
static guint
distance (const GArray *places, Order order, const Place *a, const Place *b, guint most)
{
  const Place *low = order (a, b) <= 0 ? a : b, *high = low == a ? b : a;
  guint n = 0;

  for (guint i = 0; i < places->len && n < most; i++)
    {
      const Place *place = &g_array_index (places, Place, i);

      if (order (low, place) < 0 && order (place, high) <= 0)
        n++;
    }
  return n;
}

/* (nullable): in which @to is nearest to one of @before; NULL when it is near none in any. */
static Order
nearest_order (HvfsMirror *mirror, const GArray *places, const guint32 *before, guint n_before,
               const Place *to)
{
  Order nearest = NULL;
  guint least = NEAR + 1;

  for (guint k = 0; k < n_before; k++)
    {
      HvfsObject *vm = hvfs_mirror_get (mirror, before[k]);
      Place from;

      if (vm == NULL || vm == to->vm || vm->kind != HVFS_KIND_VM)
        continue;
      from = place_of (mirror, vm);
      for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
        {
          guint n = distance (places, orders[i], &from, to, least);

          if (n < least)
            {
              least = n;
              nearest = orders[i];
            }
        }
    }
  return nearest;
}

GPtrArray *
hvfs_vm_neighbours (HvfsMirror *mirror, const guint32 *before, guint n_before, guint32 serial,
                    guint n,
                    gboolean (*wanted) (guint32 serial, const char *version, gboolean running,
                                        gpointer data),
                    gpointer data)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *vm = hvfs_mirror_get (mirror, serial);
  g_autoptr (GArray) places = NULL;
  GPtrArray *found;
  Place to;
  Order order;

  if (vm == NULL || vm->kind != HVFS_KIND_VM)
    return NULL;
  places = all_places (mirror);
  to = place_of (mirror, vm);
  order = nearest_order (mirror, places, before, n_before, &to);
  if (order == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_vm_look_free);
  qsort (places->data, places->len, sizeof (Place), order);
  for (guint i = 0; i < places->len && found->len < n; i++)
    {
      const Place *place = &g_array_index (places, Place, i);
      g_autofree char *version = dup_version (place->vm);

      if (order (&to, place) < 0
          && wanted (place->vm->serial, version, is_running (place->vm), data))
        g_ptr_array_add (found, look_at (mirror, place->vm));
    }
  return found;
}

/* ---- hosts ---- */

void
hvfs_host_look_free (HvfsHostLook *look)
{
  if (look == NULL)
    return;
  g_free (look->moref);
  g_free (look->datacenter);
  g_free (look->datacenter_path);
  g_strfreev (look->datastores);
  g_free (look);
}

/* Returns: (transfer full) */
static char **
dup_datastores (HvfsMirror *mirror, const HvfsObject *host)
{
  const HvfsValue *list = hvfs_object_get (host, HVFS_HOST_DATASTORES);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    {
      HvfsObject *datastore = hvfs_mirror_resolve (mirror, hvfs_value_nth (list, i));
      const char *name
        = datastore != NULL
              && hvfs_value_bool (hvfs_object_get (datastore, HVFS_DATASTORE_ACCESSIBLE), NULL)
            ? hvfs_value_text (hvfs_object_get (datastore, HVFS_NAME), NULL)
            : NULL;

      if (name != NULL)
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

HvfsHostLook *
hvfs_host_look (HvfsMirror *mirror, guint32 serial, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *host = hvfs_mirror_get (mirror, serial);
  HvfsObject *datacenter = host != NULL ? hvfs_locate_datacenter (mirror, host) : NULL;
  HvfsHostLook *look;

  if (datacenter == NULL)
    {
      hvfs_object_set_gone ("host", error);
      return NULL;
    }
  look = g_new0 (HvfsHostLook, 1);
  look->moref = g_strdup (host->moref);
  look->datacenter = g_strdup (datacenter->moref);
  look->datacenter_path = datacenter_path (mirror, datacenter);
  look->datastores = dup_datastores (mirror, host);
  return look;
}
