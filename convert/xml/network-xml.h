/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/network-xml.h - reading libvirt's XML of a network as a virtual switch
 *
 * Exists so that what a virtual switch cannot have is refused with its line, and nothing is
 * dropped.
 */
#pragma once

#include <glib.h>

/* All 0: none. */
typedef struct
{
  gint64 average_bits, peak_bits; /* a second */
  gint64 burst_bytes;
} HvfsShaping;

typedef struct
{
  char *name;
  HvfsShaping shaping;
} HvfsPortGroupDef;

typedef struct
{
  char *name;          /* nullable: the document does not say it */
  GPtrArray *nics;     /* (element-type utf8) */
  HvfsShaping shaping;
  GPtrArray *groups;   /* (element-type HvfsPortGroupDef) */
} HvfsNetworkDef;

/* Returns: (transfer full).  @error: EINVAL with the line */
HvfsNetworkDef *hvfs_network_def_from_xml (const char *text, gsize len, GError **error);
void hvfs_network_def_free (HvfsNetworkDef *def);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsNetworkDef, hvfs_network_def_free)
