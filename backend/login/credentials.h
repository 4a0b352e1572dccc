/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/credentials.h - who logs in, found where tree.md says, in its order
 *
 * Exists so that a password is asked for once and shown nowhere: it lives in
 * locked memory that core dumps leave out, and is wiped when freed.
 */
#pragma once

#include "backend/login/uri.h"

typedef struct _HvfsCredentials HvfsCredentials;

/**
 * hvfs_credentials_find:
 * @uri: its user name, host, type and authfile count
 * @username: (nullable): of -o username=
 * @password_file: (nullable): of -o password_file=
 * @may_prompt: whether a terminal may be asked
 *
 * Reads files and the environment, and may prompt on /dev/tty without echo.
 *
 * @error: EACCES with one line that says which sources there are; the errno and
 *   name of a file that was named and cannot be read
 */
HvfsCredentials *hvfs_credentials_find (const HvfsUri *uri, const char *username,
                                        const char *password_file,
                                        gboolean may_prompt, GError **error);

/* The same for the vCenter that moves the machines of a host, @uri being the vCenter's:
 * by names of its own, HVFS_VCENTER_PASSWORD_FILE and systemd's hvfs-vcenter-password,
 * because a host's password is not to be told to another server. */
HvfsCredentials *hvfs_credentials_find_vcenter (const HvfsUri *uri, const char *username,
                                                const char *password_file,
                                                gboolean may_prompt, GError **error);
HvfsCredentials *hvfs_credentials_ref (HvfsCredentials *credentials);
void hvfs_credentials_unref (HvfsCredentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsCredentials, hvfs_credentials_unref)

/* Whether the file that the password came from is another one, or has changed, since it was
 * read.  FALSE where it cannot be looked at, or was typed.  One stat. */
gboolean hvfs_credentials_is_stale (const HvfsCredentials *credentials);

/* The same, with the password that its file holds now.  Reads a file.
 * @error: (nullable)  (transfer full) (nullable): on error; without one where the password
 * was typed */
HvfsCredentials *hvfs_credentials_reread (const HvfsCredentials *credentials, GError **error);

/* Where the password is from.  (nullable): it was typed */
const char *hvfs_credentials_file (const HvfsCredentials *credentials);

const char *hvfs_credentials_username (const HvfsCredentials *credentials);
const char *hvfs_credentials_password (const HvfsCredentials *credentials);
