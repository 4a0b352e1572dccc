/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read-part.h - the parts of the domain XML reader, by device
 *
 * Private to domain-xml-read*.c.  Each reads one element below <devices>; FALSE with an
 * error where it is wrong.
 */
#pragma once

#include "convert/domain-xml/domain-xml.h"
#include "convert/xml/xml-in.h"

/* No hypervisor has more; some of what is done with them takes the square of the time. */
#define HVFS_DOMAIN_DEVICES_MAX 4096

/* What can be decided only when the whole document is read. */
typedef struct
{
  HvfsDomain *domain;
  guint n_devices;
  guint n_consoles;
  GHashTable *numbers;    /* those that interfaces and folders have in a VMX */
  GHashTable *boots;      /* the places in the boot order that are taken */
  const xmlNode *console; /* nullable: the first one, if it stands for a serial port */
} HvfsXmlReader;

gboolean hvfs_xml_read_disk (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_controller (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_filesystem (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_net (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_serial (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_parallel (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_console (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_graphics (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_video (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_nvdimm (HvfsXmlReader *reader, const xmlNode *node, GError **error);
gboolean hvfs_xml_read_hostdev (HvfsXmlReader *reader, const xmlNode *node, GError **error);

/* The place of a device in the boot order.  @ret_order: (inout): left alone without one */
gboolean hvfs_xml_read_boot (HvfsXmlReader *reader, const xmlNode *node, guint *ret_order,
                             GError **error);

/* After the last device: the order that @os has for kinds of devices. */
gboolean hvfs_xml_finish_boot (HvfsXmlReader *reader, const xmlNode *os, GError **error);

/* After the last device: addresses and the controllers they need; the numbers of ports
 * and what the console stands for; the display that graphics need. */
gboolean hvfs_xml_finish_disks (HvfsXmlReader *reader, GError **error);
gboolean hvfs_xml_finish_ports (HvfsXmlReader *reader, GError **error);
void hvfs_xml_finish_videos (HvfsXmlReader *reader);
