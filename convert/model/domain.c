/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/domain.c - the domain model's memory and the order of its devices; see domain.h */
#include "convert/model/domain.h"
#include "convert/model/device-names.h"
#include "convert/model/notes.h"
#include "convert/model/scalar.h"

#include <string.h>

static void
filesystem_free (gpointer data)
{
  HvfsFilesystem *filesystem = data;

  g_free (filesystem->source);
  g_free (filesystem->target);
  g_free (filesystem);
}

static void
hostdev_free (gpointer data)
{
  HvfsHostdev *hostdev = data;

  if (hostdev == NULL)
    return;
  g_free (hostdev->name);
  g_free (hostdev);
}

static void
net_free (gpointer data)
{
  HvfsNet *net = data;

  g_free (net->bridge);
  g_free (net->dev);
  g_free (net->portgroup_id);
  g_free (net->opaque_id);
  g_free (net->opaque_type);
  hostdev_free (net->card);
  g_free (net);
}

static void
port_free (gpointer data)
{
  HvfsPort *port = data;

  g_free (port->path);
  g_free (port->host);
  g_free (port->service);
  g_free (port->uri);
  g_free (port->proxy);
  g_free (port);
}

static void
nvdimm_free (gpointer data)
{
  HvfsNvdimm *nvdimm = data;

  g_free (nvdimm->path);
  g_free (nvdimm);
}

static void
graphics_free (gpointer data)
{
  HvfsGraphics *graphics = data;

  g_free (graphics->listen);
  g_free (graphics->keymap);
  g_free (graphics->password);
  g_free (graphics);
}

static void
extra_free (gpointer data)
{
  HvfsExtra *extra = data;

  g_free (extra->key);
  g_free (extra->value);
  g_free (extra);
}

HvfsDisk *
hvfs_disk_new (void)
{
  return g_new0 (HvfsDisk, 1);
}

void
hvfs_disk_free (HvfsDisk *disk)
{
  if (disk == NULL)
    return;
  g_free (disk->path);
  g_free (disk->target);
  g_free (disk->driver);
  g_free (disk);
}

static void
disk_free (gpointer data)
{
  hvfs_disk_free (data);
}

HvfsDomain *
hvfs_domain_new (void)
{
  HvfsDomain *domain = g_new0 (HvfsDomain, 1);

  domain->id = -1;
  domain->vcpus = 1;
  domain->current_vcpus = 1;
  domain->disks = g_ptr_array_new_with_free_func (disk_free);
  domain->controllers = g_ptr_array_new_with_free_func (g_free);
  domain->filesystems = g_ptr_array_new_with_free_func (filesystem_free);
  domain->nets = g_ptr_array_new_with_free_func (net_free);
  domain->serials = g_ptr_array_new_with_free_func (port_free);
  domain->parallels = g_ptr_array_new_with_free_func (port_free);
  domain->graphics = g_ptr_array_new_with_free_func (graphics_free);
  domain->videos = g_ptr_array_new_with_free_func (g_free);
  domain->hostdevs = g_ptr_array_new_with_free_func (hostdev_free);
  domain->nvdimms = g_ptr_array_new_with_free_func (nvdimm_free);
  domain->extras = g_ptr_array_new_with_free_func (extra_free);
  domain->notes = hvfs_notes_new ();
  return domain;
}

void
hvfs_domain_free (HvfsDomain *domain)
{
  if (domain == NULL)
    return;
  g_free (domain->name);
  g_free (domain->description);
  g_clear_pointer (&domain->cpuset, g_array_unref);
  g_free (domain->guest_os);
  g_ptr_array_unref (domain->disks);
  g_ptr_array_unref (domain->controllers);
  g_ptr_array_unref (domain->filesystems);
  g_ptr_array_unref (domain->nets);
  g_ptr_array_unref (domain->serials);
  g_ptr_array_unref (domain->parallels);
  g_ptr_array_unref (domain->graphics);
  g_ptr_array_unref (domain->videos);
  g_ptr_array_unref (domain->hostdevs);
  g_ptr_array_unref (domain->nvdimms);
  g_free (domain->datacenter_path);
  g_free (domain->moref);
  g_ptr_array_unref (domain->extras);
  g_ptr_array_unref (domain->notes);
  g_free (domain);
}

static gpointer
add (GPtrArray *devices, gpointer device)
{
  g_ptr_array_add (devices, device);
  return device;
}

