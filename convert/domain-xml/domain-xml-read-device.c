/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read-device.c - interfaces, folders, graphics and video in domain XML */
#include "convert/domain-xml/domain-xml-hostdev.h"
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/domain-xml/domain-xml-write-part.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/model/words.h"

#include <string.h>

/* What <graphics><listen> can be. */
static const char *const listen_words[] = { "none", "address", "network", "socket", NULL };
enum
{
  LISTEN_MISSING = -1,
  LISTEN_ADDRESS = 1,
};

/* No VMX has as many interfaces or folders. */
#define NUMBER_MAX 9999

static const char *const access_mode_words[] = { "passthrough", "mapped", "squash", NULL };

/* The number of the device in a VMX, where <... vmware:number='4'> says it; each has its
 * own.  @number: (inout): its place. */
static gboolean
read_number (HvfsXmlReader *reader, const xmlNode *node, guint *number, GError **error)
{
  g_autofree char *text = hvfs_xml_attr_vmware (node, "number");
  guint key;
  guint64 value;

  if (text != NULL && !hvfs_parse_uint64 (text, NUMBER_MAX, &value))
    return hvfs_xml_bad (node, EINVAL, error, "vmware:number='%s' must be 0 to %u", text,
                         NUMBER_MAX);
  if (text != NULL)
    *number = value;
  key = 2 * *number + hvfs_xml_is (node, "interface") + 1;
  return g_hash_table_add (reader->numbers, GUINT_TO_POINTER (key))
         || hvfs_xml_bad (node, EINVAL, error, "the number %u is another's already", *number);
}

gboolean
hvfs_xml_read_filesystem (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsFilesystem *filesystem = hvfs_domain_add_filesystem (reader->domain);
  int type = HVFS_FILESYSTEM_MOUNT, access_mode = 0;

  if (!hvfs_xml_attr_word (node, "type", hvfs_filesystem_type_words, 0, EINVAL, &type, error)
      || !hvfs_xml_attr_word_if_any (node, "accessmode", access_mode_words, 0, EINVAL, &access_mode,
                                     error)
      || !read_number (reader, node, &filesystem->number, error))
    return FALSE;
  filesystem->line = hvfs_xml_line (node);
  filesystem->type = type;
  filesystem->source = hvfs_xml_attr (hvfs_xml_child (node, "source"), "dir");
  filesystem->target = hvfs_xml_attr (hvfs_xml_child (node, "target"), "dir");
  filesystem->readonly = hvfs_xml_child (node, "readonly") != NULL;
  if (filesystem->source == NULL && type == HVFS_FILESYSTEM_MOUNT)
    return hvfs_xml_bad (node, EINVAL, error, "must have a <source dir='...'>");
  if (filesystem->target == NULL || *filesystem->target == '\0')
    return hvfs_xml_bad (node, EINVAL, error, "must have a <target dir='...'>");
  return TRUE;
}

static gboolean
read_mac (HvfsNet *net, const xmlNode *node, GError **error)
{
  const xmlNode *mac = hvfs_xml_child (node, "mac");
  g_autofree char *address = hvfs_xml_attr (mac, "address");
  int type = HVFS_MAC_DEFAULT, check = HVFS_SWITCH_DEFAULT;

  if (address != NULL && !hvfs_parse_mac (address, net->mac))
    return hvfs_xml_bad (mac, EINVAL, error,
                         "address='%s' must be 6 pairs of hex digits with colons", address);
  if ((net->mac[0] & 1) != 0)
    return hvfs_xml_bad (mac, EINVAL, error, "address='%s' is multicast, it must be unicast",
                         address);
  if (!hvfs_xml_attr_word (mac, "type", hvfs_mac_type_words, HVFS_MAC_GENERATED, EINVAL, &type,
                           error)
      || !hvfs_xml_attr_word (mac, "check", hvfs_switch_words, HVFS_SWITCH_YES, EINVAL, &check,
                              error))
    return FALSE;
  net->mac_type = type;
  net->mac_check = check;
  return TRUE;
}

