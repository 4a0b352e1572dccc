/* backend/vmconfig/vmconfig-read-port.c - ports, display and folders in a configuration
 *
 * These have the words of a VMX on the server, too, so they are read by the VMX reader,
 * from the few lines that a VMX would have of them.
 */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "convert/error.h"
#include "convert/scalar.h"
#include "convert/vmx-read.h"
#include "convert/vmx-words.h"

/* Names of files are the server's already. */
static gboolean
same_name (gpointer data G_GNUC_UNUSED, const char *name, gboolean allow_missing G_GNUC_UNUSED,
           char **ret_path, GError **error G_GNUC_UNUSED)
{
  *ret_path = g_strdup (name);
  return TRUE;
}

static const HvfsFiles files = { .parse = same_name };

/* A value that a line of VMX cannot carry is no use to the reader either. */
static void
add_line (GString *vmx, const char *key, const char *value)
{
  if (value != NULL && strpbrk (value, "\"\r\n") == NULL)
    g_string_append_printf (vmx, "%s = \"%s\"\n", key, value);
}

static void
add_port_line (GString *vmx, const char *word, guint number, const char *key, const char *value)
{
  g_autofree char *name = g_strdup_printf ("%s%u.%s", word, number, key);

  add_line (vmx, name, value);
}

/* What each backing is in a VMX: fileType, the field that is fileName, the field that is
 * network.endPoint. */
static const struct
{
  const char *type, *file_type, *file_name, *end_point;
} backings[] = {
  { "VirtualSerialPortFileBackingInfo", "file", "fileName", NULL },
  { "VirtualSerialPortDeviceBackingInfo", "device", "deviceName", NULL },
  { "VirtualSerialPortPipeBackingInfo", "pipe", "pipeName", NULL },
  { "VirtualSerialPortURIBackingInfo", "network", "serviceURI", "direction" },
  { "VirtualParallelPortFileBackingInfo", "file", "fileName", NULL },
  { "VirtualParallelPortDeviceBackingInfo", "device", "deviceName", NULL },
};

static char *
port_lines (const HvfsValue *device, const char *word, guint number)
{
  const HvfsValue *backing = hvfs_value_get (device, "backing");
  GString *vmx = g_string_new (NULL);

  add_port_line (vmx, word, number, "present", "true");
  for (guint i = 0; i < G_N_ELEMENTS (backings); i++)
    if (g_strcmp0 (hvfs_value_type (backing), backings[i].type) == 0)
      {
        add_port_line (vmx, word, number, "fileType", backings[i].file_type);
        add_port_line (vmx, word, number, "fileName",
                       hvfs_value_text (backing, backings[i].file_name));
        if (backings[i].end_point != NULL)
          add_port_line (vmx, word, number, "network.endPoint",
                         hvfs_value_text (backing, backings[i].end_point));
      }
  return g_string_free (vmx, FALSE);
}

static gboolean
has_number (const GPtrArray *ports, guint number)
{
  for (guint i = 0; i < ports->len; i++)
    if (((HvfsPort *) ports->pdata[i])->port == number)
      return TRUE;
  return FALSE;
}

static gboolean
parse_port (HvfsVmRead *read, HvfsValue *device, const char *word, guint number)
{
  g_autofree char *text = port_lines (device, word, number);
  g_autoptr (HvfsVmxText) vmx = hvfs_vmx_text_parse (text, strlen (text), NULL);
  GPtrArray *ports = g_str_equal (word, "serial") ? read->domain->serials : read->domain->parallels;
  guint before = ports->len;

  if (vmx != NULL && hvfs_vmx_read_ports (vmx, &files, read->domain, NULL) && ports->len > before)
    {
      hvfs_vm_read_keep (read, ports->pdata[before], device);
      return TRUE;
    }
  g_ptr_array_set_size (ports, before);
  return FALSE;
}

void
hvfs_vm_read_port (HvfsVmRead *read, HvfsValue *device)
{
  gboolean serial = hvfs_vim_class (device)->kind == HVFS_VIM_SERIAL;
  const GPtrArray *ports = serial ? read->domain->serials : read->domain->parallels;
  guint limit = serial ? HVFS_VMX_SERIALS : HVFS_VMX_PARALLELS;
  gint64 unit = hvfs_value_int (device, "unitNumber", 0);
  guint number = CLAMP (unit, 0, (gint64) limit - 1);

  if (has_number (ports, number))
    for (number = 0; has_number (ports, number); number++)
      ;
  if (number >= limit || !parse_port (read, device, serial ? "serial" : "parallel", number))
    hvfs_vm_read_comment (read, device);
}

static HvfsValue *
video_card (const HvfsValue *config)
{
  const HvfsValue *hardware = hvfs_value_get (config, "hardware");

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    if (hvfs_vim_class (hvfs_value_nth (hardware, i))->kind == HVFS_VIM_VIDEO)
      return hvfs_value_nth (hardware, i);
  return NULL;
}

/* The keys of extraConfig that the readers of folders and displays look at. */
static gboolean
is_host_key (const char *key)
{
  static const char *const prefixes[] = { "RemoteDisplay.vnc.", "sharedFolder",
                                          "isolation.tools.hgfs.disable" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_ascii_strncasecmp (key, prefixes[i], strlen (prefixes[i])) == 0)
      return TRUE;
  return FALSE;
}

static char *
host_lines (const HvfsValue *config, const HvfsValue *card)
{
  GString *vmx = g_string_new (NULL);
  gint64 vram_kib = hvfs_value_int (card, "videoRamSizeInKB", 0);

  for (guint i = 0; i < hvfs_value_n_children (config); i++)
    {
      const HvfsValue *option = hvfs_value_nth (config, i);
      const char *key = hvfs_value_text (option, "key");

      if (strcmp (hvfs_value_name (option), "extraConfig") == 0 && key != NULL && is_host_key (key))
        add_line (vmx, key, hvfs_value_text (option, "value"));
    }
  if (vram_kib > 0 && vram_kib <= HVFS_VRAM_MAX_KIB)
    g_string_append_printf (vmx, "svga.vramSize = \"%" G_GINT64_FORMAT "\"\n", vram_kib * 1024);
  return g_string_free (vmx, FALSE);
}

void
hvfs_vm_read_display (HvfsVmRead *read)
{
  HvfsDomain *domain = read->domain;
  HvfsValue *card = video_card (read->config);
  g_autofree char *text = host_lines (read->config, card);
  g_autoptr (HvfsVmxText) vmx = hvfs_vmx_text_parse (text, strlen (text), NULL);

  if (vmx != NULL)
    {
      hvfs_vmx_read_filesystems (vmx, domain, NULL);
      hvfs_vmx_read_display (vmx, domain, NULL);
    }
  if (domain->videos->len == 0)
    hvfs_domain_add_video (domain);
  if (card != NULL)
    hvfs_vm_read_keep (read, domain->videos->pdata[0], card);
}