HvfsFilesystem *
hvfs_domain_add_filesystem (HvfsDomain *domain)
{
  HvfsFilesystem *filesystem = g_new0 (HvfsFilesystem, 1);

  filesystem->number = domain->filesystems->len;
  return add (domain->filesystems, filesystem);
}

HvfsNet *
hvfs_domain_add_net (HvfsDomain *domain)
{
  HvfsNet *net = g_new0 (HvfsNet, 1);

  net->number = domain->nets->len;
  net->shares = HVFS_NET_SHARES;
  return add (domain->nets, net);
}

static const struct
{
  const char *word;
  guint shares;
} net_levels[] = { { "low", 25 }, { "normal", HVFS_NET_SHARES }, { "high", 100 } };

gboolean
hvfs_net_parse_shares (const char *text, guint *ret_shares)
{
  guint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (net_levels); i++)
    if (g_ascii_strcasecmp (text, net_levels[i].word) == 0)
      {
        *ret_shares = net_levels[i].shares;
        return TRUE;
      }
  if (!hvfs_parse_uint64 (text, HVFS_NET_SHARES_MAX, &number))
    return FALSE;
  *ret_shares = number;
  return TRUE;
}

char *
hvfs_net_dup_shares (const HvfsNet *net)
{
  for (guint i = 0; i < G_N_ELEMENTS (net_levels); i++)
    if (net->shares == net_levels[i].shares)
      return net->shares == HVFS_NET_SHARES ? NULL : g_strdup (net_levels[i].word);
  return g_strdup_printf ("%u", net->shares);
}

HvfsHostdev *
hvfs_domain_add_hostdev (HvfsDomain *domain)
{
  return add (domain->hostdevs, g_new0 (HvfsHostdev, 1));
}

HvfsNvdimm *
hvfs_domain_add_nvdimm (HvfsDomain *domain)
{
  return add (domain->nvdimms, g_new0 (HvfsNvdimm, 1));
}

guint
hvfs_domain_count_hostdevs (const HvfsDomain *domain, HvfsHostdevType type)
{
  guint n = 0;

  for (guint i = 0; i < domain->hostdevs->len; i++)
    n += ((const HvfsHostdev *) domain->hostdevs->pdata[i])->type == type;
  return n;
}

HvfsPort *
hvfs_domain_add_serial (HvfsDomain *domain)
{
  return add (domain->serials, g_new0 (HvfsPort, 1));
}

HvfsPort *
hvfs_domain_add_parallel (HvfsDomain *domain)
{
  return add (domain->parallels, g_new0 (HvfsPort, 1));
}

HvfsGraphics *
hvfs_domain_add_graphics (HvfsDomain *domain)
{
  return add (domain->graphics, g_new0 (HvfsGraphics, 1));
}

HvfsVideo *
hvfs_domain_add_video (HvfsDomain *domain)
{
  HvfsVideo *video = add (domain->videos, g_new0 (HvfsVideo, 1));

  video->type = HVFS_VIDEO_VMVGA;
  video->vram_kib = HVFS_VRAM_KIB;
  video->heads = 1;
  return video;
}

HvfsDisk *
hvfs_domain_add_disk (HvfsDomain *domain)
{
  return add (domain->disks, hvfs_disk_new ());
}

HvfsExtra *
hvfs_domain_add_extra (HvfsDomain *domain, const char *key, const char *value)
{
  HvfsExtra *extra = add (domain->extras, g_new0 (HvfsExtra, 1));

  extra->key = g_strdup (key);
  extra->value = g_strdup (value);
  return extra;
}

const HvfsExtra *
hvfs_domain_get_extra (const HvfsDomain *domain, const char *key)
{
  for (guint i = 0; i < domain->extras->len; i++)
    {
      const HvfsExtra *extra = domain->extras->pdata[i];

      if (g_ascii_strcasecmp (extra->key, key) == 0)
        return extra;
    }
  return NULL;
}

void
hvfs_domain_place_disk (HvfsDomain *domain, HvfsDisk *disk)
{
  int index = hvfs_disk_name_index (disk->target);
  int place = -1;

  /* Those of a bus are in order, and most come in order. */
  for (guint i = domain->disks->len; i > 0; i--)
    {
      const HvfsDisk *other = domain->disks->pdata[i - 1];

      if (other->bus != disk->bus)
        continue;
      place = (int) i - 1;
      if (hvfs_disk_name_index (other->target) > index)
        continue;
      place = (int) i;
      break;
    }
  g_ptr_array_insert (domain->disks, place, disk);
}

