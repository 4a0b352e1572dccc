/* backend/vmconfig/vmconfig-value.c - devices with a change in them; see vmconfig-value.h */
#include "backend/vmconfig/vmconfig-value.h"

#include <string.h>

/* The fields that are changed and those before them, in the order of the schema: of
 * all devices, then of each sort; what is not here follows. */
static const char *const order[] = {
  "key", "deviceInfo", "backing", "connectable", "slotInfo", "controllerKey", "unitNumber",
  "numaNode", "capacityInKB", "capacityInBytes", "addressType", "macAddress", "videoRamSizeInKB",
  "fileName", "datastore", "backingObjectId", "diskMode", "split", "writeThrough",
  "migrateConnect", "startConnected", "allowGuestControl", "connected", NULL
};

static guint
rank (const char *name)
{
  for (guint i = 0; order[i] != NULL; i++)
    if (strcmp (order[i], name) == 0)
      return i;
  return G_N_ELEMENTS (order);
}

HvfsValue *
hvfs_vm_value_with (HvfsValue *object, HvfsValue *child)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();
  const char *name = hvfs_value_name (child);
  gboolean placed = FALSE;

  for (guint i = 0; i < hvfs_value_n_children (object); i++)
    {
      HvfsValue *other = hvfs_value_nth (object, i);
      gboolean same = strcmp (hvfs_value_name (other), name) == 0;

      if (!placed && (same || rank (hvfs_value_name (other)) > rank (name)))
        {
          g_ptr_array_add (children, child);
          placed = TRUE;
        }
      if (!same)
        g_ptr_array_add (children, hvfs_value_ref (other));
    }
  if (!placed)
    g_ptr_array_add (children, child);
  return hvfs_value_new_node (hvfs_value_name (object), hvfs_value_type (object),
                              (HvfsValue *const *) children->pdata, children->len);
}

HvfsValue *
hvfs_vm_value_with_text (HvfsValue *object, const char *name, const char *text)
{
  return hvfs_vm_value_with (object, hvfs_value_new_leaf (name, NULL, text, strlen (text)));
}

HvfsValue *
hvfs_vm_value_new (const char *name, const char *type, ...)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();
  const char *field;
  va_list args;

  va_start (args, type);
  while ((field = va_arg (args, const char *)) != NULL)
    {
      const char *text = va_arg (args, const char *);

      g_ptr_array_add (children, hvfs_value_new_leaf (field, NULL, text, strlen (text)));
    }
  va_end (args);
  return hvfs_value_new_node (name, type, (HvfsValue *const *) children->pdata, children->len);
}

void
hvfs_vm_value_write (HvfsRequest *request, const HvfsValue *value, const char *name)
{
  const char *type = hvfs_value_type (value);
  const char *text = hvfs_value_text (value, NULL);

  if (hvfs_value_n_children (value) == 0)
    {
      /* The type of a reference is that of a class; what has a simple type here, its
       * place says. */
      if (type != NULL && g_ascii_isupper (*type) && text != NULL && *text != '\0')
        hvfs_request_moref (request, name, type, text);
      else if (type != NULL && g_ascii_isupper (*type))
        hvfs_request_typed (request, name, type, "");
      else
        hvfs_request_text (request, name, text != NULL ? text : "");
      return;
    }
  hvfs_request_open (request, name, type);
  for (guint i = 0; i < hvfs_value_n_children (value); i++)
    {
      const HvfsValue *child = hvfs_value_nth (value, i);

      hvfs_vm_value_write (request, child, hvfs_value_name (child));
    }
  hvfs_request_close (request);
}
