/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-words.h - keys of a VMX as elements of domain XML
 *
 * Exists so that what a VMX says and libvirt's VMware driver does not can be in domain XML
 * too: by libvirt's own word where it has one (a sound card, a TPM), else as
 * <vmware:key name='' value=''/>.  The model keeps them all as extras.
 */
#pragma once

#include "convert/model/domain.h"
#include "convert/xml/xml-in.h"
#include "convert/xml/xml-out.h"

/**
 * hvfs_domain_xml_read_words:
 *
 * Adds to the extras of @domain the keys that <devices>, <cpu> and <vmware:key> in @root
 * stand for; the hardware version and the name of the guest's system go where the model
 * has them.
 */
gboolean hvfs_domain_xml_read_words (HvfsDomain *domain, const xmlNode *root, GError **error);

/* Whether @node is <vmware:key name='' value=''/>. */
gboolean hvfs_domain_xml_is_key (const xmlNode *node);

/* Whether @node is a <feature> of <cpu> that asks for virtualisation in the guest. */
gboolean hvfs_domain_xml_is_nested_feature (const xmlNode *node);

/* Whether <vmware:key>, <bootmenu>, sound cards, USB controllers and the TPM in @root say what a
 * server can be told, by the words that it is read back with; else an error that says what
 * would be right. */
gboolean hvfs_domain_xml_check_words (const xmlNode *root, GError **error);

/* Whether @domain has virtualisation for guests of its own, <cpu><feature name='vmx'/>. */
gboolean hvfs_domain_is_nested (const HvfsDomain *domain);

/* What is in <os> of how it boots: <bootmenu>. */
void hvfs_domain_xml_write_boot_words (HvfsXmlOut *out, const HvfsDomain *domain);

/* Whether it is a controller that hvfs_domain_xml_write_words() writes. */
gboolean hvfs_domain_xml_is_word (const HvfsController *controller);

/* USB controllers, sound cards and the TPM of @domain, at the end of <devices>. */
void hvfs_domain_xml_write_words (HvfsXmlOut *out, const HvfsDomain *domain);

/* All other keys, behind <devices>: those of settings, or with @full of everything. */
void hvfs_domain_xml_write_keys (HvfsXmlOut *out, const HvfsDomain *domain, gboolean full);
