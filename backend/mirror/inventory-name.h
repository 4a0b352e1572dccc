/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/inventory-name.h - the server's escapes in names of its objects
 *
 * Exists because the server stores / \ and % in names as %2f %5c %25, in either
 * case, and sends and wants them so.
 */
#pragma once

#include <glib.h>

/* Undoes the three escapes, once; others stay as they are.  (transfer full) */
char *hvfs_inventory_name_decode (const char *name);

/* Escapes the three characters.  (transfer full) */
char *hvfs_inventory_name_encode (const char *plain);

/**
 * hvfs_inventory_name_from_user:
 * @text: a name as the tree shows names, or as a user makes one up
 *
 * Returns: (transfer full): the server's form: its escapes stay, what else has to be
 *   one is escaped, so "50%" and "50%25" are the same name
 */
char *hvfs_inventory_name_from_user (const char *text);
