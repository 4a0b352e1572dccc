/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-guestinfo.h - what cloud-init reads in a guest
 *
 * Exists because cloud-init's VMware datasource takes guestinfo.metadata, userdata and vendordata
 * as plain text, in base64, or packed and in base64, as guestinfo.NAME.encoding says: people
 * write the text, and the server has room for the packed form.
 */
#pragma once

#include "backend/vmconfig/vmconfig-options.h"

/* The most bytes of a text. */
#define HVFS_GUESTINFO_BYTES (1024 * 1024)

/* How texts are stored. */
#define HVFS_GUESTINFO_ENCODING "gzip+base64"

/**
 * hvfs_guestinfo_decode:
 * @options: as of hvfs_config_get_options
 * @name: "userdata"
 *
 * Appends the text.  Memory.
 *
 * @error: EIO: it is not what its encoding says; EFBIG: it is longer than any of ours
 */
gboolean hvfs_guestinfo_decode (const GPtrArray *options, const char *name, GString *out,
                                GError **error);

/* (nullable): how it is stored */
const char *hvfs_guestinfo_encoding (const GPtrArray *options, const char *name);

/**
 * hvfs_guestinfo_set:
 * @text: "" takes both keys away
 * @encoding: as cloud-init names them; "": plain
 * @version: as hvfs_config_set_options, which this is with both keys
 *
 * @error: EINVAL: no such encoding
 */
gboolean hvfs_guestinfo_set (HvfsConfig *config, guint32 serial, const char *name,
                             const char *text, const char *encoding, const char *version,
                             GCancellable *cancellable, GError **error);
