/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-write-part.h - the parts of the domain XML writer
 *
 * Private to domain-xml-write*.c.
 */
#pragma once

#include "convert/domain-xml/domain-xml.h"
#include "convert/xml/xml-out.h"

/* <devices> and all in it. */
void hvfs_domain_xml_write_devices (HvfsXmlOut *out, const HvfsDomain *domain,
                                    HvfsDomainXmlFlags flags);

/* Devices of the host.  @full: with their numbers in a VMX */
void hvfs_xml_write_hostdevs (HvfsXmlOut *out, const HvfsDomain *domain, gboolean full);

void hvfs_xml_write_nvdimms (HvfsXmlOut *out, const HvfsDomain *domain);

/* <address> of a PCI device of the host.  @type: (nullable): its attribute */
void hvfs_xml_write_pci_address (HvfsXmlOut *out, const HvfsHostdev *hostdev, const char *type);

/* The names of host devices that libvirt makes up for running domains begin so. */
gboolean hvfs_net_dev_is_made_up (const char *dev);
