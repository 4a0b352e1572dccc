/* backend/vmconfig/vmconfig-spec-port.c - ports, the display and settings without a device of their own */
#include "backend/vmconfig/vmconfig-spec.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"

static const HvfsPort *
port_of (const GPtrArray *ports, guint number)
{
  for (guint i = 0; i < ports->len; i++)
    if (((HvfsPort *) ports->pdata[i])->port == number)
      return ports->pdata[i];
  return NULL;
}

static gboolean
same_port (const HvfsPort *a, const HvfsPort *b)
{
  return a->type == b->type && g_strcmp0 (a->path, b->path) == 0 && a->listen == b->listen
         && g_strcmp0 (a->host, b->host) == 0 && g_strcmp0 (a->service, b->service) == 0
         && (a->type != HVFS_PORT_TCP || a->protocol == b->protocol);
}

static HvfsValue *
new_network_backing (const HvfsPort *port)
{
  static const char *const schemes[] = { [HVFS_PROTOCOL_RAW] = "tcp",
                                         [HVFS_PROTOCOL_TELNET] = "telnet",
                                         [HVFS_PROTOCOL_TELNETS] = "telnets",
                                         [HVFS_PROTOCOL_TLS] = "ssl" };
  gboolean brackets = strchr (port->host, ':') != NULL;
  g_autofree char *uri = g_strdup_printf (brackets ? "%s://[%s]:%s" : "%s://%s:%s",
                                          schemes[port->protocol], port->host, port->service);

  return hvfs_vm_value_new ("backing", "VirtualSerialPortURIBackingInfo", "serviceURI", uri,
                            "direction", port->listen ? "server" : "client", NULL);
}

/* Returns: (transfer full) (nullable) */
static HvfsValue *
new_backing (const HvfsPort *port, gboolean serial, GError **error)
{
  const char *path = port->path != NULL ? port->path : "";

  if (port->type == HVFS_PORT_FILE)
    return hvfs_vm_value_new ("backing", serial ? "VirtualSerialPortFileBackingInfo"
                                                : "VirtualParallelPortFileBackingInfo",
                              "fileName", path, NULL);
  if (port->type == HVFS_PORT_DEV)
    return hvfs_vm_value_new ("backing", serial ? "VirtualSerialPortDeviceBackingInfo"
                                                : "VirtualParallelPortDeviceBackingInfo",
                              "deviceName", path, "useAutoDetect", "false", NULL);
  if (port->type == HVFS_PORT_PIPE && serial)
    return hvfs_vm_value_new ("backing", "VirtualSerialPortPipeBackingInfo", "pipeName", path,
                              "endpoint", "client", "noRxLoss", "false", NULL);
  if (port->type == HVFS_PORT_TCP && serial)
    return new_network_backing (port);
  hvfs_vm_change_bad (error, ENOTSUP, "<%s type='%s'>: the type must be %s",
                      serial ? "serial" : "parallel", hvfs_port_type_words[port->type],
                      serial ? "dev, file, pipe or tcp" : "dev or file");
  return NULL;
}

static gboolean
add_port (HvfsVmChange *change, const HvfsPort *port, gboolean serial, GError **error)
{
  g_autoptr (HvfsValue) backing = new_backing (port, serial, error);

  if (backing == NULL)
    return FALSE;
  hvfs_vm_change_open (change, "add", NULL);
  hvfs_vm_change_open_device (change, serial ? "VirtualSerialPort" : "VirtualParallelPort");
  hvfs_vm_value_write (change->request, backing, "backing");
  hvfs_request_int (change->request, "unitNumber", port->port);
  if (serial)
    hvfs_request_bool (change->request, "yieldOnPoll", TRUE);
  hvfs_request_close (change->request);
  hvfs_vm_change_close (change);
  return TRUE;
}

static gboolean
change_port (HvfsVmChange *change, HvfsValue *device, const HvfsPort *base,
             const HvfsPort *wanted, gboolean serial, GError **error)
{
  HvfsValue *backing;

  if (device == NULL)
    return add_port (change, wanted, serial, error);
  if (same_port (base, wanted))
    return TRUE;
  backing = new_backing (wanted, serial, error);
  if (backing == NULL)
    return FALSE;
  hvfs_vm_change_edit (change, hvfs_vm_value_with (device, backing));
  return TRUE;
}

