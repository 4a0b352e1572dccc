/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/adoption.h - how the XML of another hypervisor's domain is to be taken
 *
 * Exists so that the parts of domain-xml-adopt.h share it.
 */
#pragma once

#include <glib.h>

/* All members may be NULL.  Borrowed for the time of the call. */
typedef struct
{
  gboolean foreign;            /* take KVM's meaning of the words, though the type is vmware */
  gboolean nameless;           /* XML of a VMware machine need not have a name, as a VMX need not */
  gboolean editable;           /* the caller has a host: hints say what to write in the text, not
                                * options, and networks and media are the caller's to judge */
  const char *const *networks; /* "FROM=TO": a network, bridge, host device or MAC address, and
                                * the name of the network at the VMware host */
  const char *const *disks;    /* "FROM=TO": a source or target name, and the file at the VMware
                                * host: a name, "[datastore] path" or "/path" */
  const char *directory;       /* "[datastore] directory" of the files that TO or nobody names one
                                * for; NULL: HVFS_OFFLINE_DIRECTORY */
} HvfsAdoption;
