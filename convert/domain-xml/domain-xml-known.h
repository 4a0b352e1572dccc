/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-known.h - what a reader of domain XML does not see
 *
 * Exists for those who must say so: the check of an edit, which refuses it, and a
 * conversion, which notes it.
 */
#pragma once

#include "convert/xml/xml-in.h"

/**
 * HvfsUnknownFunc:
 * @attribute: (nullable): of @node; NULL: @node itself, or its text
 * @right: (nullable): the only value that it can have; NULL: it means nothing
 *
 * Returns: whether to go on
 */
typedef gboolean (*HvfsUnknownFunc) (gpointer data, const xmlNode *node, const char *attribute,
                                     const char *right);

/**
 * hvfs_domain_xml_each_unknown:
 * @vmx: what the VMX writer takes is known too, though a server would not be told of it
 *
 * Calls @func with what hvfs_domain_xml_read() drops of @root, a <domain>.  Of an unknown
 * element what is below it is not looked at.
 *
 * Returns: FALSE if @func did
 */
gboolean hvfs_domain_xml_each_unknown (const xmlNode *root, gboolean vmx, HvfsUnknownFunc func,
                                       gpointer data);
