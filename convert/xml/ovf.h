/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/ovf.h - what has to be known of an OVF package before the server gets it
 *
 * Exists because the server reads the descriptor, but not the archive around it: which files
 * belong to it, which networks are to be found for it, and what their checksums are.
 *
 * Memory only.
 */
#pragma once

#include <glib.h>

#define HVFS_OVF_MAX_BYTES (8 * 1024 * 1024)
#define HVFS_OVF_MAX_MANIFEST_BYTES (1024 * 1024)

typedef struct
{
  GPtrArray *files;    /* of char *: names, each once */
  GPtrArray *networks; /* of char *: names, each once */
} HvfsOvf;

/* @error: EINVAL: no descriptor of one machine; ENOTSUP: of several, or with files that are
 * compressed, in pieces or elsewhere.  (transfer full) */
HvfsOvf *hvfs_ovf_parse (const char *text, gsize len, GError **error);
void hvfs_ovf_free (HvfsOvf *ovf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsOvf, hvfs_ovf_free)

typedef struct
{
  GChecksumType type;
  char *hex;           /* lower case */
} HvfsOvfSum;

/* Of lines like "SHA256(disk.vmdk)= 12ab...": name -> HvfsOvfSum.  @error: EINVAL.  (transfer full) */
GHashTable *hvfs_ovf_parse_manifest (const char *text, gsize len, GError **error);
