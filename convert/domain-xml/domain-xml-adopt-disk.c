/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-adopt-disk.c - other hypervisors' disks and their controllers
 *
 * A disk goes to the bus of VMware that does the same (virtio to a paravirtual SCSI
 * controller), keeps its letters where they are free, and becomes a .vmdk of its own name:
 * what is in it is for others to convert.
 */
#include "convert/model/device-names.h"
#include "convert/domain-xml/domain-xml-adopt-part.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/model/words.h"

#include <string.h>

#define FILE_HINT "write type='file' and <source file='[datastore] path'/>"

typedef struct
{
  HvfsAdopter *adopter;
  const xmlNode *devices;
  GHashTable *places; /* those that disks have: bus and index + 1 */
  GHashTable *files;  /* the name of a file -> what the other host calls it; owns both */
  gboolean had_scsi;  /* a disk or a controller of SCSI, before any disk was moved */
  guint scsi_limit;   /* how many controllers the disks on SCSI ask for */
} Disks;

/* How many disks a bus has names for. */
static guint
limit_of (HvfsBus bus)
{
  static const guint limits[] = {
    [HVFS_BUS_IDE] = 4, [HVFS_BUS_FDC] = 2, [HVFS_BUS_SCSI] = 60,
    [HVFS_BUS_SATA] = 120, [HVFS_BUS_NVME] = 256,
  };

  return bus < G_N_ELEMENTS (limits) ? limits[bus] : 0;
}

static gpointer
place_key (HvfsBus bus, guint index)
{
  return GUINT_TO_POINTER (bus * 1024 + MIN (index, 1023) + 1);
}

static void
take_place (Disks *disks, HvfsBus bus, guint index)
{
  g_hash_table_add (disks->places, place_key (bus, index));
  if (bus == HVFS_BUS_SCSI && index < limit_of (bus)) /* others are refused when they are read */
    disks->scsi_limit = MAX (disks->scsi_limit, hvfs_drive_from_index (bus, index, FALSE).controller + 1);
}

/* Returns: @wanted if it is free on @bus, else the lowest that is; -1 if none is */
static int
free_place (const Disks *disks, HvfsBus bus, int wanted)
{
  if (wanted >= 0 && (guint) wanted < limit_of (bus)
      && !g_hash_table_contains (disks->places, place_key (bus, wanted)))
    return wanted;
  for (guint i = 0; i < limit_of (bus); i++)
    if (!g_hash_table_contains (disks->places, place_key (bus, i)))
      return i;
  return -1;
}

/* The bus that @node says, or its name; HVFS_BUS_NONE if it says another word. */
static HvfsBus
bus_of (const xmlNode *node)
{
  const xmlNode *target = hvfs_xml_child (node, "target");
  g_autofree char *word = hvfs_xml_attr (target, "bus");
  g_autofree char *name = hvfs_xml_attr (target, "dev");
  g_autofree char *device = hvfs_xml_attr (node, "device");

  if (word != NULL)
    return MAX (hvfs_words_index (hvfs_bus_words, word), 0);
  if (g_strcmp0 (device, "floppy") == 0)
    return HVFS_BUS_FDC;
  return name != NULL ? hvfs_bus_of_name (name) : HVFS_BUS_IDE;
}

/* Where a disk of @bus goes first, and where if all is taken there. */
static void
choose_buses (HvfsBus bus, gboolean drive, HvfsBus ret_buses[static 2])
{
  ret_buses[1] = HVFS_BUS_SATA;
  if (bus == HVFS_BUS_IDE || bus == HVFS_BUS_SATA || bus == HVFS_BUS_NVME || bus == HVFS_BUS_FDC)
    ret_buses[0] = bus;
  else
    ret_buses[0] = drive ? HVFS_BUS_IDE : HVFS_BUS_SCSI;
  if (bus == HVFS_BUS_FDC)
    ret_buses[1] = bus;
}

/* Whether VMware has @bus and such a name on it. */
static gboolean
may_stay (HvfsBus bus, const char *name)
{
  return limit_of (bus) > 0 && g_str_has_prefix (name, hvfs_bus_prefix (bus))
         && hvfs_disk_name_index (name) >= 0;
}