HvfsController *
hvfs_domain_get_controller (const HvfsDomain *domain, HvfsControllerType type, guint index)
{
  for (guint i = 0; i < domain->controllers->len; i++)
    {
      HvfsController *controller = domain->controllers->pdata[i];

      if (controller->type == type && controller->index == index)
        return controller;
    }
  return NULL;
}

HvfsController *
hvfs_domain_place_controller (HvfsDomain *domain, HvfsControllerType type, guint index)
{
  HvfsController *controller = g_new0 (HvfsController, 1);
  int place = -1;

  controller->type = type;
  controller->index = index;
  for (guint i = 0; i < domain->controllers->len; i++)
    {
      const HvfsController *other = domain->controllers->pdata[i];

      if (other->type != type)
        continue;
      place = other->index > index ? (int) i : (int) i + 1;
      if (other->index > index)
        break;
    }
  g_ptr_array_insert (domain->controllers, place, controller);
  return controller;
}

static void
draw_mac (guint8 *mac)
{
  guint32 random = g_random_int ();

  mac[0] = 0x00;
  mac[1] = 0x0c;
  mac[2] = 0x29;
  memcpy (mac + 3, &random, 3);
}

void
hvfs_domain_draw_uuid (HvfsDomain *domain)
{
  g_autofree char *uuid = g_uuid_string_random ();

  if (!domain->has_uuid)
    hvfs_parse_uuid (uuid, domain->uuid);
  domain->has_uuid = TRUE;
}

void
hvfs_domain_draw_macs (HvfsDomain *domain)
{
  for (guint i = 0; i < domain->nets->len; i++)
    {
      HvfsNet *net = domain->nets->pdata[i];

      if (hvfs_is_zero (net->mac, HVFS_MAC_BYTES))
        draw_mac (net->mac);
    }
}

guint
hvfs_round_vram (guint kib)
{
  guint power = 1;

  if (kib == 0)
    return HVFS_VRAM_KIB;
  while (power < kib && power < HVFS_VRAM_MAX_KIB)
    power <<= 1;
  return power;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

GArray *
hvfs_numbers_unique (const GArray *numbers)
{
  GArray *unique = g_array_copy ((GArray *) numbers);
  guint *data = (guint *) (void *) unique->data;
  guint n = 0;

  g_array_sort (unique, compare_numbers);
  for (guint i = 0; i < unique->len; i++)
    if (n == 0 || data[n - 1] != data[i])
      data[n++] = data[i];
  g_array_set_size (unique, n);
  return unique;
}

int
hvfs_bus_controller_type (HvfsBus bus)
{
  switch (bus)
    {
    case HVFS_BUS_SCSI:
      return HVFS_CONTROLLER_SCSI;
    case HVFS_BUS_FDC:
      return HVFS_CONTROLLER_FDC;
    case HVFS_BUS_IDE:
      return HVFS_CONTROLLER_IDE;
    case HVFS_BUS_SATA:
      return HVFS_CONTROLLER_SATA;
    case HVFS_BUS_NVME:
      return HVFS_CONTROLLER_NVME;
    default:
      return -1;
    }
}

/* Returns: how many controllers the addresses of the disks on @bus reach over */
static guint
count_controllers (const HvfsDomain *domain, HvfsBus bus)
{
  guint n = 0;

  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->bus == bus && disk->drive.known)
        n = MAX (n, disk->drive.controller + 1);
    }
  return n;
}

void
hvfs_domain_add_implicit_controllers (HvfsDomain *domain)
{
  static const HvfsBus order[] = { HVFS_BUS_SCSI, HVFS_BUS_FDC, HVFS_BUS_IDE, HVFS_BUS_SATA,
                                   HVFS_BUS_NVME };

  for (guint b = 0; b < G_N_ELEMENTS (order); b++)
    {
      int type = hvfs_bus_controller_type (order[b]);
      guint n = count_controllers (domain, order[b]);

      for (guint i = 0; i < n; i++)
        if (hvfs_domain_get_controller (domain, type, i) == NULL)
          hvfs_domain_place_controller (domain, type, i);
    }
}
