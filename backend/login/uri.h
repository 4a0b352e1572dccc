/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/uri.h - the URI of a mount: type, server, path and parameters
 *
 * Exists to say, before anything is connected or mounted, what is wrong with a
 * URI and where.  The syntax is libvirt's for its ESX driver, with the
 * parameters that hvfs(1) lists.
 */
#pragma once

#include "backend/login/uri-params.h"

/**
 * hvfs_uri_parse:
 *
 * @error: EINVAL; the message names the part that is wrong and what would be right
 */
HvfsUri *hvfs_uri_parse (const char *text, GError **error);
HvfsUri *hvfs_uri_ref (HvfsUri *uri);
void hvfs_uri_unref (HvfsUri *uri);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsUri, hvfs_uri_unref)

/* The URI of all of the vCenter of which @uri names a part. */
HvfsUri *hvfs_uri_new_whole (const HvfsUri *uri);

/**
 * hvfs_uri_new_vcenter:
 * @uri: of a host; transport, trust but pin=, proxy, authfile and auto_answer count
 * @vcenter: "vc", "vc:8443", an IPv6 address with or without brackets
 *
 * The URI of the whole vCenter that manages the host.  A pin is one server's key, and
 * no other server has it.
 *
 * @error: EINVAL
 */
HvfsUri *hvfs_uri_new_vcenter (const HvfsUri *uri, const char *vcenter, GError **error);

/* "vpx", "esx", "gsx" */
const char *hvfs_uri_type_name (HvfsUriType type);

/* "https://vc:443", with brackets where the host is an IPv6 literal.  (transfer full) */
char *hvfs_uri_to_base_url (const HvfsUri *uri);