static gboolean
read_net_model (HvfsNet *net, const xmlNode *node, GError **error)
{
  const xmlNode *model = hvfs_xml_child (node, "model");
  g_autofree char *word = hvfs_xml_attr (model, "type");
  int index = hvfs_words_index_nocase (hvfs_net_model_words, word);

  if (word == NULL || *word == '\0')
    return TRUE;
  if (index < 0)
    return hvfs_xml_bad (model, ENOTSUP, error,
                         "type='%s' must be vlance, vmxnet, vmxnet2, vmxnet3, e1000 or e1000e",
                         word);
  net->model = index;
  return TRUE;
}

/* An attribute, in libvirt's namespace or in that of hvfs. */
typedef char *(*AttributeFunc) (const xmlNode *node, const char *name);

static gboolean
read_id (const xmlNode *source, AttributeFunc dup_attribute, const char *name, gint64 *ret,
         GError **error)
{
  g_autofree char *text = dup_attribute (source, name);

  return text == NULL || hvfs_parse_int64 (text, ret)
         || hvfs_xml_bad (source, EINVAL, error, "%s='%s' must be a whole number", name, text);
}

static gboolean
read_vds (HvfsNet *net, const xmlNode *node, const xmlNode *source, AttributeFunc dup_attribute,
          GError **error)
{
  g_autofree char *switch_id = dup_attribute (source, "switchid");

  if (switch_id == NULL)
    return hvfs_xml_bad (node, EINVAL, error, "must have a <source switchid='...'>");
  if (!hvfs_parse_uuid (switch_id, net->switch_id))
    return hvfs_xml_bad (source, EINVAL, error, "switchid='%s' must be a UUID", switch_id);
  net->portgroup_id = dup_attribute (source, "portgroupid");
  return read_id (source, dup_attribute, "portid", &net->port_id, error)
         && read_id (source, dup_attribute, "connectionid", &net->connection_id, error);
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

/* libvirt has no words for a network that something beside vSphere manages, such as NSX. */
static gboolean
read_opaque (HvfsNet *net, const xmlNode *source, GError **error)
{
  net->opaque_id = hvfs_xml_attr_vmware (source, "opaqueid");
  net->opaque_type = hvfs_xml_attr_vmware (source, "opaquetype");
  if (net->opaque_id == NULL && net->opaque_type == NULL)
    return TRUE;
  return (!is_empty (net->opaque_id) && !is_empty (net->opaque_type))
         || hvfs_xml_bad (source, EINVAL, error,
                          "must have both vmware:opaqueid='...' and vmware:opaquetype='...'");
}

/* libvirt's words have the card, and none for the network that it is on. */
static gboolean
read_sriov (HvfsNet *net, const xmlNode *node, const xmlNode *source, GError **error)
{
  const xmlNode *address = hvfs_xml_child (source, "address");
  g_autofree char *switch_id = hvfs_xml_attr_vmware (source, "switchid");

  net->sriov = TRUE;
  net->bridge = hvfs_xml_attr_vmware (source, "bridge");
  net->type = switch_id != NULL ? HVFS_NET_VDS : net->bridge != NULL ? HVFS_NET_BRIDGE
                                                                     : HVFS_NET_NULL;
  if (!read_opaque (net, source, error))
    return FALSE;
  if ((switch_id != NULL) + (net->bridge != NULL) + (net->opaque_id != NULL) > 1)
    return hvfs_xml_bad (source, EINVAL, error,
                         "must have one of vmware:bridge, vmware:switchid and vmware:opaqueid");
  if (switch_id != NULL && !read_vds (net, node, source, hvfs_xml_attr_vmware, error))
    return FALSE;
  if (address == NULL)
    return TRUE;
  net->card = g_new0 (HvfsHostdev, 1);
  return hvfs_xml_read_pci_address (net->card, address, error);
}

static gboolean
read_net_source (HvfsNet *net, const xmlNode *node, GError **error)
{
  const xmlNode *source = hvfs_xml_child (node, "source");

  if (net->type == HVFS_NET_VDS)
    return read_vds (net, node, source, hvfs_xml_attr, error);
  if (net->type == HVFS_NET_HOSTDEV)
    return read_sriov (net, node, source, error);
  if (net->type == HVFS_NET_NULL)
    return read_opaque (net, source, error);
  if (net->type == HVFS_NET_NETWORK)
    net->bridge = hvfs_xml_attr (source, "network");
  if (net->type != HVFS_NET_BRIDGE)
    return TRUE;
  net->bridge = hvfs_xml_attr (source, "bridge");
  return net->bridge != NULL
         || hvfs_xml_bad (node, EINVAL, error, "must have a <source bridge='...'>");
}

/* libvirt has thousands of bytes, a VMware host millions of bits.  What does not fit is another
 * hypervisor's: the next lower one, and never none. */
static gboolean
read_mbit (const xmlNode *node, const char *name, const char *kb_text, guint64 *ret_mbit,
           GError **error)
{
  guint64 kb;

  if (kb_text == NULL)
    return TRUE;
  if (!hvfs_parse_uint64 (kb_text, G_MAXINT64, &kb))
    return hvfs_xml_bad (node, EINVAL, error, "%s='%s' must be a whole number", name, kb_text);
  *ret_mbit = kb > 0 ? MAX (kb / HVFS_KB_PER_MBIT, 1) : 0;
  return TRUE;
}

static gboolean
read_bandwidth (HvfsNet *net, const xmlNode *node, GError **error)
{
  const xmlNode *bandwidth = hvfs_xml_child (node, "bandwidth");
  const xmlNode *outbound = hvfs_xml_child (bandwidth, "outbound");
  g_autofree char *average = hvfs_xml_attr (outbound, "average");
  g_autofree char *reservation = hvfs_xml_attr_vmware (bandwidth, "reservation");
  g_autofree char *shares = hvfs_xml_attr_vmware (bandwidth, "shares");

  if (shares != NULL && !hvfs_net_parse_shares (shares, &net->shares))
    return hvfs_xml_bad (bandwidth, EINVAL, error,
                         "vmware:shares='%s' must be low, normal, high or 0 to %d", shares,
                         HVFS_NET_SHARES_MAX);
  return read_mbit (outbound, "average", average, &net->limit_mbit, error)
         && read_mbit (bandwidth, "vmware:reservation", reservation, &net->reservation_mbit, error);
}

gboolean
hvfs_xml_read_net (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsNet *net = hvfs_domain_add_net (reader->domain);
  int type = HVFS_NET_USER;

  if (!hvfs_xml_attr_word (node, "type", hvfs_net_type_words, 0, EINVAL, &type, error)
      || !read_number (reader, node, &net->number, error))
    return FALSE;
  net->line = hvfs_xml_line (node);
  net->type = type;
  net->dev = hvfs_xml_attr (hvfs_xml_child (node, "target"), "dev");
  if (net->dev != NULL && hvfs_net_dev_is_made_up (net->dev))
    g_clear_pointer (&net->dev, g_free);
  return read_mac (net, node, error) && read_net_source (net, node, error)
         && read_net_model (net, node, error) && read_bandwidth (net, node, error)
         && hvfs_xml_read_boot (reader, node, &net->boot, error);
}

static gboolean
read_vnc_port (HvfsGraphics *vnc, const xmlNode *node, GError **error)
{
  g_autofree char *autoport = hvfs_xml_attr (node, "autoport"); /* other words say nothing */
  gint64 port = -1;

  if (!hvfs_xml_attr_int64 (node, "port", &port, error))
    return FALSE;
  if (port < -1 || port > G_MAXINT)
    return hvfs_xml_bad (node, EINVAL, error, "port must be a port, or -1 for any");
  vnc->autoport = port == -1 ? g_strcmp0 (autoport, "no") != 0 : g_strcmp0 (autoport, "yes") == 0;
  vnc->port = vnc->autoport ? 0 : MAX (port, 0);
  return TRUE;
}

/* The address to listen on: that of the first <listen>, where the attribute is as good;
 * without any <listen> the attribute. */
static gboolean
read_vnc_listen (HvfsGraphics *vnc, const xmlNode *node, GError **error)
{
  const xmlNode *listen = hvfs_xml_child (node, "listen");
  g_autofree char *attribute = hvfs_xml_attr (node, "listen");
  g_autofree char *address = hvfs_xml_attr (listen, "address");
  gboolean has_address = address != NULL && *address != '\0';
  int type = LISTEN_MISSING;

  if (!hvfs_xml_attr_word (listen, "type", listen_words, 0, EINVAL, &type, error))
    return FALSE;
  if (listen != NULL && type == LISTEN_MISSING)
    return hvfs_xml_bad (listen, EINVAL, error, "must have a type, such as 'address'");
  if (listen != NULL && type != LISTEN_ADDRESS)
    return TRUE;
  if (address != NULL && attribute != NULL && strcmp (attribute, address) != 0)
    return hvfs_xml_bad (node, ENOTSUP, error, "listen='%s' must be the address of <listen>, '%s'",
                         attribute, address);
  vnc->listen = has_address ? g_steal_pointer (&address) : g_steal_pointer (&attribute);
  if (vnc->listen != NULL && *vnc->listen == '\0')
    g_clear_pointer (&vnc->listen, g_free);
  return TRUE;
}

gboolean
hvfs_xml_read_graphics (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsGraphics *graphics = hvfs_domain_add_graphics (reader->domain);
  int type = -1;

  if (!hvfs_xml_attr_word (node, "type", hvfs_graphics_type_words, 0, EINVAL, &type, error))
    return FALSE;
  if (type < 0)
    return hvfs_xml_bad (node, EINVAL, error, "must have a type, such as 'vnc'");
  graphics->line = hvfs_xml_line (node);
  graphics->type = type;
  graphics->keymap = hvfs_xml_attr (node, "keymap");
  graphics->password = hvfs_xml_attr (node, "passwd");
  return read_vnc_port (graphics, node, error) && read_vnc_listen (graphics, node, error);
}

/* An empty one is as good as none. */
static gboolean
read_video_number (const xmlNode *model, const char *name, guint *ret, GError **error)
{
  g_autofree char *text = hvfs_xml_attr (model, name);

  return g_strcmp0 (text, "") == 0 || hvfs_xml_attr_uint (model, name, ret, error);
}

gboolean
hvfs_xml_read_video (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  HvfsVideo *video = hvfs_domain_add_video (reader->domain);
  const xmlNode *model = hvfs_xml_child (node, "model");
  int type = HVFS_VIDEO_VMVGA, accel3d = HVFS_SWITCH_DEFAULT;
  guint vram_kib = 0;

  if (!hvfs_xml_attr_word_if_any (model, "type", hvfs_video_type_words, 0, EINVAL, &type, error)
      || !read_video_number (model, "vram", &vram_kib, error)
      || !read_video_number (model, "heads", &video->heads, error)
      || !hvfs_xml_attr_word_if_any (hvfs_xml_child (model, "acceleration"), "accel3d",
                                     hvfs_switch_words, HVFS_SWITCH_YES, EINVAL, &accel3d, error))
    return FALSE;
  if (vram_kib > HVFS_VRAM_MAX_KIB)
    return hvfs_xml_bad (model, EINVAL, error, "vram must be at most %u", HVFS_VRAM_MAX_KIB);
  video->line = hvfs_xml_line (node);
  video->accel3d = accel3d;
  video->type = type == HVFS_VIDEO_DEFAULT ? HVFS_VIDEO_VMVGA : (HvfsVideoType) type;
  video->vram_kib = hvfs_round_vram (vram_kib);
  return TRUE;
}

void
hvfs_xml_finish_videos (HvfsXmlReader *reader)
{
  if (reader->domain->graphics->len > 0 && reader->domain->videos->len == 0)
    hvfs_domain_add_video (reader->domain);
}
