/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-adopt.h - domain XML of other hypervisors, as a VMware domain
 *
 * Exists because what users have is XML that virt-install, virt-manager or OpenStack wrote
 * for KVM, and XML for VMware that somebody filled with KVM's words.  What VMware has by
 * another name gets that name; what it has not is left out, with a note each; what cannot
 * be (a device of the host, a disk without a file) is refused in one line.
 */
#pragma once

#include "convert/domain-xml/adoption.h"
#include "convert/model/domain.h"

/**
 * hvfs_domain_xml_is_foreign:
 * @text: @len bytes
 *
 * Returns: whether it is the XML of a domain of another hypervisor's type, which
 *   hvfs_domain_xml_adopt() may take; FALSE for what is no XML
 */
gboolean hvfs_domain_xml_is_foreign (const char *text, gsize len);

/**
 * hvfs_domain_xml_adopt:
 * @adoption: (nullable): how
 * @error: EINVAL or ENOTSUP with line and element
 *
 * As hvfs_domain_xml_read(), but takes more.  What that reads is read to the same.  The
 * domain's notes say what is left out and what is to be done by hand, such as a disk to
 * convert.  No state, any thread.
 *
 * Returns: (transfer full): a domain of the type vmware
 */
HvfsDomain *hvfs_domain_xml_adopt (const char *text, gsize len, const HvfsAdoption *adoption,
                                   GError **error);
