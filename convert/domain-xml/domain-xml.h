/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml.h - libvirt domain XML to and from the domain model
 *
 * Exists as the form in which users see and edit a domain.  Printed as `virsh dumpxml`
 * prints domains of the type 'vmware'.
 */
#pragma once

#include "convert/model/domain.h"

/* A document is refused beyond this many bytes; real ones have a few thousand. */
#define HVFS_DOMAIN_XML_MAX_BYTES (16 * 1024 * 1024)

typedef enum
{
  HVFS_DOMAIN_XML_INACTIVE = 1 << 0, /* as when it does not run: no id; implied if it has none */
  HVFS_DOMAIN_XML_SECURE = 1 << 1,   /* with passwords */
  HVFS_DOMAIN_XML_SAID = 1 << 2,     /* no UUID and no MAC address where there is none, for
                                      * which libvirt prints zeros */
  HVFS_DOMAIN_XML_MORE = 1 << 3,     /* with settings and devices that libvirt has words for, or
                                      * hvfs_settings has, and libvirt's driver does not print */
  HVFS_DOMAIN_XML_FULL = 1 << 4,     /* with what libvirt does not print: all that a VMX says */
} HvfsDomainXmlFlags;

/* Returns: (transfer full): the document, ending in a newline.  Cannot fail. */
char *hvfs_domain_xml_write (const HvfsDomain *domain, HvfsDomainXmlFlags flags);

/* Adds to @notes, of HvfsNote, what hvfs_domain_xml_write() with @flags leaves out of a
 * domain that was read from a VMX. */
void hvfs_domain_xml_note_lost (const HvfsDomain *domain, HvfsDomainXmlFlags flags,
                                GPtrArray *notes);

/**
 * hvfs_domain_xml_read:
 * @text: @len bytes of an XML document; need not end in a NUL
 * @error: EINVAL with line and element for bad XML and bad values, ENOTSUP for what no
 *   VMware host has
 *
 * Reads the inactive form: an id and what libvirt itself adds are ignored.  A UUID and MAC
 * addresses that are missing stay so: see hvfs_domain_draw_uuid.  No document types, no external entities, no network.
 *
 * Returns: (transfer full): the domain, with addresses and implicit controllers
 */
HvfsDomain *hvfs_domain_xml_read (const char *text, gsize len, GError **error);

/**
 * hvfs_domain_xml_check_known:
 * @base: what was edited, @base_len bytes
 * @wanted: what it has become, @len bytes
 * @error: ENOTSUP with line and element for what hvfs_domain_xml_read would ignore, though
 *   somebody wrote it; EINVAL for bad XML
 *
 * What is left out is no mistake, nor are comments.  Cost: linear.
 */
gboolean hvfs_domain_xml_check_known (const char *base, gsize base_len, const char *wanted,
                                      gsize len, GError **error);