static gboolean
change_kind (HvfsVmChange *change, gboolean serial, GError **error)
{
  const GPtrArray *base = serial ? change->base->serials : change->base->parallels;
  const GPtrArray *wanted = serial ? change->wanted->serials : change->wanted->parallels;
  const GPtrArray *read = change->have == NULL ? NULL
                          : serial             ? change->have->domain->serials
                                               : change->have->domain->parallels;

  for (guint i = 0; i < base->len; i++)
    {
      guint number = ((HvfsPort *) base->pdata[i])->port;
      HvfsValue *device
        = read != NULL ? hvfs_vm_change_device (change, port_of (read, number)) : NULL;

      if (device != NULL && port_of (wanted, number) == NULL)
        hvfs_vm_change_remove (change, device);
    }
  for (guint i = 0; i < wanted->len; i++)
    {
      const HvfsPort *port = wanted->pdata[i];
      const HvfsPort *before = port_of (base, port->port);
      HvfsValue *device = read != NULL && before != NULL
                            ? hvfs_vm_change_device (change, port_of (read, port->port))
                            : NULL;

      if (!change_port (change, device, before, port, serial, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
hvfs_vm_change_ports (HvfsVmChange *change, GError **error)
{
  return change_kind (change, TRUE, error) && change_kind (change, FALSE, error);
}

/* ---- the display ---- */

/* A new machine has one anyway; this is for what it is to have otherwise. */
static void
add_video (HvfsVmChange *change, const HvfsVideo *video)
{
  hvfs_vm_change_open (change, "add", NULL);
  hvfs_vm_change_open_device (change, "VirtualMachineVideoCard");
  hvfs_request_int (change->request, "videoRamSizeInKB", video->vram_kib);
  hvfs_request_close (change->request);
  hvfs_vm_change_close (change);
}

gboolean
hvfs_vm_change_video (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->videos, *wanted = change->wanted->videos;
  const HvfsVideo *video = wanted->len > 0 ? wanted->pdata[0] : NULL;
  HvfsValue *device = change->have != NULL
                        ? hvfs_vm_change_device (change, change->have->domain->videos->pdata[0])
                        : NULL;
  g_autofree char *kib = video != NULL ? g_strdup_printf ("%u", video->vram_kib) : NULL;

  if (wanted->len > 1)
    return hvfs_vm_change_bad (error, ENOTSUP, "<video>: there can be only one");
  if (video != NULL && (video->type != HVFS_VIDEO_VMVGA || video->heads > 1))
    return hvfs_vm_change_bad (error, ENOTSUP, "<video>: must be of the type vmvga, with one head");
  if (change->have == NULL && video != NULL && video->vram_kib != HVFS_VRAM_KIB)
    add_video (change, video);
  if (video == NULL || base->len == 0 || device == NULL
      || ((HvfsVideo *) base->pdata[0])->vram_kib == video->vram_kib)
    return TRUE;
  hvfs_vm_change_edit (change, hvfs_vm_value_with_text (device, "videoRamSizeInKB", kib));
  return TRUE;
}

/* ---- settings that are keys of a VMX on the server, too ---- */

static void
set_key (GHashTable *keys, const char *value, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
set_key (GHashTable *keys, const char *value, const char *format, ...)
{
  va_list args;

  if (value == NULL)
    return;
  va_start (args, format);
  g_hash_table_insert (keys, g_strdup_vprintf (format, args), g_strdup (value));
  va_end (args);
}

static const char vnc_password[] = "RemoteDisplay.vnc.password";

static gboolean
add_graphics_keys (GHashTable *keys, const HvfsDomain *domain, GError **error)
{
  const HvfsGraphics *vnc = domain->graphics->len > 0 ? domain->graphics->pdata[0] : NULL;
  g_autofree char *port = NULL;

  if (vnc == NULL)
    return TRUE;
  if (domain->graphics->len > 1 || vnc->type != HVFS_GRAPHICS_VNC)
    return hvfs_vm_change_bad (error, ENOTSUP, "<graphics>: only one, of the type vnc");
  port = g_strdup_printf ("%d", vnc->port);
  set_key (keys, "TRUE", "RemoteDisplay.vnc.enabled");
  set_key (keys, vnc->autoport ? NULL : port, "RemoteDisplay.vnc.port");
  set_key (keys, vnc->listen, "RemoteDisplay.vnc.ip");
  set_key (keys, vnc->keymap, "RemoteDisplay.vnc.keymap");
  set_key (keys, vnc->password, "%s", vnc_password);
  return TRUE;
}

static gboolean
add_folder_keys (GHashTable *keys, const HvfsDomain *domain, GError **error)
{
  g_autofree char *n = g_strdup_printf ("%u", domain->filesystems->len);

  if (domain->filesystems->len > 0)
    {
      set_key (keys, "FALSE", "isolation.tools.hgfs.disable");
      set_key (keys, n, "sharedFolder.maxNum");
    }
  for (guint i = 0; i < domain->filesystems->len; i++)
    {
      const HvfsFilesystem *folder = domain->filesystems->pdata[i];

      if (folder->type != HVFS_FILESYSTEM_MOUNT)
        return hvfs_vm_change_bad (error, ENOTSUP, "<filesystem>: the type must be mount");
      set_key (keys, "TRUE", "sharedFolder%u.present", i);
      set_key (keys, "TRUE", "sharedFolder%u.enabled", i);
      set_key (keys, "TRUE", "sharedFolder%u.readAccess", i);
      set_key (keys, folder->readonly ? "FALSE" : "TRUE", "sharedFolder%u.writeAccess", i);
      set_key (keys, folder->source, "sharedFolder%u.hostPath", i);
      set_key (keys, folder->target, "sharedFolder%u.guestName", i);
    }
  return TRUE;
}

/* Returns: (transfer full) (nullable): key -> value of all that is set this way */
static GHashTable *
keys_of (const HvfsDomain *domain, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (!add_graphics_keys (keys, domain, error) || !add_folder_keys (keys, domain, error))
    return NULL;
  set_key (keys, domain->smbios == HVFS_SMBIOS_HOST ? "TRUE" : NULL, "smbios.reflectHost");
  return g_steal_pointer (&keys);
}

static void
put_key (HvfsVmChange *change, const char *key, const char *value)
{
  change->n_changes++;
  hvfs_request_open (change->request, "extraConfig", "OptionValue");
  hvfs_request_text (change->request, "key", key);
  hvfs_request_typed (change->request, "value", "xsd:string", value);
  hvfs_request_close (change->request);
}

gboolean
hvfs_vm_change_extras (HvfsVmChange *change, GError **error)
{
  g_autoptr (GHashTable) base = keys_of (change->base, NULL);
  g_autoptr (GHashTable) wanted = keys_of (change->wanted, error);
  g_autoptr (GList) gone = base != NULL ? g_hash_table_get_keys (base) : NULL;
  g_autoptr (GList) set = wanted != NULL ? g_hash_table_get_keys (wanted) : NULL;

  if (wanted == NULL)
    return FALSE;
  gone = g_list_sort (gone, (GCompareFunc) strcmp);
  set = g_list_sort (set, (GCompareFunc) strcmp);
  for (GList *key = gone; key != NULL; key = key->next)
    if (!g_hash_table_contains (wanted, key->data))
      put_key (change, key->data, ""); /* the server removes it then */
  /* Its password is not in the XML, and goes with the display. */
  if (change->have != NULL && change->base->graphics->len > 0 && change->wanted->graphics->len == 0
      && !g_hash_table_contains (base, vnc_password)
      && hvfs_vm_extra (change->have->config, vnc_password) != NULL)
    put_key (change, vnc_password, "");
  for (GList *key = set; key != NULL; key = key->next)
    {
      const char *value = g_hash_table_lookup (wanted, key->data);

      if (base == NULL || g_strcmp0 (g_hash_table_lookup (base, key->data), value) != 0)
        put_key (change, key->data, value);
    }
  return TRUE;
}
