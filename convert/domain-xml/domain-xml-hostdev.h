/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-hostdev.h - what an edit may say of the host's devices
 *
 * Exists so that reader and check are of one mind.
 */
#pragma once

#include "convert/model/model.h"
#include "convert/xml/xml-in.h"

/* Whether the <hostdev> @node names a device that a VMware host can give to a machine.
 * @error: EINVAL or ENOTSUP with what would be right */
gboolean hvfs_domain_xml_check_hostdev (const xmlNode *node, GError **error);

/* Makes @hostdev, which has nothing yet, the PCI device of the host at the <address>. */
gboolean hvfs_xml_read_pci_address (HvfsHostdev *hostdev, const xmlNode *address, GError **error);
