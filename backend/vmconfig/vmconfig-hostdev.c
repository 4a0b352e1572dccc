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
#define API_SRIOV 505
#define MAX_LISTED 20

/* What a device of the host is to be for a machine. */
typedef struct
{
  const char *list;    /* in the host's answer */
  const char *backing; /* the field of the machine's device */
  const char *element;
  const char *lacks;
} Use;
static const Use for_itself
  = { "pciPassthrough", "backing", "hostdev", "has no PCI device %s for machines; it has" };
static const Use for_functions = { "sriov", "physicalFunctionBacking", "interface",
                                   "has no card %s with functions for machines (SR-IOV); it has" };

static gboolean
has (const HvfsDomain *domain, const HvfsHostdev *hostdev)
{
  for (guint i = 0; i < domain->hostdevs->len; i++)
    if (hvfs_hostdev_same (domain->hostdevs->pdata[i], hostdev))
      return TRUE;
  return FALSE;
}

static gboolean
has_card (const HvfsDomain *domain, const HvfsNet *net)
{
  for (guint i = 0; i < domain->nets->len; i++)
    {
      const HvfsNet *other = domain->nets->pdata[i];

      if (other->card != NULL && hvfs_hostdev_same (other->card, net->card)
          && memcmp (other->mac, net->mac, HVFS_MAC_BYTES) == 0)
        return TRUE;
    }
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
find (const HvfsValue *target, const Use *use, const HvfsHostdev *hostdev, GString *others)
{
  guint n = 0;

  for (guint i = 0; i < hvfs_value_n_children (target); i++)
    {
      const HvfsValue *item = hvfs_value_nth (target, i);
      const char *id = hvfs_value_text (item, "pciDevice.id");
      HvfsHostdev one = { 0 };

      if (strcmp (hvfs_value_name (item), use->list) != 0 || id == NULL
          || hvfs_value_bool (item, "virtualFunction") || !hvfs_hostdev_parse_pci (&one, id))
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
new_backing (const HvfsValue *item, const Use *use)
{
  const HvfsValue *device = hvfs_value_get (item, "pciDevice");
  HvfsValue *backing = hvfs_vm_value_new (use->backing, "VirtualPCIPassthroughDeviceBackingInfo");
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
add (GHashTable *backings, const HvfsValue *target, const Use *use, HvfsHostdev *hostdev,
     GError **error)
{
  g_autoptr (GString) others = g_string_new (NULL);
  const HvfsValue *item = find (target, use, hostdev, others);
  g_autofree char *id = hvfs_hostdev_dup_pci (hostdev);
  g_autoptr (GString) lacks = g_string_new (use->lacks);

  if (item == NULL)
    {
      g_string_replace (lacks, "%s", id, 1);
      g_set_error (error, HVFS_ERROR, ENOENT, "line %u: <%s>: the host %s %s", hostdev->line,
                   use->element, lacks->str, others->len > 0 ? others->str : "none");
      return FALSE;
    }
  g_hash_table_insert (backings, hostdev, new_backing (item, use));
  return TRUE;
}

/* The devices of @wanted that are to be looked for.  The device itself is refused on a server that
 * is too old for it. */
static void
list_wanted (const HvfsServer *server, const HvfsDomain *base, const HvfsDomain *wanted,
             GPtrArray *hostdevs, GPtrArray *cards)
{
  int api = hvfs_session_api (server->session);

  for (guint i = 0; api >= API_PASSTHROUGH && i < wanted->hostdevs->len; i++)
    {
      HvfsHostdev *hostdev = wanted->hostdevs->pdata[i];

      if (hostdev->type == HVFS_HOSTDEV_PCI && !has (base, hostdev))
        g_ptr_array_add (hostdevs, hostdev);
    }
  for (guint i = 0; api >= API_SRIOV && i < wanted->nets->len; i++)
    {
      const HvfsNet *net = wanted->nets->pdata[i];

      if (net->card != NULL && !has_card (base, net))
        g_ptr_array_add (cards, net->card);
    }
}

static gboolean
add_all (GHashTable *backings, const HvfsValue *target, const Use *use, const GPtrArray *hostdevs,
         GError **error)
{
  for (guint i = 0; i < hostdevs->len; i++)
    if (!add (backings, target, use, hostdevs->pdata[i], error))
      return FALSE;
  return TRUE;
}

GHashTable *
hvfs_hostdevs_resolve (const HvfsServer *server, guint32 host, const HvfsDomain *base,
                       const HvfsDomain *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) backings
    = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) hvfs_value_unref);
  g_autoptr (GPtrArray) hostdevs = g_ptr_array_new (), cards = g_ptr_array_new ();
  g_autoptr (HvfsHostLook) look = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  const HvfsValue *target;

  list_wanted (server, base, wanted, hostdevs, cards);
  if (hostdevs->len + cards->len == 0)
    return g_steal_pointer (&backings);
  look = hvfs_host_look (server->mirror, host, error);
  reply = look != NULL ? ask (server, look->moref, cancellable, error) : NULL;
  if (reply == NULL)
    return NULL;
  target = hvfs_value_get (reply, "returnval");
  return add_all (backings, target, &for_itself, hostdevs, error)
             && add_all (backings, target, &for_functions, cards, error)
           ? g_steal_pointer (&backings)
           : NULL;
}
