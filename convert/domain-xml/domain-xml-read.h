/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read.h - the reader of a document that is parsed already; see domain-xml.h */
#pragma once

#include "convert/domain-xml/domain-xml.h"
#include "convert/xml/xml-in.h"

/* hvfs_domain_xml_read() of a document that is parsed already. */
HvfsDomain *hvfs_domain_xml_read_root (const xmlNode *root, GError **error);
