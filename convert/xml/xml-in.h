/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/xml-in.h - reading XML that nobody vouches for
 *
 * Exists so that every document is parsed with the same caution (no document types, no
 * entities but the five, no network, limited depth and size), and every complaint has
 * the line and the element.
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)

#define HVFS_XML_VMWARE_NAMESPACE "http://libvirt.org/schemas/domain/vmware/1.0"

/**
 * hvfs_xml_parse:
 * @max_bytes: a longer document is refused
 * @error: EINVAL with the line
 *
 * Cost: linear; memory is a multiple of @len.
 *
 * Returns: (transfer full): the document
 */
xmlDoc *hvfs_xml_parse (const char *text, gsize len, gsize max_bytes, GError **error);

/* Elements count only outside all namespaces; NULL for a node has no children and no
 * attributes, so that lookups can be chained. */

/* Returns: (nullable): the first child element called @name, any if NULL */
const xmlNode *hvfs_xml_child (const xmlNode *node, const char *name);

/* Returns: (nullable): the next sibling called @name, any if NULL */
const xmlNode *hvfs_xml_next (const xmlNode *node, const char *name);

gboolean hvfs_xml_is (const xmlNode *node, const char *name);

/* Whether @node is of VMware's namespace in domain XML, whatever its name. */
gboolean hvfs_xml_is_vmware (const xmlNode *node);

/* Returns: the line that @node, if any, begins on, as messages have it; else 0 */
guint hvfs_xml_line (const xmlNode *node);

/* Returns: (transfer full): all text below @node, as it stands; NULL without @node */
char *hvfs_xml_text (const xmlNode *node);

/* Returns: (transfer full) (nullable): the attribute's value */
char *hvfs_xml_attr (const xmlNode *node, const char *name);

/* The same of an attribute in VMware's namespace. */
char *hvfs_xml_attr_vmware (const xmlNode *node, const char *name);

/**
 * hvfs_xml_bad:
 * @code: EINVAL or ENOTSUP
 * @format: what is wrong and would be right
 *
 * Sets @error to "line 7: <element>: ..."
 *
 * Returns: FALSE
 */
gboolean hvfs_xml_bad (const xmlNode *node, int code, GError **error, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

/* The getters of attributes leave *@ret, the default, alone where there is none. */

/* @ret: (inout): an enumeration's value, index of @words from @first on
 * @code: of the error for another word */
gboolean hvfs_xml_attr_word (const xmlNode *node, const char *name, const char *const *words,
                             int first, int code, int *ret, GError **error);

/* The same of an attribute that is as good as missing where it is empty. */
gboolean hvfs_xml_attr_word_if_any (const xmlNode *node, const char *name,
                                    const char *const *words, int first, int code, int *ret,
                                    GError **error);
gboolean hvfs_xml_attr_uint (const xmlNode *node, const char *name, guint *ret, GError **error);
gboolean hvfs_xml_attr_int64 (const xmlNode *node, const char *name, gint64 *ret, GError **error);

/* The size that the element @node says in its unit, KiB by default, rounded up to KiB.
 * @ret_kib: (inout): left alone if there is no such element, or nothing in it */
gboolean hvfs_xml_size_kib (const xmlNode *node, guint64 *ret_kib, GError **error);
