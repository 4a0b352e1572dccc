/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/addresses.h - the addresses that VMware tools report for a machine
 *
 * Exists because both the file "addresses" and the inventory list them.
 */
#pragma once

#include "fs/row/row.h"

/* @mac: "-" where it is not known; @prefix: -1 likewise */
typedef void (*HvfsAddressFunc) (const char *mac, const char *ip, gint64 prefix, gpointer data);

/* In the server's order.  Under the mirror's lock; memory only. */
void hvfs_addresses_foreach (const HvfsObject *vm, HvfsAddressFunc func, gpointer data);
