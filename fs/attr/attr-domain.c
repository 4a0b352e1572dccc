/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-domain.c - the files in one domain's directory
 *
 * Exists so that cat and echo are enough to read and change a domain: one value,
 * or one group of values, a file.  hvfs_domain_table, at the end, is the list;
 * hvfs(5) has one entry a row, and a test keeps the two equal.
 */
#include "fs/content/content.h"
#include "fs/content/export.h"
#include "fs/edit/edit.h"

#include <string.h>

#include "backend/operation/answer.h"
#include "backend/operation/autostart.h"
#include "backend/operation/hardware.h"
#include "backend/operation/reconfigure.h"
#include "backend/operation/tools.h"
#include "convert/model/scalar.h"
#include "fs/attr/alarms.h"
#include "fs/attr/attr-custom.h"
#include "fs/attr/attr-disk.h"
#include "fs/attr/attr-extra.h"
#include "fs/attr/addresses.h"
#include "fs/attr/domain-stores.h"
#include "fs/attr/events.h"
#include "fs/attr/attr-snapshot.h"
#include "fs/attr/screen.h"
#include "fs/attr/tables.h"
#include "fs/attr/usage.h"
#include "fs/attr/vmx.h"
#include "fs/content/content.h"
#include "fs/content/export.h"
#include "fs/edit/desk.h"
#include "fs/edit/whole.h"
#include "fs/fs.h"
#include "fs/row/line.h"
#include "fs/tree/change.h"

/* Of a row that depends on one property. */
static HvfsValue *
only_property (HvfsNode node, const HvfsObject *vm)
{
  return hvfs_object_get (vm, (guint) __builtin_ctzll (node.row->depends));
}

/* Its text: a line of its own, or nothing where it is unset. */
static gboolean
text_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  const char *text = hvfs_value_text (only_property (node, vm), NULL);

  if (text != NULL && *text != '\0')
    hvfs_show_line (out, text);
  return TRUE;
}

/* The same where each machine has one. */
static gboolean
known_text_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  return text_show (fs, node, vm, out, error)
         && (only_property (node, vm) != NULL || hvfs_show_unknown (node.row->name, error));
}

static gboolean
state_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  const char *word = hvfs_power_word (vm);

  if (word == NULL)
    return hvfs_show_unknown ("state", error);
  hvfs_show_line (out, word);
  return TRUE;
}

static gboolean
state_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_power_run (&store->fs->server, store->serial, line, store->cancellable, error);
}

static gboolean
template_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  gboolean is_template = hvfs_value_bool (hvfs_object_get (vm, HVFS_VM_TEMPLATE), NULL);

  g_string_append (out, is_template ? "yes\n" : "no\n");
  return TRUE;
}

static gboolean
template_store (HvfsStore *store, const char *line, GError **error)
{
  gboolean is_template;

  return hvfs_line_yes_no ("template", line, &is_template, error)
         && hvfs_reconfigure_template (&store->fs->server, store->serial, is_template, error);
}

/* One address a line; a server before 4.0 does not say how long the prefix is. */
static void
append_address (const char *mac, const char *ip, gint64 prefix, gpointer data)
{
  GString *out = data;

  g_string_append (out, mac);
  g_string_append_c (out, ' ');
  g_string_append (out, ip);
  if (prefix >= 0)
    {
      g_string_append_c (out, '/');
      hvfs_show_number (out, prefix);
    }
  else
    g_string_append_c (out, '\n');
}

static gboolean
addresses_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  hvfs_addresses_foreach (vm, append_address, out);
  return TRUE;
}

static gboolean
tools_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  hvfs_show_text (out, "status",
                  hvfs_value_text (hvfs_object_get (vm, HVFS_VM_TOOLS_STATUS), NULL));
  hvfs_show_text (out, "running",
                  hvfs_value_text (hvfs_object_get (vm, HVFS_VM_TOOLS_RUNNING), NULL));
  hvfs_show_text (out, "version",
                  hvfs_value_text (hvfs_object_get (vm, HVFS_VM_TOOLS_VERSION), NULL));
  return TRUE;
}

static gboolean
tools_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_tools_run (&store->fs->server, store->serial, line, store->cancellable, error);
}

static gboolean
guest_id_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_hardware_set_guest (&store->fs->server, store->serial, line, store->cancellable,
                                  error);
}

static gboolean
hwversion_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_hardware_upgrade (&store->fs->server, store->serial, line, store->cancellable,
                                error);
}

static gboolean
annotation_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  hvfs_whole_show (out, hvfs_value_text (hvfs_object_get (vm, HVFS_VM_ANNOTATION), NULL));
  return TRUE;
}

