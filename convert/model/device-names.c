/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/device-names.c - slots, names and addresses of disks; see device-names.h */
#include "convert/model/device-names.h"

#include <stdio.h>
#include <string.h>

#define SCSI_OWN_UNIT 7
#define WIDE_SCSI_UNITS 63
#define NVME_UNITS 64
#define NVME_CONTROLLERS 256

typedef struct
{
  const char *prefix;
  guint per_slot_group; /* indices between scsi0:0 and scsi1:0 */
  guint per_controller; /* indices between two controllers of addresses */
  guint per_bus;        /* indices between two buses of addresses */
} Layout;

static const Layout layouts[] = {
  [HVFS_BUS_IDE] = { "hd", 2, 4, 2 },
  [HVFS_BUS_FDC] = { "fd", 2, 2, 2 },
  [HVFS_BUS_SCSI] = { "sd", 15, 15, 15 },
  [HVFS_BUS_SATA] = { "sd", 30, 6, 6 },
  [HVFS_BUS_NVME] = { "nvme", NVME_UNITS, NVME_UNITS, NVME_UNITS },
};

static const Layout *
layout_of (HvfsBus bus)
{
  return bus < G_N_ELEMENTS (layouts) && layouts[bus].prefix != NULL ? &layouts[bus] : NULL;
}

const char *
hvfs_bus_prefix (HvfsBus bus)
{
  const Layout *layout = layout_of (bus);

  return layout != NULL ? layout->prefix : NULL;
}

HvfsBus
hvfs_bus_of_name (const char *target)
{
  static const struct
  {
    const char *prefix;
    HvfsBus bus;
  } names[] = {
    { "hd", HVFS_BUS_IDE }, { "sd", HVFS_BUS_SCSI }, { "vd", HVFS_BUS_VIRTIO },
    { "xvd", HVFS_BUS_XEN }, { "ubd", HVFS_BUS_UML }, { "nvme", HVFS_BUS_NVME },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_has_prefix (target, names[i].prefix))
      return names[i].bus;
  return HVFS_BUS_IDE;
}

guint
hvfs_disk_slot_index (HvfsBus bus, guint controller, guint unit)
{
  const Layout *layout = layout_of (bus);

  g_return_val_if_fail (layout != NULL, 0);
  if (bus == HVFS_BUS_SCSI && unit > SCSI_OWN_UNIT)
    unit--;
  return layout->per_slot_group * controller + unit;
}

char *
hvfs_disk_name (HvfsBus bus, guint index)
{
  const Layout *layout = layout_of (bus);
  char letters[8]; /* 26^7 is more than a guint */
  char *p = letters + sizeof letters;

  g_return_val_if_fail (layout != NULL, NULL);
  if (bus == HVFS_BUS_NVME)
    return g_strdup_printf ("%s%un%u", layout->prefix, index / NVME_UNITS, index % NVME_UNITS + 1);
  *--p = '\0';
  for (guint64 rest = (guint64) index + 1; rest > 0; rest = (rest - 1) / 26)
    *--p = 'a' + (rest - 1) % 26;
  return g_strconcat (layout->prefix, p, NULL);
}

/* Returns: the index of "nvme1n2", the second disk of the second controller; -1 if it is
 * no such name */
static int
nvme_index (const char *name)
{
  g_autofree char *right = NULL;
  guint controller, disk, index;

  if (sscanf (name, "nvme%3un%3u", &controller, &disk) != 2 || controller >= NVME_CONTROLLERS
      || disk == 0 || disk > NVME_UNITS)
    return -1;
  index = controller * NVME_UNITS + disk - 1;
  right = hvfs_disk_name (HVFS_BUS_NVME, index);
  return strcmp (name, right) == 0 ? (int) index : -1;
}

/* Returns: (nullable): @name behind its prefix */
static const char *
skip_prefix (const char *name)
{
  static const char *const prefixes[] = { "fd", "hd", "sd", "vd", "xvd", "ubd" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return name + strlen (prefixes[i]);
  return NULL;
}

int
hvfs_disk_name_index (const char *name)
{
  const char *p = name != NULL ? skip_prefix (name) : NULL;
  gint64 n = 0;

  if (p == NULL && name != NULL)
    return nvme_index (name);
  if (p == NULL || !g_ascii_islower (*p))
    return -1;
  for (; g_ascii_islower (*p) && n <= G_MAXINT; p++)
    n = n * 26 + (*p - 'a' + 1);
  if (n > G_MAXINT)
    return -1;
  while (g_ascii_isdigit (*p))
    p++;
  return *p == '\0' ? (int) n - 1 : -1;
}

void
hvfs_disk_slot (const HvfsDisk *disk, guint *ret_controller, guint *ret_unit)
{
  const Layout *layout = layout_of (disk->bus);
  const HvfsDrive *drive = &disk->drive;
  HvfsDrive named;
  int index;

  *ret_controller = disk->bus == HVFS_BUS_IDE ? drive->bus : drive->controller;
  *ret_unit = drive->unit;
  if (disk->bus != HVFS_BUS_SATA)
    return;
  index = hvfs_disk_name_index (disk->target);
  named = hvfs_drive_from_index (disk->bus, MAX (index, 0), FALSE);
  if (index < 0 || named.controller != drive->controller || named.unit != drive->unit)
    return;
  *ret_controller = index / layout->per_slot_group;
  *ret_unit = index % layout->per_slot_group;
}

HvfsDrive
hvfs_drive_from_index (HvfsBus bus, guint index, gboolean wide)
{
  const Layout *layout = layout_of (bus);
  HvfsDrive drive = { .known = layout != NULL };
  gboolean scsi = bus == HVFS_BUS_SCSI;

  if (layout == NULL)
    return drive;

  guint per_controller = scsi && wide ? WIDE_SCSI_UNITS : layout->per_controller;
  guint per_bus = scsi ? per_controller : layout->per_bus;

  drive.controller = index / per_controller;
  drive.bus = index % per_controller / per_bus;
  drive.unit = index % per_bus;
  if (scsi && drive.unit >= SCSI_OWN_UNIT)
    drive.unit++;
  return drive;
}
