/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-hostdev.c - the host's PCI devices; see vmconfig-hostdev.h */
#include "backend/vmconfig/vmconfig-hostdev.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/vmconfig/vmconfig-look.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"
#include "convert/model/hostdev.h"

#define API_PASSTHROUGH 400
#define MAX_LISTED 20

static gboolean
has (const HvfsDomain *domain, const HvfsHostdev *hostdev)
{
  for (guint i = 0; i < domain->hostdevs->len; i++)
    if (hvfs_hostdev_same (domain->hostdevs->pdata[i], hostdev))
      return TRUE;
  return FALSE;
}

/* Returns: (transfer full) (nullable): what the host has for machines */
static HvfsValue *
ask (const HvfsServer *server, const char *host, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) parent
    = hvfs_retrieve_property (server->session, "HostSystem", host, "parent", error);
  const char *id = hvfs_value_text (parent, NULL);
  g_autoptr (HvfsValue) browser
    = id != NULL ? hvfs_retrieve_property (server->session, hvfs_value_type (parent), id,
                                           "environmentBrowser", error)
                 : NULL;
  g_autoptr (HvfsRequest) request = NULL;

  if (browser == NULL)
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, HVFS_ERROR, EIO, "the server does not say what devices the host has");
      return NULL;
    }
  request = hvfs_request_new ("QueryConfigTarget", "EnvironmentBrowser",
                              hvfs_value_text (browser, NULL));
  hvfs_request_moref (request, "host", "HostSystem", host);
  return hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, error);
}

/* The server's item for @hostdev.  (nullable) */
static const HvfsValue *
find (const HvfsValue *target, const HvfsHostdev *hostdev, GString *others)
{
  guint n = 0;

  for (guint i = 0; i < hvfs_value_n_children (target); i++)
    {
      const HvfsValue *item = hvfs_value_nth (target, i);
      const char *id = hvfs_value_text (item, "pciDevice.id");
      HvfsHostdev one = { 0 };

      if (strcmp (hvfs_value_name (item), "pciPassthrough") != 0 || id == NULL
          || !hvfs_hostdev_parse_pci (&one, id))
        continue;
      if (hvfs_hostdev_same (&one, hostdev))
        return item;
      if (n++ < MAX_LISTED)
        g_string_append_printf (others, "%s%s", n > 1 ? ", " : "", id);
    }
  return NULL;
}

/* A backing has the maker's number of the device in hexadecimal, the host in decimal. */
static HvfsValue *
new_backing (const HvfsValue *item)
{
  const HvfsValue *device = hvfs_value_get (item, "pciDevice");
  HvfsValue *backing = hvfs_vm_value_new ("backing", "VirtualPCIPassthroughDeviceBackingInfo");
  const char *name = hvfs_value_text (device, "deviceName");
  const char *system = hvfs_value_text (item, "systemId");
  g_autofree char *device_id
    = g_strdup_printf ("%x", (guint) hvfs_value_int (device, "deviceId", 0) & G_MAXUINT16);

  hvfs_vm_value_set (&backing, "deviceName", name != NULL ? name : "");
  hvfs_vm_value_set (&backing, "id", hvfs_value_text (device, "id"));
  hvfs_vm_value_set (&backing, "deviceId", device_id);
  hvfs_vm_value_set (&backing, "systemId", system != NULL ? system : "");
  hvfs_vm_value_set_int (&backing, "vendorId", hvfs_value_int (device, "vendorId", 0));
  return backing;
}

static gboolean
add (GHashTable *backings, const HvfsValue *target, HvfsHostdev *hostdev, GError **error)
{
  g_autoptr (GString) others = g_string_new (NULL);
  const HvfsValue *item = find (target, hostdev, others);
  g_autofree char *id = hvfs_hostdev_dup_pci (hostdev);

  if (item == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOENT,
                   "line %u: <hostdev>: the host has no PCI device %s for machines; it has %s",
                   hostdev->line, id, others->len > 0 ? others->str : "none");
      return FALSE;
    }
  g_hash_table_insert (backings, hostdev, new_backing (item));
  return TRUE;
}

GHashTable *
hvfs_hostdevs_resolve (const HvfsServer *server, guint32 host, const HvfsDomain *base,
                       const HvfsDomain *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) backings
    = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) hvfs_value_unref);
  g_autoptr (HvfsValue) reply = NULL;

  for (guint i = 0; i < wanted->hostdevs->len; i++)
    {
      HvfsHostdev *hostdev = wanted->hostdevs->pdata[i];

      /* The device itself is refused on an older server. */
      if (hostdev->type != HVFS_HOSTDEV_PCI || has (base, hostdev)
          || hvfs_session_api (server->session) < API_PASSTHROUGH)
        continue;
      if (reply == NULL)
        {
          g_autoptr (HvfsHostLook) look = hvfs_host_look (server->mirror, host, error);

          reply = look != NULL ? ask (server, look->moref, cancellable, error) : NULL;
        }
      if (reply == NULL || !add (backings, hvfs_value_get (reply, "returnval"), hostdev, error))
        return NULL;
    }
  return g_steal_pointer (&backings);
}
