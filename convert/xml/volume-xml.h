/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/volume-xml.h - libvirt's XML of a storage volume, written and read
 *
 * Exists so that a file of a datastore that libvirt has as a volume is printed as virsh
 * vol-dumpxml does, and what a disk cannot have is refused with its line.
 */
#pragma once

#include <glib.h>

typedef enum
{
  HVFS_VOLUME_VMDK,
  HVFS_VOLUME_ISO,
  HVFS_VOLUME_RAW,
} HvfsVolumeFormat;

/* What a document says; all owned. */
typedef struct
{
  char *name;           /* nullable: it does not say, as with the next two */
  char *key;
  char *path;           /* "[datastore] directory/file" */
  gint64 capacity;      /* bytes; -1: it does not say */
  gint64 allocation;    /* the same */
  gboolean has_format;  /* it says the format */
  HvfsVolumeFormat format;
} HvfsVolumeDef;

/* Sets all that a document need not say. */
#define HVFS_VOLUME_DEF_INIT { NULL, NULL, NULL, -1, -1, FALSE, HVFS_VOLUME_VMDK }
void hvfs_volume_def_clear (HvfsVolumeDef *def);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvfsVolumeDef, hvfs_volume_def_clear)

/* Returns: FALSE with @ret unset.  @error: EINVAL with the line */
gboolean hvfs_volume_def_from_xml (const char *text, gsize len, HvfsVolumeDef *ret,
                                   GError **error);

/* Appends what virsh vol-dumpxml prints; all of @def is set. */
void hvfs_volume_def_write (const HvfsVolumeDef *def, GString *out);
