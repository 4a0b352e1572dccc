/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/customize.h - what a copy's guest is to be called, and its addresses
 *
 * Exists because a copy that starts with the name and the address of its original is of no use
 * to anybody: the server gives it others, if the request has a CustomizationSpec.
 */
#pragma once

#include "backend/operation/operation.h"

typedef struct
{
  const char *with;     /* nullable: nothing is changed.  "linux", "windows", or the name of a
                         * specification that the server keeps, which has all the rest */
  const char *hostname; /* nullable: the copy's name */
  const char *ip;       /* nullable: "dhcp", or ADDRESS/PREFIX; one an interface, by commas */
  const char *gateway, *dns; /* nullable: addresses, by commas */
  const char *domain;   /* nullable with "windows": of DNS */
} HvfsCustomize;

/* Whether all of it can be meant so.  Memory.  @error: EINVAL */
gboolean hvfs_customize_check (const HvfsCustomize *customize, GError **error);

/**
 * hvfs_customize_write:
 * @request: the element "customization" is added to it, if there is anything to change
 * @type: of @moref, which has the configuration of the copy: a machine or a snapshot
 *
 * Network, one request: the number of interfaces, or the server's specification.
 *
 * @error: ENOENT: the server has no specification of that name; EINVAL: more addresses than
 *   interfaces
 */
gboolean hvfs_customize_write (const HvfsServer *server, HvfsRequest *request,
                               const HvfsCustomize *customize, const char *type,
                               const char *moref, GCancellable *cancellable, GError **error);