/* Gives the disk @node, with <target> @target, a place that VMware has. */
static void
move_disk (Disks *disks, const xmlNode *node, const xmlNode *target, const char *old)
{
  g_autofree char *device = hvfs_xml_attr (node, "device");
  HvfsBus bus = bus_of (node), buses[2];
  g_autofree char *name = NULL;
  int index = -1, wanted = hvfs_disk_name_index (old);

  choose_buses (bus, g_strcmp0 (device, "cdrom") == 0, buses);
  for (guint i = 0; i < 2 && index < 0; i++)
    {
      index = free_place (disks, buses[i], wanted);
      if (index >= 0)
        bus = buses[i];
    }
  if (index < 0)
    return; /* the writer refuses so many */
  take_place (disks, bus, index);
  name = hvfs_disk_name (bus, index);
  if (strcmp (name, old) != 0 || bus_of (node) != bus)
    hvfs_adopt_note_each (disks->adopter, node, "'%s' on %s becomes '%s' on %s%s", old,
                          hvfs_bus_words[bus_of (node)], name, hvfs_bus_words[bus],
                          bus == HVFS_BUS_SCSI ? ": the guest needs that controller's driver" : "");
  hvfs_adopt_set (target, "dev", name);
  hvfs_adopt_set (target, "bus", hvfs_bus_words[bus]);
  hvfs_adopt_remove_children (node, "address");
}

/* Takes the driver that only the other hypervisor knows from @node. */
static void
adopt_driver (const Disks *disks, const xmlNode *node)
{
  const xmlNode *driver = hvfs_xml_child (node, "driver");
  g_autofree char *name = hvfs_xml_attr (driver, "name");
  g_autofree char *cache = hvfs_xml_attr (driver, "cache");
  gboolean model = FALSE, ours = g_strcmp0 (cache, "writethrough") == 0;

  if (driver == NULL)
    return;
  for (guint i = HVFS_SCSI_AUTO; name != NULL && hvfs_scsi_model_words[i] != NULL; i++)
    model |= g_ascii_strcasecmp (name, hvfs_scsi_model_words[i]) == 0;
  if ((name == NULL || model) && !disks->adopter->foreign && (cache == NULL || ours))
    return;
  if (hvfs_words_index (hvfs_disk_cache_words, cache) < 0 && cache != NULL)
    return; /* for the reader to refuse */
  hvfs_adopt_note (disks->adopter, driver, "%s%s is left out: it is of another hypervisor",
                   name != NULL ? name : "the cache mode ", name != NULL || cache == NULL ? "" : cache);
  for (const xmlAttr *attribute = driver->properties, *next; attribute != NULL; attribute = next)
    {
      gboolean keep = (ours && strcmp ((const char *) attribute->name, "cache") == 0)
                      || (model && strcmp ((const char *) attribute->name, "name") == 0);

      next = attribute->next;
      if (!keep)
        xmlRemoveProp ((xmlAttr *) attribute);
    }
}

/* Makes the file @path the source of @node. */
static void
set_file (const xmlNode *node, const char *path)
{
  const xmlNode *old = hvfs_xml_child (node, "source");
  g_autofree char *startup = hvfs_xml_attr (old, "startupPolicy");
  const xmlNode *source;

  hvfs_adopt_remove_children (node, "source");
  hvfs_adopt_set (node, "type", "file");
  source = hvfs_adopt_add (node, "source");
  hvfs_adopt_set (source, "file", path);
  hvfs_adopt_set (source, "startupPolicy", startup);
}

/* Returns: (transfer full): the name of the file of @path for VMware, which no other file
 * has: those of two directories may have one name */
static char *
unique_file (const Disks *disks, const char *path, const char *target, const char *suffix)
{
  char *file = hvfs_adopt_file (disks->adopter, path, suffix);
  const char *other = g_hash_table_lookup (disks->files, file);

  if (other != NULL && strcmp (other, path) != 0 && suffix != NULL)
    {
      g_autofree char *whole = file;

      whole[strlen (whole) - strlen (suffix)] = '\0';
      file = g_strdup_printf ("%s-%s%s", whole, target, suffix);
    }
  g_hash_table_insert (disks->files, g_strdup (file), g_strdup (path));
  return file;
}

/* The source of a disk that is a file or a block device: a file beside the VMX. */
static void
rename_source (const Disks *disks, const xmlNode *node, const char *path, const char *target,
               const char *suffix)
{
  g_autofree char *file = unique_file (disks, path, target, suffix);
  gboolean disk = g_strcmp0 (suffix, ".vmdk") == 0;

  /* Whoever adopts an editable text has a host, and says himself what is in the drives. */
  if (strcmp (file, path) != 0 && (disk || !disks->adopter->adoption->editable))
    hvfs_adopt_note_each (disks->adopter, node, "'%s' becomes '%s': it must be put there%s", path,
                          file, disk ? ", converted" : "");
  set_file (node, file);
}