static gboolean
autostart_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  g_string_append (out, hvfs_autostart_get (fs->mirror, vm) ? "yes\n" : "no\n");
  return TRUE;
}

static gboolean
autostart_store (HvfsStore *store, const char *line, GError **error)
{
  gboolean on;

  return hvfs_line_yes_no ("autostart", line, &on, error)
         && hvfs_autostart_set (&store->fs->server, store->serial, on, error);
}

static gboolean
question_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  hvfs_question_print (vm, out);
  return TRUE;
}

static gboolean
question_store (HvfsStore *store, const char *line, GError **error)
{
  gint64 number;

  return hvfs_line_number ("question", line, 0, &number, error)
         && hvfs_answer_question (&store->fs->server, store->serial, number, error);
}

static gboolean
annotation_commit (HvfsStore *store, const char *text, GError **error)
{
  return hvfs_reconfigure_annotation (&store->fs->server, store->serial, text,
                                      store->version, store->cancellable, error);
}

static gboolean
stats_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  HvfsUsage usage;

  if (!hvfs_usage_get (fs, vm, &usage, error))
    return FALSE;
  if (usage.cpu_mhz >= 0)
    hvfs_show_int (out, "cpu", usage.cpu_mhz);
  if (usage.memory_mib >= 0)
    hvfs_show_int (out, "memory", usage.memory_mib * HVFS_KIB_PER_MIB);
  if (usage.guest_memory_mib >= 0)
    hvfs_show_int (out, "guest_memory", usage.guest_memory_mib * HVFS_KIB_PER_MIB);
  if (usage.uptime_s >= 0)
    hvfs_show_int (out, "uptime", usage.uptime_s);
  if (usage.storage_bytes >= 0)
    hvfs_show_int (out, "storage", usage.storage_bytes);
  return TRUE;
}

#define READ (S_IFREG | 0444)
#define WRITE (S_IFREG | 0200)
#define READ_WRITE (S_IFREG | 0644)

