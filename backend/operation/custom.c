/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/custom.c - custom attributes: values that a vCenter's users define */
#include "backend/operation/custom.h"

#include <string.h>

#include "convert/error.h"

/* An inode number has room for so many; the server counts from 1. */
#define MAX_KEY ((1u << 27) - 1)

gboolean
hvfs_custom_is_there (HvfsMirror *mirror)
{
  return hvfs_mirror_get_fields (mirror) != NULL;
}

/* A field without a type is for all. */
static gboolean
is_for (const char *type, const HvfsObject *object)
{
  return type == NULL || *type == '\0' || strcmp (type, object->type) == 0
         || strcmp (type, hvfs_kind_type (object->kind)) == 0
         || strcmp (type, "ManagedEntity") == 0
         || (object->kind == HVFS_KIND_CLUSTER && strcmp (type, "ComputeResource") == 0)
         || (object->kind == HVFS_KIND_VAPP && strcmp (type, "ResourcePool") == 0);
}

GArray *
hvfs_custom_fields (HvfsMirror *mirror, const HvfsObject *object)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (HvfsCustomField));
  HvfsObject *manager = hvfs_mirror_get_fields (mirror);
  HvfsValue *defined = manager == NULL ? NULL : hvfs_object_get (manager, HVFS_FIELDS_DEFINED);

  for (guint i = 0; i < hvfs_value_n_children (defined); i++)
    {
      HvfsValue *def = hvfs_value_nth (defined, i);
      gint64 key = hvfs_value_int (def, "key", 0);
      HvfsCustomField field = { key, hvfs_value_text (def, "name") };

      if (key > 0 && key <= MAX_KEY && field.name != NULL
          && is_for (hvfs_value_text (def, "managedObjectType"), object))
        g_array_append_val (all, field);
    }
  return all;
}

gboolean
hvfs_custom_find (HvfsMirror *mirror, const HvfsObject *object, guint32 key, HvfsCustomField *ret)
{
  g_autoptr (GArray) all = hvfs_custom_fields (mirror, object);

  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, HvfsCustomField, i).key == key)
      {
        *ret = g_array_index (all, HvfsCustomField, i);
        return TRUE;
      }
  return FALSE;
}

const char *
hvfs_custom_value (const HvfsObject *object, guint32 key)
{
  HvfsValue *values = hvfs_object_get (object, HVFS_CUSTOM);

  for (guint i = 0; i < hvfs_value_n_children (values); i++)
    if (hvfs_value_int (hvfs_value_nth (values, i), "key", 0) == key)
      return hvfs_value_text (hvfs_value_nth (values, i), "value");
  return NULL;
}

/* A request of @method on the manager.  @error: ENOTSUP: there is none */
static HvfsRequest *
new_request (const HvfsServer *server, const char *method, guint32 *ret_manager, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *manager = hvfs_mirror_get_fields (server->mirror);

  if (manager == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the server has no custom attributes");
      return NULL;
    }
  *ret_manager = manager->serial;
  return hvfs_request_new (method, manager->type, manager->moref);
}

/* The object @serial, as an element of @request. */
static gboolean
write_object (const HvfsServer *server, HvfsRequest *request, guint32 serial, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);

  if (object == NULL)
    hvfs_object_set_gone ("object", error);
  else
    hvfs_request_moref (request, "entity", object->type, object->moref);
  return object != NULL;
}

typedef struct
{
  guint32 key;
  const char *text;
} Wanted;

static gboolean
has_value (const HvfsObject *object, gconstpointer data)
{
  const Wanted *wanted = data;
  const char *value = hvfs_custom_value (object, wanted->key);

  return strcmp (value != NULL ? value : "", wanted->text) == 0;
}

gboolean
hvfs_custom_set (const HvfsServer *server, guint32 serial, guint32 key, const char *text,
                 GError **error)
{
  guint32 manager;
  Wanted wanted = { key, text };
  g_autoptr (HvfsRequest) request = new_request (server, "SetField", &manager, error);

  if (request == NULL || !write_object (server, request, serial, error))
    return FALSE;
  hvfs_request_int (request, "key", key);
  hvfs_request_text (request, "value", text);
  return hvfs_operation_call (server, request, serial, has_value, &wanted, error);
}

typedef struct
{
  const char *name, *type;
} Definition;

static gboolean
is_defined (const HvfsObject *manager, gconstpointer data)
{
  const Definition *wanted = data;
  HvfsValue *defined = hvfs_object_get (manager, HVFS_FIELDS_DEFINED);

  for (guint i = 0; i < hvfs_value_n_children (defined); i++)
    {
      HvfsValue *def = hvfs_value_nth (defined, i);

      if (g_strcmp0 (hvfs_value_text (def, "name"), wanted->name) == 0
          && g_strcmp0 (hvfs_value_text (def, "managedObjectType"), wanted->type) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The server's type of @serial.  (nullable) */
static const char *
type_of (const HvfsServer *server, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);

  return object == NULL ? NULL : object->type;
}

gboolean
hvfs_custom_define (const HvfsServer *server, guint32 serial, const char *name, GError **error)
{
  guint32 manager;
  Definition wanted = { name, type_of (server, serial) };
  g_autoptr (HvfsRequest) request = new_request (server, "AddCustomFieldDef", &manager, error);

  if (request == NULL)
    return FALSE;
  hvfs_request_text (request, "name", name);
  if (wanted.type != NULL)
    hvfs_request_text (request, "moType", wanted.type);
  return hvfs_operation_call (server, request, manager, is_defined, &wanted, error);
}