/* A drive has its image, the VMware host's own drive, or nothing in it. */
static void
adopt_drive (const Disks *disks, const xmlNode *node, const char *type, const char *path,
             const char *suffix)
{
  if (path != NULL && strcmp (type, "file") == 0)
    rename_source (disks, node, path, "", suffix);
  else if (path != NULL && strcmp (type, "block") == 0 && suffix != NULL)
    {
      const xmlNode *source = hvfs_xml_child (node, "source");

      hvfs_adopt_note_each (disks->adopter, node,
                            "'%s' becomes the drive that the VMware host has", path);
      hvfs_adopt_set (source, "dev", NULL);
      hvfs_adopt_set (source, "startupPolicy", "optional");
    }
  else if (hvfs_xml_child (node, "source") != NULL)
    {
      if (strcmp (type, "file") != 0)
        hvfs_adopt_note_each (disks->adopter, node, "a source of the type '%s' is left out: the "
                              "drive is empty", type);
      hvfs_adopt_remove_children (node, "source");
      hvfs_adopt_set (node, "type", "file");
    }
}

static gboolean
adopt_source (const Disks *disks, const xmlNode *node, const char *target, GError **error)
{
  const xmlNode *source = hvfs_xml_child (node, "source");
  g_autofree char *device = hvfs_xml_attr (node, "device");
  g_autofree char *type_word = hvfs_xml_attr (node, "type");
  const char *type = type_word != NULL ? type_word : "file";
  gboolean block = strcmp (type, "block") == 0;
  g_autofree char *path = hvfs_xml_attr (source, block ? "dev" : "file");
  const char *to = hvfs_adopt_lookup (disks->adopter->adoption->disks, target);
  g_autofree char *option = g_strdup_printf ("say --disk %s=NAME.vmdk", target);
  const char *hint = hvfs_adopt_hint (disks->adopter, option, FILE_HINT);

  if (to == NULL)
    to = hvfs_adopt_lookup (disks->adopter->adoption->disks, path);
  if (to != NULL)
    {
      g_autofree char *file = hvfs_adopt_named_file (disks->adopter, to);

      if (g_strcmp0 (device, "lun") == 0)
        hvfs_adopt_set (node, "device", "disk");
      set_file (node, file);
      return TRUE;
    }
  if (!disks->adopter->foreign)
    return TRUE;
  if (path != NULL && *path == '\0')
    g_clear_pointer (&path, g_free);
  if (g_strcmp0 (device, "cdrom") == 0)
    adopt_drive (disks, node, type, path, ".iso");
  else if (g_strcmp0 (device, "floppy") == 0)
    adopt_drive (disks, node, type, path, NULL);
  else if (g_strcmp0 (device, "lun") == 0)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "the LUN '%s' is a device of the host, it must be a file: %s", target,
                         hint);
  else if (path == NULL && (block || strcmp (type, "file") == 0))
    return hvfs_xml_bad (node, EINVAL, error,
                         "the disk '%s' must have a source: %s", target,
                         hint);
  else if (path == NULL)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "the disk '%s' has a source of the type '%s', it must be a file: %s",
                         target, type,
                         hint);
  else
    rename_source (disks, node, path, target, ".vmdk");
  return TRUE;
}

static gboolean
adopt_disk (Disks *disks, const xmlNode *node, GError **error)
{
  const xmlNode *target = hvfs_xml_child (node, "target");
  g_autofree char *name = hvfs_xml_attr (target, "dev");

  if (name == NULL || *name == '\0')
    return TRUE; /* for the reader to refuse */
  if (!adopt_source (disks, node, name, error))
    return FALSE;
  if (disks->adopter->foreign)
    hvfs_adopt_remove_children (node, "address");
  if (!may_stay (bus_of (node), name))
    move_disk (disks, node, target, name);
  adopt_driver (disks, node);
  return TRUE;
}

/* ---- controllers ---- */

