/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read-disk.c - disks, drives and their controllers in a VMX
 *
 * A slot (scsi0:1, ide1:0, floppy0) is read by the first row of a table whose
 * condition holds; a disk's address comes from its name, not from its slot.
 */
#include "convert/model/device-names.h"
#include "convert/model/hostdev.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-read-part.h"
#include "convert/vmx/vmx-words.h"
#include "convert/model/words.h"

#include <string.h>

#define SCSI_CONTROLLERS 4
#define SATA_CONTROLLERS 4
#define SCSI_UNITS 16
#define SCSI_WIDE_UNITS 65 /* the controller's own among them */
#define SCSI_OWN_UNIT 7
#define SATA_UNITS 30
#define NVME_CONTROLLERS 4
#define NVME_UNITS 64
#define WIDE_HW_VERSION 13

typedef struct
{
  HvfsVmxText *vmx;
  const HvfsFiles *files;
  HvfsDomain *domain;
} Reader;

typedef struct
{
  HvfsBus bus;
  guint controller;
  guint unit;
  char prefix[16]; /* "scsi0:1." */
  const char *type; /* deviceType; nullable */
  const char *file; /* fileName; nullable */
  gboolean transient;
  gboolean independent;
  gboolean write_through;
} Slot;

static const char *
bus_word (HvfsBus bus)
{
  return hvfs_bus_words[bus];
}

static gboolean
is_type (const Slot *slot, const char *type)
{
  return slot->type != NULL && g_ascii_strcasecmp (slot->type, type) == 0;
}

static gboolean
is_suffix (const Slot *slot, const char *suffix)
{
  return slot->file != NULL && hvfs_has_suffix_nocase (slot->file, suffix);
}

static gboolean
has_any_suffix (const Slot *slot, const char *const *suffixes)
{
  for (; *suffixes != NULL; suffixes++)
    if (is_suffix (slot, *suffixes))
      return TRUE;
  return FALSE;
}

static gboolean
is_name (const Slot *slot, const char *name)
{
  return slot->file != NULL && g_ascii_strcasecmp (slot->file, name) == 0;
}

static gboolean
is_host_cdrom (const Slot *slot)
{
  return slot->file != NULL && g_str_has_prefix (slot->file, HVFS_VMX_HOST_CDROMS);
}

static gboolean
bad_type (const Reader *reader, const Slot *slot, GError **error, const char *right)
{
  return hvfs_vmx_text_bad (reader->vmx, error, right, "%sdeviceType", slot->prefix);
}

