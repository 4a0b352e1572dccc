/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-nvdimm.h - what an edit may say of memory that keeps what is in it
 *
 * Exists so that reader and check are of one mind.
 */
#pragma once

#include "convert/xml/xml-in.h"

/* Whether the <memory> @node of <devices> is one that a VMware host has.
 * @error: EINVAL or ENOTSUP with what would be right */
gboolean hvfs_domain_xml_check_nvdimm (const xmlNode *node, GError **error);
