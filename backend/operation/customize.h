/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/customize.h - what a machine's guest is to be called, and its addresses
 *
 * Exists because a copy that starts with the name and the address of its original is of no use
 * to anybody: the server gives it others when it starts, if a request has a CustomizationSpec.
 */
#pragma once

#include "backend/operation/operation.h"

typedef struct
{
  const char *with;     /* nullable: nothing is changed.  "linux", "windows", or the name of a
                         * specification that the server keeps, which has all the rest */
  const char *hostname; /* nullable: the machine's name */
  const char *ip;       /* nullable: "dhcp", or ADDRESS/PREFIX; one an interface, by commas */
  const char *gateway, *dns; /* nullable: addresses, by commas */
  const char *domain;   /* nullable with "windows": of DNS */
} HvfsCustomize;

/* Whether all of it can be meant so.  Memory.  @error: EINVAL */
gboolean hvfs_customize_check (const HvfsCustomize *customize, GError **error);

/**
 * hvfs_customize_write:
 * @request: the CustomizationSpec is added to it as @element, if there is anything to change
 * @type: of @moref, which has the configuration of the guest's machine: a machine or a snapshot
 *
 * Network, one request: the number of interfaces, or the server's specification.
 *
 * @error: ENOENT: the server has no specification of that name; EINVAL: more addresses than
 *   interfaces
 */
gboolean hvfs_customize_write (const HvfsServer *server, HvfsRequest *request, const char *element,
                               const HvfsCustomize *customize, const char *type,
                               const char *moref, GCancellable *cancellable, GError **error);

/**
 * hvfs_customize:
 * @serial: a machine that exists; it is done when the guest starts the next time
 * @customize: checked
 *
 * Network; no lock may be held.
 *
 * @error: ENOTSUP: the server is no vCenter, or cannot customize this guest; EBUSY: the machine
 *   runs, or waits for a customization already; as of hvfs_customize_write
 */
gboolean hvfs_customize (const HvfsServer *server, guint32 serial, const HvfsCustomize *customize,
                         GCancellable *cancellable, GError **error);