static gboolean
is_taken (const HvfsDomain *domain, const HvfsDisk *disk)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *other = domain->disks->pdata[i];

      if (other != disk && other->bus == disk->bus
          && g_strcmp0 (other->target, disk->target) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The name and the address of the disk in @slot.  libvirt takes the address from the name,
 * which loses the controller where one has more disks than names were made for: that is
 * not followed, nor is a name given twice. */
static void
set_place (const Reader *reader, const Slot *slot, HvfsDisk *disk)
{
  guint index = hvfs_disk_slot_index (slot->bus, slot->controller, slot->unit);
  gboolean wide = slot->bus == HVFS_BUS_SCSI && reader->domain->hw_version >= WIDE_HW_VERSION;

  disk->drive = hvfs_drive_from_index (slot->bus, index, wide);
  disk->target = hvfs_disk_name (slot->bus, index);
  if (!wide)
    return;
  disk->drive.controller = slot->controller;
  disk->drive.unit = slot->unit;
  while (is_taken (reader->domain, disk))
    {
      g_free (disk->target);
      disk->target = hvfs_disk_name (slot->bus, ++index);
    }
}

/* What is no such value stays as it is, an extra. */
static void
read_limits (const Reader *reader, const Slot *slot, HvfsDisk *disk)
{
  static const char *const kept_sharing[] = { "sharing", NULL };
  static const char *const kept_cap[] = { "throughputCap", NULL };
  const char *sharing = hvfs_vmx_text_get (reader->vmx, "%ssharing", slot->prefix);
  const char *cap = hvfs_vmx_text_get (reader->vmx, "sched.%sthroughputCap", slot->prefix);
  g_autofree char *prefix = g_strconcat ("sched.", slot->prefix, NULL);

  disk->shareable = sharing != NULL && g_ascii_strcasecmp (sharing, "multi-writer") == 0;
  if (disk->shareable)
    hvfs_vmx_text_mark (reader->vmx, slot->prefix, kept_sharing);
  if (cap != NULL && hvfs_parse_uint64 (cap, G_MAXINT32, &disk->iops) && disk->iops > 0)
    hvfs_vmx_text_mark (reader->vmx, prefix, kept_cap);
}

static void
add_disk (const Reader *reader, const Slot *slot, HvfsDiskType type, HvfsDiskDevice device,
          char *path)
{
  static const char *const kept[] = { "present", "deviceType", "fileName", NULL };
  static const char *const kept_floppy[] = { "present", "fileType", "fileName", NULL };
  static const char *const kept_controller[] = { "present", NULL };
  static const char *const kept_mode[] = { "mode", NULL };
  static const char *const kept_cache[] = { "writeThrough", NULL };
  HvfsDisk *disk = hvfs_domain_add_disk (reader->domain);
  char controller[8];

  disk->type = type;
  disk->device = device;
  disk->bus = slot->bus;
  disk->path = path;
  set_place (reader, slot, disk);
  disk->readonly = device == HVFS_DEVICE_CDROM || device == HVFS_DEVICE_LUN;
  hvfs_vmx_text_mark (reader->vmx, slot->prefix,
                      device == HVFS_DEVICE_FLOPPY ? kept_floppy : kept);
  if (slot->bus == HVFS_BUS_SATA || slot->bus == HVFS_BUS_NVME)
    {
      g_snprintf (controller, sizeof controller, "%s%u.", bus_word (slot->bus), slot->controller);
      hvfs_vmx_text_mark (reader->vmx, controller, kept_controller);
    }
  if (device != HVFS_DEVICE_DISK)
    return;
  disk->transient = slot->transient;
  disk->cache = slot->write_through ? HVFS_CACHE_WRITETHROUGH : HVFS_CACHE_DEFAULT;
  disk->independent = slot->independent;
  if (slot->transient || slot->independent)
    hvfs_vmx_text_mark (reader->vmx, slot->prefix, kept_mode);
  read_limits (reader, slot, disk);
  if (slot->write_through && slot->bus == HVFS_BUS_SCSI)
    hvfs_vmx_text_mark (reader->vmx, slot->prefix, kept_cache);
}

static gboolean
is_hard_disk (const Slot *slot)
{
  return slot->file != NULL && !is_suffix (slot, ".iso")
         && strcmp (slot->file, "emptyBackingString") != 0 && !is_type (slot, "atapi-cdrom")
         && !is_type (slot, "cdrom-raw") && !is_type (slot, "cdrom-image")
         && !(is_type (slot, "scsi-passthru") && is_host_cdrom (slot));
}

/* Adds the disk that is the file which @slot must name. */
static gboolean
add_file (const Reader *reader, const Slot *slot, gboolean allow_missing, HvfsDiskDevice device,
          GError **error)
{
  char *path = NULL;

  if (!hvfs_vmx_read_file_name (reader->vmx, reader->files, slot->prefix, allow_missing,
                                &path, error))
    return FALSE;
  add_disk (reader, slot, HVFS_DISK_FILE, device, path);
  return TRUE;
}

/* A drive or disk of the host, by its path there; NULL is any there is. */
static void
add_device (const Reader *reader, const Slot *slot, HvfsDiskDevice device)
{
  gboolean any = is_name (slot, "auto detect");

  add_disk (reader, slot, HVFS_DISK_BLOCK, device, any ? NULL : g_strdup (slot->file));
  if (any)
    ((HvfsDisk *) reader->domain->disks->pdata[reader->domain->disks->len - 1])->startup
      = HVFS_STARTUP_OPTIONAL;
}

/* Of a file that is no .vmdk, though no deviceType says CD-ROM. */
static gboolean
read_other_disk (const Reader *reader, const Slot *slot, GError **error)
{
  static const char *const foreign[] = { ".vhd", ".vhdx", ".vdi", ".qcow2", ".qcow", ".qed", ".img",
                                         ".raw", ".hdd", NULL };
  static const char *const images[] = { ".dmg", ".cdr", ".toast", ".nrg", ".bin", NULL };
  g_autofree char *right = NULL;

  if (is_name (slot, "auto detect") && slot->type == NULL)
    add_device (reader, slot, HVFS_DEVICE_CDROM);
  else if (hvfs_vmx_is_host_device (slot->file))
    add_device (reader, slot, HVFS_DEVICE_DISK);
  else if (has_any_suffix (slot, images) && slot->type == NULL)
    return add_file (reader, slot, TRUE, HVFS_DEVICE_CDROM, error);
  else if (has_any_suffix (slot, foreign))
    return hvfs_vmx_text_bad (reader->vmx, error,
                              "VMware has no disks of this format: convert it to a .vmdk, which the "
                              "name of a disk's file must end in",
                              "%sfileName", slot->prefix);
  else
    return hvfs_vmx_text_bad (reader->vmx, error,
                              "a disk's file name must end in .vmdk; of a CD-ROM's image deviceType "
                              "must be \"cdrom-image\"",
                              "%sfileName", slot->prefix);
  return TRUE;
}

/* What deviceType says of a .vmdk ("rawDisk", "plainDisk", "fullDevice" ...), the .vmdk says
 * better: each of them is a disk. */
static gboolean
read_hard_disk (const Reader *reader, const Slot *slot, GError **error)
{
  return is_suffix (slot, ".vmdk") ? add_file (reader, slot, FALSE, HVFS_DEVICE_DISK, error)
                                   : read_other_disk (reader, slot, error);
}

static gboolean
is_ignored_vmdk (const Slot *slot)
{
  return is_suffix (slot, ".vmdk");
}

static gboolean
is_image (const Slot *slot)
{
  return is_suffix (slot, ".iso");
}

static gboolean
is_drive (const Slot *slot)
{
  return is_type (slot, "atapi-cdrom") || is_type (slot, "cdrom-raw");
}

static gboolean
read_image (const Reader *reader, const Slot *slot, GError **error)
{
  if (slot->type != NULL && !is_type (slot, "cdrom-image") && !is_drive (slot))
    return bad_type (reader, slot, error, "must be \"cdrom-image\" for an .iso");
  return add_file (reader, slot, TRUE, HVFS_DEVICE_CDROM, error);
}

static gboolean
read_drive (const Reader *reader, const Slot *slot, GError **error)
{
  add_device (reader, slot, is_type (slot, "cdrom-raw") ? HVFS_DEVICE_LUN : HVFS_DEVICE_CDROM);
  return TRUE;
}

static gboolean
is_passthrough (const Slot *slot)
{
  return slot->bus == HVFS_BUS_SCSI && is_type (slot, "scsi-passthru");
}

static gboolean
read_passthrough (const Reader *reader, const Slot *slot, GError **error)
{
  if (is_host_cdrom (slot))
    add_disk (reader, slot, HVFS_DISK_BLOCK, HVFS_DEVICE_LUN, g_strdup (slot->file));
  return TRUE;
}

static gboolean
is_empty (const Slot *slot)
{
  return slot->file != NULL ? *slot->file == '\0' || strcmp (slot->file, "emptyBackingString") == 0
                            : is_type (slot, "cdrom-image");
}

static gboolean
read_empty (const Reader *reader, const Slot *slot, GError **error)
{
  if (slot->type != NULL && !is_type (slot, "cdrom-image"))
    return bad_type (reader, slot, error, "must be \"cdrom-image\" for an empty drive");
  add_disk (reader, slot, HVFS_DISK_FILE, HVFS_DEVICE_CDROM, NULL);
  return TRUE;
}

/* An image of another name than .iso, or a drive of the host that took an image's place. */
static gboolean
is_named_image (const Slot *slot)
{
  return slot->file != NULL && is_type (slot, "cdrom-image");
}

static gboolean
read_named_image (const Reader *reader, const Slot *slot, GError **error)
{
  if (!is_name (slot, "auto detect") && !hvfs_vmx_is_host_device (slot->file))
    return add_file (reader, slot, TRUE, HVFS_DEVICE_CDROM, error);
  add_device (reader, slot, HVFS_DEVICE_CDROM);
  return TRUE;
}

/* A SCSI device of the host that is no CD-ROM drive: a tape, say. */
static gboolean
is_generic (const Slot *slot)
{
  return is_passthrough (slot) && !is_empty (slot) && slot->file != NULL && !is_host_cdrom (slot)
         && !is_suffix (slot, ".vmdk") && !is_suffix (slot, ".iso");
}

static gboolean
read_generic (const Reader *reader, const Slot *slot, GError **error)
{
  static const char *const kept[] = { "present", "deviceType", "fileName", NULL };
  HvfsHostdev *hostdev = hvfs_domain_add_hostdev (reader->domain);

  hostdev->type = HVFS_HOSTDEV_SCSI;
  hostdev->number = hvfs_domain_count_hostdevs (reader->domain, HVFS_HOSTDEV_SCSI) - 1;
  hostdev->name = g_strdup (is_name (slot, HVFS_HOSTDEV_ANY) ? HVFS_HOSTDEV_ANY : slot->file);
  hostdev->drive = (HvfsDrive){ .known = TRUE, .controller = slot->controller, .unit = slot->unit };
  hvfs_vmx_text_mark (reader->vmx, slot->prefix, kept);
  return TRUE;
}

/* The first row whose condition holds reads the slot; one without a reader ignores it. */
static const struct
{
  gboolean (*holds) (const Slot *slot);
  gboolean (*read) (const Reader *reader, const Slot *slot, GError **error);
} slot_rows[] = {
  { is_generic, read_generic },
  { is_hard_disk, read_hard_disk },
  { is_ignored_vmdk, NULL },
  { is_image, read_image },
  { is_drive, read_drive },
  { is_passthrough, read_passthrough },
  { is_empty, read_empty },
  { is_named_image, read_named_image },
};

static gboolean
read_slot_keys (const Reader *reader, Slot *slot, gboolean *ret_skip, GError **error)
{
  const char *mode = hvfs_vmx_text_get (reader->vmx, "%smode", slot->prefix);

  *ret_skip = FALSE;
  slot->type = hvfs_vmx_text_get (reader->vmx, "%sdeviceType", slot->prefix);
  slot->file = hvfs_vmx_text_get (reader->vmx, "%sfileName", slot->prefix);
  slot->transient = mode != NULL && g_ascii_strcasecmp (mode, "independent-nonpersistent") == 0;
  slot->independent = mode != NULL && g_ascii_strcasecmp (mode, "independent-persistent") == 0;
  if (!hvfs_vmx_text_get_bool (reader->vmx, ret_skip, error, "%sclientDevice", slot->prefix))
    return FALSE;
  return *ret_skip
         || hvfs_vmx_text_get_bool (reader->vmx, &slot->write_through, error, "%swriteThrough",
                                    slot->prefix);
}

static gboolean
is_nvme_disk (const Slot *slot)
{
  return is_hard_disk (slot) && is_suffix (slot, ".vmdk");
}

/* @ret_skip: nothing is there, or what is to be left out. */
static gboolean
begin_slot (const Reader *reader, Slot *slot, gboolean *ret_skip, GError **error)
{
  gboolean present;

  if (!hvfs_vmx_read_present (reader->vmx, slot->prefix, &present, error))
    return FALSE;
  *ret_skip = !present;
  return !present || read_slot_keys (reader, slot, ret_skip, error);
}

static gboolean
read_slot (const Reader *reader, HvfsBus bus, guint controller, guint unit, GError **error)
{
  Slot slot = { .bus = bus, .controller = controller, .unit = unit };
  gboolean skip;

  g_snprintf (slot.prefix, sizeof slot.prefix, "%s%u:%u.", bus_word (bus), controller, unit);
  if (!begin_slot (reader, &slot, &skip, error))
    return FALSE;
  if (skip)
    return TRUE;
  if (bus == HVFS_BUS_NVME && !is_nvme_disk (&slot))
    return hvfs_vmx_text_bad (reader->vmx, error, "on NVMe there must be a disk, which is a .vmdk",
                              "%sfileName", slot.prefix);
  for (guint i = 0; i < G_N_ELEMENTS (slot_rows); i++)
    if (slot_rows[i].holds (&slot))
      return slot_rows[i].read == NULL || slot_rows[i].read (reader, &slot, error);
  if (slot.file == NULL)
    return hvfs_vmx_text_bad (reader->vmx, error, "must name the .vmdk of a disk, or deviceType must "
                              "be \"cdrom-image\" or another of a CD-ROM drive",
                              "%sfileName", slot.prefix);
  return bad_type (reader, &slot, error, "must be that of a disk or CD-ROM drive");
}

static gboolean
read_floppy (const Reader *reader, guint unit, GError **error)
{
  static const char *const images[] = { ".flp", ".img", ".ima", ".vfd", NULL };
  Slot slot = { .bus = HVFS_BUS_FDC, .unit = unit };
  gboolean skip, is_file, is_device;
  const char *type;

  g_snprintf (slot.prefix, sizeof slot.prefix, "floppy%u.", unit);
  if (!begin_slot (reader, &slot, &skip, error))
    return FALSE;
  if (skip)
    return TRUE;
  type = hvfs_vmx_text_get (reader->vmx, "%sfileType", slot.prefix);
  is_file = type != NULL ? g_ascii_strcasecmp (type, "file") == 0 : has_any_suffix (&slot, images);
  is_device = type != NULL ? g_ascii_strcasecmp (type, "device") == 0 : !is_file;
  if (!is_file && !is_device)
    return hvfs_vmx_text_bad (reader->vmx, error, "must be \"device\" or \"file\"", "%sfileType",
                              slot.prefix);
  if (is_file && slot.file != NULL)
    return add_file (reader, &slot, FALSE, HVFS_DEVICE_FLOPPY, error);
  add_disk (reader, &slot, is_file ? HVFS_DISK_FILE : HVFS_DISK_BLOCK, HVFS_DEVICE_FLOPPY,
            g_strdup (slot.file));
  return TRUE;
}

/* libvirt does not look at NVMe: whatever is wrong there must not be an error.
 * @why: (transfer full) */
static gboolean
forgive (const Reader *reader, HvfsBus bus, GError *why, GError **error)
{
  if (bus != HVFS_BUS_NVME)
    {
      g_propagate_error (error, why);
      return FALSE;
    }
  hvfs_note (hvfs_vmx_text_notes (reader->vmx), 0, "%s; it is left out", why->message);
  g_error_free (why);
  return TRUE;
}

/* Reads scsi0 ..., sata0 ... or nvme0 ... */
static gboolean
read_bus (const Reader *reader, HvfsBus bus, guint controllers, guint units, GError **error)
{
  for (guint c = 0; c < controllers; c++)
    {
      GError *why = NULL;
      gboolean present = FALSE;

      if (!hvfs_vmx_text_get_bool (reader->vmx, &present, &why, "%s%u.present", bus_word (bus), c)
          && !forgive (reader, bus, g_steal_pointer (&why), error))
        return FALSE;
      for (guint u = 0; present && u < units; u++)
        if ((bus != HVFS_BUS_SCSI || u != SCSI_OWN_UNIT) && !read_slot (reader, bus, c, u, &why)
            && !forgive (reader, bus, g_steal_pointer (&why), error))
          return FALSE;
    }
  return TRUE;
}

/* The model of scsi@c, HVFS_SCSI_NONE if it is not there or has none. */
static gboolean
read_model (const Reader *reader, guint c, HvfsScsiModel *ret_model, GError **error)
{
  const char *word = hvfs_vmx_text_get (reader->vmx, "scsi%u.virtualDev", c);
  gboolean present = FALSE;
  int model;

  *ret_model = HVFS_SCSI_NONE;
  if (!hvfs_vmx_text_get_bool (reader->vmx, &present, error, "scsi%u.present", c))
    return FALSE;
  if (!present || word == NULL || *word == '\0')
    return TRUE;
  model = hvfs_words_index_nocase (hvfs_vmx_scsi_words, word);
  if (model < HVFS_SCSI_BUSLOGIC)
    return hvfs_vmx_text_bad (reader->vmx, error,
                              "must be \"buslogic\", \"lsilogic\", \"lsisas1068\" or \"pvscsi\"",
                              "scsi%u.virtualDev", c);
  *ret_model = model;
  return TRUE;
}

/* Returns: how many controllers the address of the last disk on @bus asks for */
static guint
count_to_last (const HvfsDomain *domain, HvfsBus bus)
{
  for (guint i = domain->disks->len; i > 0; i--)
    {
      const HvfsDisk *disk = domain->disks->pdata[i - 1];

      if (disk->bus == bus)
        return disk->drive.controller + 1;
    }
  return 0;
}

/* The controllers that disks are on: first SCSI, then SATA, then what is missing. */
static void
add_controllers (const Reader *reader, const HvfsScsiModel models[static SCSI_CONTROLLERS])
{
  static const char *const kept[] = { "present", "virtualDev", NULL };
  HvfsDomain *domain = reader->domain;
  guint n_scsi = count_to_last (domain, HVFS_BUS_SCSI);
  guint n_sata = count_to_last (domain, HVFS_BUS_SATA);

  for (guint c = n_scsi; c < SCSI_CONTROLLERS; c++)
    if (hvfs_hostdev_is_on (domain, c))
      n_scsi = c + 1;
  for (guint c = 0; c < n_scsi; c++)
    {
      HvfsController *controller = hvfs_domain_place_controller (domain, HVFS_CONTROLLER_SCSI, c);
      char prefix[8];

      controller->model = models[c];
      g_snprintf (prefix, sizeof prefix, "scsi%u.", c);
      hvfs_vmx_text_mark (reader->vmx, prefix, kept);
    }
  for (guint c = 0; c < n_sata; c++)
    hvfs_domain_place_controller (domain, HVFS_CONTROLLER_SATA, c);
  hvfs_domain_add_implicit_controllers (domain);
}

gboolean
hvfs_vmx_read_disks (HvfsVmxText *vmx, const HvfsFiles *files, HvfsVmxFlags flags,
                     HvfsDomain *domain, GError **error)
{
  const Reader reader = { vmx, files, domain };
  guint units = domain->hw_version < WIDE_HW_VERSION ? SCSI_UNITS
                : (flags & HVFS_VMX_64_DISKS) == 0   ? SCSI_WIDE_UNITS - 1
                                                     : SCSI_WIDE_UNITS;
  HvfsScsiModel models[SCSI_CONTROLLERS];

  for (guint c = 0; c < SCSI_CONTROLLERS; c++)
    if (!read_model (&reader, c, &models[c], error))
      return FALSE;
  if (!read_bus (&reader, HVFS_BUS_SCSI, SCSI_CONTROLLERS, units, error)
      || !read_bus (&reader, HVFS_BUS_SATA, SATA_CONTROLLERS, SATA_UNITS, error)
      || !read_bus (&reader, HVFS_BUS_NVME, NVME_CONTROLLERS, NVME_UNITS, error))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    if (!read_slot (&reader, HVFS_BUS_IDE, i / 2, i % 2, error))
      return FALSE;
  for (guint i = 0; i < 2; i++)
    if (!read_floppy (&reader, i, error))
      return FALSE;
  add_controllers (&reader, models);
  return TRUE;
}
