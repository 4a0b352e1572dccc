/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/reconfigure.c - changes of a machine's configuration, one value at a time */
#include "backend/operation/reconfigure.h"

#include "backend/operation/resource-pool.h"
#include "convert/error.h"

/* What the server wants memory to be a multiple of. */
#define MEMORY_STEP_MIB 4

HvfsRequest *
hvfs_reconfigure_new (const HvfsServer *server, guint32 serial, GError **error)
{
  HvfsRequest *request = hvfs_operation_new (server, serial, "ReconfigVM_Task", error);

  if (request != NULL)
    hvfs_request_open (request, "spec", NULL);
  return request;
}

gboolean
hvfs_reconfigure_run (const HvfsServer *server, HvfsRequest *request, guint32 serial,
                      HvfsObjectTest test, gconstpointer data, GCancellable *cancellable,
                      GError **error)
{
  hvfs_request_close (request);
  return hvfs_operation_is_so (server, serial, test, data)
         || hvfs_operation_run (server, request, serial, test, data, NULL, cancellable, error);
}

/* ---- numbers ---- */

typedef struct
{
  guint index;
  gint64 value;
} Number;

static gboolean
has_number (const HvfsObject *vm, gconstpointer data)
{
  const Number *number = data;

  return hvfs_value_int (hvfs_object_get (vm, number->index), NULL, -1) == number->value;
}

static gboolean
set_number (const HvfsServer *server, guint32 serial, const char *element, guint index,
            gint64 value, GCancellable *cancellable, GError **error)
{
  Number number = { index, value };
  g_autoptr (HvfsRequest) request = hvfs_reconfigure_new (server, serial, error);

  if (request == NULL)
    return FALSE;
  hvfs_request_int (request, element, value);
  return hvfs_reconfigure_run (server, request, serial, has_number, &number, cancellable, error);
}

gboolean
hvfs_reconfigure_memory (const HvfsServer *server, guint32 serial, gint64 mib,
                         GCancellable *cancellable, GError **error)
{
  if (mib > 0 && mib % MEMORY_STEP_MIB == 0)
    return set_number (server, serial, "memoryMB", HVFS_VM_MEMORY, mib, cancellable, error);
  g_set_error (error, HVFS_ERROR, EINVAL,
               "%" G_GINT64_FORMAT " MiB of memory are not a multiple of %d MiB", mib,
               MEMORY_STEP_MIB);
  return FALSE;
}

gboolean
hvfs_reconfigure_vcpus (const HvfsServer *server, guint32 serial, gint64 n,
                        GCancellable *cancellable, GError **error)
{
  if (n > 0 && n <= G_MAXINT32)
    return set_number (server, serial, "numCPUs", HVFS_VM_CPUS, n, cancellable, error);
  g_set_error (error, HVFS_ERROR, EINVAL, "%" G_GINT64_FORMAT " virtual CPUs: must be 1 to %d", n,
               G_MAXINT32);
  return FALSE;
}

/* ---- annotation ---- */

static gboolean
has_annotation (const HvfsObject *vm, gconstpointer data)
{
  const char *now = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_ANNOTATION), NULL);

  return g_strcmp0 (now == NULL ? "" : now, data) == 0;
}

gboolean
hvfs_reconfigure_annotation (const HvfsServer *server, guint32 serial, const char *text,
                             const char *version, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_reconfigure_new (server, serial, error);

  if (request == NULL)
    return FALSE;
  if (version != NULL && *version != '\0')
    hvfs_request_text (request, "changeVersion", version);
  hvfs_request_text (request, "annotation", text);
  return hvfs_reconfigure_run (server, request, serial, has_annotation, text, cancellable, error);
}

/* ---- template ---- */

static gboolean
has_template (const HvfsObject *vm, gconstpointer data)
{
  return hvfs_value_bool (hvfs_object_get (vm, HVFS_VM_TEMPLATE), NULL)
         == (gboolean) GPOINTER_TO_INT (data);
}

gboolean
hvfs_reconfigure_template (const HvfsServer *server, guint32 serial, gboolean is_template,
                           GError **error)
{
  const char *method = is_template ? "MarkAsTemplate" : "MarkAsVirtualMachine";
  gconstpointer wanted = GINT_TO_POINTER (is_template);
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, method, error);
  g_autofree char *pool = NULL;

  if (request == NULL)
    return FALSE;
  if (hvfs_operation_is_so (server, serial, has_template, wanted))
    return TRUE;
  if (!is_template)
    {
      pool = hvfs_resource_pool_lookup_of_vm (server, serial, error);
      if (pool == NULL)
        return FALSE;
      hvfs_request_moref (request, "pool", "ResourcePool", pool);
    }
  return hvfs_operation_call (server, request, serial, has_template, wanted, error);
}