HvfsRow hvfs_domain_table[] = {
  { .name = HVFS_DESK_LIVE, .named = HVFS_NAMED_CONFIG, .mode = READ_WRITE, .file_ops = &hvfs_edit_file_ops,
    .visible = hvfs_edit_visible, .stat = hvfs_edit_stat, .fetch = &hvfs_edit_text_fetch,
    .depends = HVFS_CONFIG_PROPS },
  { .name = HVFS_DESK_LIVE_VMX, .mode = READ, .file_ops = &hvfs_vmx_file_ops,
    .stat = hvfs_vmx_stat, .fetch = &hvfs_vmx_text_fetch, .depends = HVFS_CONFIG_PROPS },
  { .name = "state", .mode = READ_WRITE, .show = state_show, .store = state_store,
    .depends = HVFS_PROP (HVFS_VM_POWER) | HVFS_PROP (HVFS_VM_CONNECTION) },
  { .name = "sched", .mode = READ_WRITE, .show = hvfs_sched_show, .store = hvfs_sched_store,
    .flags = HVFS_ROW_LINES_TOGETHER, .depends = HVFS_PROP (HVFS_VM_CPU_ALLOCATION) },
  { .name = "memtune", .mode = READ_WRITE, .show = hvfs_memtune_show,
    .store = hvfs_memtune_store, .flags = HVFS_ROW_LINES_TOGETHER,
    .depends = HVFS_PROP (HVFS_VM_MEMORY_ALLOCATION) },
  { .name = "memory", .mode = READ_WRITE, .show = hvfs_memory_show, .store = hvfs_memory_store,
    .depends = HVFS_PROP (HVFS_VM_MEMORY) },
  { .name = "vcpus", .mode = READ_WRITE, .show = hvfs_vcpus_show, .store = hvfs_vcpus_store,
    .depends = HVFS_PROP (HVFS_VM_CPUS) },
  { .name = "migrate", .named = HVFS_NAMED_MIGRATE, .mode = READ_WRITE, .is_volatile = hvfs_migrate_is_volatile,
    .show = hvfs_migrate_show, .store = hvfs_migrate_store },
  { .name = "folder", .named = HVFS_NAMED_FOLDER, .mode = READ_WRITE, .show = hvfs_folder_show,
    .store = hvfs_folder_store,
    .depends = HVFS_PROP (HVFS_PARENT) | HVFS_PROP (HVFS_VM_PARENT_VAPP) },
  { .name = "pool", .named = HVFS_NAMED_POOL, .mode = READ_WRITE, .show = hvfs_pool_show,
    .store = hvfs_pool_store, .depends = HVFS_PROP (HVFS_VM_POOL) },
  { .name = "clone", .mode = S_IFREG | 0200, .store = hvfs_clone_store },
  { .name = "customize", .mode = S_IFREG | 0200, .store = hvfs_customize_store },
  { .name = "autostart", .named = HVFS_NAMED_AUTOSTART, .mode = READ_WRITE, .show = autostart_show, .store = autostart_store,
    .depends = HVFS_PROP (HVFS_VM_HOST) },
  { .name = "template", .mode = READ_WRITE, .show = template_show, .store = template_store,
    .depends = HVFS_PROP (HVFS_VM_TEMPLATE) },
  { .name = "guest-id", .mode = READ_WRITE, .show = known_text_show, .store = guest_id_store,
    .depends = HVFS_PROP (HVFS_VM_GUEST_ID) },
  { .name = "hwversion", .mode = READ_WRITE, .show = known_text_show, .store = hwversion_store,
    .depends = HVFS_PROP (HVFS_VM_HW_VERSION) },
  { .name = "annotation", .mode = READ_WRITE, .show = annotation_show,
    .file_ops = &hvfs_whole_ops, .commit = annotation_commit,
    .depends = HVFS_PROP (HVFS_VM_ANNOTATION) },
  { .name = "media", .mode = READ_WRITE, .show = hvfs_media_show, .store = hvfs_media_store,
    .fetch = &hvfs_media_fetch, .depends = HVFS_CONFIG_PROPS },
  { .name = "extraconfig", .mode = S_IFDIR | 0755, .table = hvfs_extra_table,
    .members = hvfs_extra_members, .dir_ops = &hvfs_values_ops,
    .values = &hvfs_extra_values, .fetch = &hvfs_options_fetch,
    .depends = HVFS_CONFIG_PROPS },
  { .name = "guestinfo", .mode = S_IFDIR | 0755, .table = hvfs_guestinfo_table,
    .members = hvfs_guestinfo_members, .dir_ops = &hvfs_edit_dir_ops },
  { .name = "disks", .mode = S_IFDIR | 0755,
    .members = hvfs_disk_members, .dir_ops = &hvfs_disks_ops, .fetch = &hvfs_disks_fetch,
    .depends = HVFS_CONFIG_PROPS },
  { .name = "export", .mode = S_IFDIR | 0755, .members = hvfs_export_members,
    .dir_ops = &hvfs_export_dir_ops, .visible = hvfs_content_is_shown, .fetch = &hvfs_disks_fetch,
    .depends = HVFS_CONFIG_PROPS },
  { .name = "question", .mode = READ_WRITE, .show = question_show, .store = question_store,
    .depends = HVFS_PROP (HVFS_VM_QUESTION) },
  { .name = "snapshots", .named = HVFS_NAMED_SNAPSHOTS, .mode = S_IFDIR | 0755, .table = hvfs_snapshots_table,
    .dir_ops = &hvfs_snapshots_ops },
  { .name = "revert", .mode = S_IFREG | 0200, .store = hvfs_revert_store },
  { .name = "hostname", .mode = READ, .show = text_show,
    .depends = HVFS_PROP (HVFS_VM_GUEST_HOSTNAME) },
  { .name = "addresses", .mode = READ, .show = addresses_show,
    .depends = HVFS_PROP (HVFS_VM_GUEST_NET) },
  { .name = "tools", .mode = READ_WRITE, .show = tools_show, .store = tools_store,
    .depends = HVFS_PROP (HVFS_VM_TOOLS_STATUS) | HVFS_PROP (HVFS_VM_TOOLS_RUNNING)
               | HVFS_PROP (HVFS_VM_TOOLS_VERSION) },
  { .name = "uuid", .mode = READ, .show = known_text_show, .depends = HVFS_PROP (HVFS_VM_UUID) },
  HVFS_EVENTS_ROW,
  HVFS_ALARMS_ROW,
  HVFS_CUSTOM_ROW (domain),
  HVFS_MOREF_ROW,
  HVFS_SCREEN_ROWS,
  { .name = "stats", .mode = READ, .show = stats_show, .fetch = &hvfs_usage_fetch },
  { .name = "undefine", .mode = WRITE, .store = hvfs_undefine_store },
  { .name = "destroy", .mode = WRITE, .store = hvfs_destroy_store },
  { .name = "error", .mode = READ, .show = hvfs_change_show_error, .flags = HVFS_ROW_LOCAL },
  { NULL }
};

HvfsRow hvfs_domain_row
  = { .of_kind = HVFS_KIND_VM, .mode = S_IFDIR | 0755, .table = hvfs_domain_table, .dir_ops = &hvfs_edit_dir_ops };
