/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-options.h - changes of a machine's extraConfig
 *
 * Exists because its keys are files of their own, by name, and the server passes over some
 * of what it is asked for without a word.
 */
#pragma once

#include "backend/vmconfig/vmconfig-options-cache.h"
#include "backend/vmconfig/vmconfig.h"

/**
 * hvfs_config_set_options:
 * @options: @n of them; an empty value takes the key away
 * @version: (nullable): the configuration's that they were made of; the server refuses them
 *   with ConcurrentAccess when it has another one by now
 *
 * One reconfiguration, and one look at what has come of it.  Network.
 *
 * @error: EPERM: the server has kept a value of its own, of keys that it looks after itself;
 *   EINTR; a call's
 */
gboolean hvfs_config_set_options (HvfsConfig *config, guint32 serial, const HvfsOption *options,
                                  guint n, const char *version, GCancellable *cancellable,
                                  GError **error);

/* Whether the server, or a device, looks after @key: that is not to be changed by itself. */
gboolean hvfs_option_is_owned (const char *key);

/* Whether its value may be, or have in it, a password. */
gboolean hvfs_option_is_secret (const char *key);
