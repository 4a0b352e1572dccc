/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/xml-out.h - printing XML as libvirt does
 *
 * Exists so that every XML file of hvfs has one look: two blanks of indentation, single
 * quotes, a line per element.  Attributes are given as pairs of name and value, ended by
 * NULL; one with the value NULL is left out.
 */
#pragma once

#include <glib.h>

typedef struct
{
  GString *text;
  guint depth;
} HvfsXmlOut;

/* <name attributes> on a line of its own; what follows stands in it until close. */
void hvfs_xml_open (HvfsXmlOut *out, const char *name, ...) G_GNUC_NULL_TERMINATED;
void hvfs_xml_close (HvfsXmlOut *out, const char *name);

/* <name attributes/> */
void hvfs_xml_empty (HvfsXmlOut *out, const char *name, ...) G_GNUC_NULL_TERMINATED;

/* <name attributes>text</name>; nothing at all if @text is NULL */
void hvfs_xml_leaf (HvfsXmlOut *out, const char *name, const char *text,
                    ...) G_GNUC_NULL_TERMINATED;

/* Returns: (transfer full): @text as it stands between tags and quotes */
char *hvfs_xml_escape (const char *text);

/* A number as text, for attributes: HVFS_XML_NUMBER (7).  Lives as long as the block. */
typedef struct
{
  char text[24];
} HvfsXmlNumber;
HvfsXmlNumber hvfs_xml_number (gint64 number);
#define HVFS_XML_NUMBER(n) (hvfs_xml_number (n).text)