/* Returns: (transfer full) (nullable): the first model that VMware has too */
static char *
kept_model (const xmlNode *devices)
{
  const xmlNode *node = hvfs_xml_child (devices, "controller");

  for (; node != NULL; node = hvfs_xml_next (node, "controller"))
    {
      g_autofree char *type = hvfs_xml_attr (node, "type");
      g_autofree char *model = hvfs_xml_attr (node, "model");
      int index = hvfs_words_index (hvfs_scsi_model_words, model);

      if (g_strcmp0 (type, "scsi") == 0 && index >= HVFS_SCSI_BUSLOGIC
          && index <= HVFS_SCSI_VMPVSCSI)
        return g_steal_pointer (&model);
    }
  return NULL;
}

static void
adopt_controller (const Disks *disks, const xmlNode *node)
{
  g_autofree char *word = hvfs_xml_attr (node, "type");
  g_autofree char *model = hvfs_xml_attr (node, "model");
  int type = word != NULL ? hvfs_words_index (hvfs_controller_type_words, word) : HVFS_CONTROLLER_IDE;
  int scsi_model = hvfs_words_index (hvfs_scsi_model_words, model);
  gboolean foreign = disks->adopter->foreign;

  switch (type)
    {
    case -1: /* for the reader to refuse */
    case HVFS_CONTROLLER_NVME:
      return;
    case HVFS_CONTROLLER_SCSI:
      if (scsi_model > HVFS_SCSI_VMPVSCSI)
        hvfs_adopt_note_each (disks->adopter, node, "model='%s' becomes vmpvscsi", model);
      if (scsi_model > HVFS_SCSI_VMPVSCSI && !foreign)
        hvfs_adopt_set (node, "model", "vmpvscsi");
      break;
    case HVFS_CONTROLLER_IDE:
    case HVFS_CONTROLLER_FDC:
    case HVFS_CONTROLLER_SATA:
      break;
    case HVFS_CONTROLLER_USB:
      if (!foreign)
        return;
      G_GNUC_FALLTHROUGH;
    default:
      hvfs_adopt_note (disks->adopter, node, "type='%s' is left out: VMware has its own", word);
      hvfs_adopt_remove (node);
      return;
    }
  if (foreign) /* disks get those that they need */
    hvfs_adopt_remove (node);
}

static void
adopt_controllers (const Disks *disks)
{
  gboolean foreign = disks->adopter->foreign;
  g_autofree char *model = foreign ? kept_model (disks->devices) : NULL;

  for (const xmlNode *node = hvfs_xml_child (disks->devices, "controller"), *next; node != NULL;
       node = next)
    {
      next = hvfs_xml_next (node, "controller");
      adopt_controller (disks, node);
    }
  for (guint i = 0; i < disks->scsi_limit && (foreign || !disks->had_scsi); i++)
    {
      const xmlNode *node = hvfs_adopt_add (disks->devices, "controller");
      g_autofree char *index = g_strdup_printf ("%u", i);

      hvfs_adopt_set (node, "type", "scsi");
      hvfs_adopt_set (node, "index", index);
      hvfs_adopt_set (node, "model", model != NULL ? model : "vmpvscsi");
    }
}

/* Notes the places of the disks that need not move. */
static void
take_places (Disks *disks)
{
  for (const xmlNode *node = hvfs_xml_child (disks->devices, NULL); node != NULL;
       node = hvfs_xml_next (node, NULL))
    {
      g_autofree char *type = hvfs_xml_attr (node, "type");
      g_autofree char *name = hvfs_xml_attr (hvfs_xml_child (node, "target"), "dev");

      if (hvfs_xml_is (node, "controller"))
        disks->had_scsi |= g_strcmp0 (type, "scsi") == 0;
      if (!hvfs_xml_is (node, "disk") || name == NULL || !may_stay (bus_of (node), name))
        continue;
      disks->had_scsi |= bus_of (node) == HVFS_BUS_SCSI;
      take_place (disks, bus_of (node), hvfs_disk_name_index (name));
    }
}

gboolean
hvfs_adopt_disks (HvfsAdopter *adopter, const xmlNode *devices, GError **error)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Disks disks = { .adopter = adopter, .devices = devices, .places = places, .files = files };

  take_places (&disks);
  for (const xmlNode *node = hvfs_xml_child (devices, "disk"), *next; node != NULL; node = next)
    {
      next = hvfs_xml_next (node, "disk");
      if (!adopt_disk (&disks, node, error))
        return FALSE;
    }
  adopt_controllers (&disks);
  return TRUE;
}
