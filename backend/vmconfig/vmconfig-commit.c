/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-commit.c - edited text becomes a reconfiguration */
#include "backend/vmconfig/vmconfig.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-priv.h"
#include "backend/vmconfig/vmconfig-hostdev.h"
#include "backend/vmconfig/vmconfig-network.h"
#include "backend/vmconfig/vmconfig-scsi.h"
#include "backend/vmconfig/vmconfig-spec.h"
#include "convert/error.h"

/* So often, when others change the machine all the time. */
#define MAX_TRIES 4

gboolean
hvfs_config_check (const char *text, gsize len, GError **error)
{
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (text, len, error);

  return domain != NULL;
}

static HvfsDomain *
parse (GBytes *text, GError **error)
{
  gsize len;
  const char *data = g_bytes_get_data (text, &len);

  return hvfs_domain_xml_read (data != NULL ? data : "", len, error);
}

/* What two domains are compared by: everything that can be edited. */
static gboolean
is_same (const HvfsDomain *a, const HvfsDomain *b)
{
  HvfsDomainXmlFlags flags = HVFS_DOMAIN_XML_INACTIVE | HVFS_DOMAIN_XML_SECURE
                             | HVFS_DOMAIN_XML_MORE;
  g_autofree char *x = hvfs_domain_xml_write (a, flags);
  g_autofree char *y = hvfs_domain_xml_write (b, flags);

  return strcmp (x, y) == 0;
}

static gboolean
check_known (GBytes *base, GBytes *wanted, GError **error)
{
  gsize base_len, len;
  const char *before = g_bytes_get_data (base, &base_len);
  const char *now = g_bytes_get_data (wanted, &len);

  return hvfs_domain_xml_check_known (before, base_len, now, len, error);
}

/* Returns: (transfer full) (nullable): what is in the text that @have is shown as */
static HvfsDomain *
parse_shown (const HvfsVmRead *have, GError **error)
{
  g_autofree char *xml = hvfs_vm_read_to_xml (have);
  HvfsDomain *shown = hvfs_domain_xml_read (xml, strlen (xml), error);

  if (shown == NULL)
    g_prefix_error (error, "the server's own configuration cannot be edited: ");
  return shown;
}

/* Whether @other asks for nothing that @have, which is shown as @shown, is not, but for what it
 * boots from where that @may_differ: a text need not say all, and one that made an interface
 * without an address still means that one. */
static gboolean
asks_for_nothing (const HvfsVmRead *have, const HvfsDomain *shown, const HvfsDomain *other,
                  gboolean may_differ)
{
  g_autoptr (HvfsRequest) unsent = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", "");
  HvfsVmChange change = { .have = have, .base = shown, .wanted = other, .request = unsent };

  return is_same (shown, other)
         || (hvfs_vm_change_write (&change, "spec", NULL, NULL)
             && change.n_changes == (may_differ && change.changes_order ? 1 : 0));
}

/* Whether the server's present configuration is still what @base says.
 * Returns: (transfer full) (nullable): that configuration, as it is shown */
static HvfsDomain *
check_base (HvfsConfig *config, const HvfsVmLook *look, const HvfsVmRead *have, GBytes *text,
            const HvfsDomain *base, GError **error)
{
  g_autoptr (HvfsDomain) present = parse_shown (have, error);
  g_autofree char *edited = NULL;

  if (present == NULL || asks_for_nothing (have, present, base, FALSE))
    return g_steal_pointer (&present);
  g_mutex_lock (&config->lock);
  edited = g_strdup (hvfs_vm_cache_version_of (config->cache, look->serial, text));
  g_mutex_unlock (&config->lock);
  g_set_error (error, HVFS_ERROR, ESTALE,
               "the configuration was changed on the server meanwhile: the edited version is "
               "%s, now it is %s",
               edited != NULL ? edited : "an older one",
               hvfs_value_text (have->config, "changeVersion"));
  return NULL;
}

/* No update says that a configuration without a version has changed. */
static gboolean
has_other_version (const HvfsObject *vm, gconstpointer data)
{
  const char *version = data;

  return version != NULL && *version != '\0'
         && g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL),
                       version)
              != 0;
}

/* The server says ConcurrentAccess when the version is not its own any more. */
static void
explain (HvfsConfig *config, const HvfsVmLook *look, const char *version, GError **error)
{
  g_autoptr (HvfsVmLook) now = NULL;

  if (error == NULL || g_strcmp0 (hvfs_error_fault (*error), "ConcurrentAccess") != 0)
    return;
  g_clear_error (error);
  now = hvfs_vm_look (config->server.mirror, look->serial, NULL);
  g_set_error (error, HVFS_ERROR, ESTALE,
               "the configuration was changed on the server meanwhile: the edited version is "
               "%s, now it is %s",
               version, now != NULL && now->version != NULL ? now->version : "another");
}

typedef struct
{
  HvfsConfig *config;
  const HvfsVmLook *look;
  const HvfsVmRead *have;
  const HvfsDomain *base, *wanted;
  GHashTable *networks, *hostdevs; /* see HvfsVmChange */
  GCancellable *cancellable;
  gboolean leaves_order; /* what was sent last left out what to boot from: see HvfsVmChange */
} Commit;

static int
is_changed (HvfsMirror *mirror, gpointer data)
{
  const Commit *commit = data;
  const HvfsObject *vm = hvfs_mirror_get (mirror, commit->look->serial);

  return vm == NULL ? -1
                    : has_other_version (vm, hvfs_value_text (commit->have->config, "changeVersion"));
}

static gboolean
has_wanted (const Commit *commit)
{
  g_autoptr (HvfsVmRead) now
    = hvfs_config_read_now (commit->config, commit->look, commit->cancellable, NULL);
  g_autoptr (HvfsDomain) shown = now != NULL ? parse_shown (now, NULL) : NULL;

  return shown != NULL && asks_for_nothing (now, shown, commit->wanted, commit->leaves_order);
}

/* Nobody said whether it was done.  The configuration does, when the server is there. */
static gboolean
find_out (Commit *commit, GError **failure)
{
  g_autofree char *message = NULL;
  int code;

  if (g_strcmp0 (hvfs_error_fault (*failure), HVFS_FAULT_UNKNOWN) != 0)
    return FALSE;
  message = g_strdup ((*failure)->message);
  code = (*failure)->code;
  if (!hvfs_operation_find_out (&commit->config->server, is_changed, commit, commit->cancellable,
                                failure))
    return FALSE;
  if (has_wanted (commit))
    return TRUE;
  g_set_error (failure, HVFS_ERROR, code, "%s; its configuration has changed meanwhile, to another "
               "one than was asked for: read it", message);
  return FALSE;
}

/* A server may say the new version before, or without, what has changed with it. */
static gboolean
is_seen (const HvfsObject *vm, gconstpointer data)
{
  const HvfsVmChange *change = data;

  return has_other_version (vm, hvfs_value_text (change->have->config, "changeVersion"))
         && hvfs_vm_change_is_seen (change, vm);
}

static gboolean
send_change (Commit *commit, HvfsVmChange *change, GError **error)
{
  const HvfsServer *server = &commit->config->server;
  const char *version = hvfs_value_text (change->have->config, "changeVersion");
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", commit->look->moref);
  g_autoptr (GError) failure = NULL;

  change->request = request;
  if (!hvfs_vm_change_write (change, "spec", NULL, error))
    return FALSE;
  commit->leaves_order = change->leaves_order;
  if (change->n_changes == 0)
    return TRUE;
  if (hvfs_operation_run (server, request, commit->look->serial, NULL, NULL, NULL,
                          commit->cancellable, &failure))
    hvfs_operation_await_shown (server, commit->look->serial, is_seen, change);
  else if (!find_out (commit, &failure))
    {
      explain (commit->config, commit->look, version, &failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}

/* Files that are to be made, since the XML has a size for them. */
static GHashTable *
files_to_make (const HvfsDomain *wanted)
{
  GHashTable *files = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < wanted->disks->len; i++)
    {
      const HvfsDisk *disk = wanted->disks->pdata[i];

      if (disk->capacity_kib > 0 && disk->path != NULL)
        g_hash_table_add (files, disk->path);
    }
  return files;
}

/* A file that was to be made is there: it is attached instead.  FALSE: that was not it. */
static gboolean
keep_existing (GHashTable *make, const GError *failure)
{
  GHashTableIter iter;
  gpointer path;

  if (g_strcmp0 (hvfs_error_fault (failure), "FileAlreadyExists") != 0)
    return FALSE;
  g_hash_table_iter_init (&iter, make);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (strstr (failure->message, path) != NULL)
      {
        g_hash_table_iter_remove (&iter);
        return TRUE;
      }
  return FALSE;
}

gboolean
hvfs_config_try_making (const HvfsDomain *wanted,
                        gboolean (*attempt) (GHashTable *make, gpointer data, GError **error),
                        gpointer data, GError **error)
{
  g_autoptr (GHashTable) make = files_to_make (wanted);
  g_autoptr (GError) failure = NULL;

  while (!attempt (make, data, &failure))
    {
      if (!keep_existing (make, failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_clear_error (&failure);
    }
  return TRUE;
}

static gboolean
attempt (GHashTable *make, gpointer data, GError **error)
{
  Commit *commit = data;
  HvfsVmChange change = { .have = commit->have, .base = commit->base, .wanted = commit->wanted,
                          .running = commit->look->running, .make = make,
                          .networks = commit->networks, .hostdevs = commit->hostdevs };

  return send_change (commit, &change, error);
}

/* Sizes are not printed: of disks that are there they have to be looked at. */
static gboolean
says_sizes (const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->disks->len; i++)
    if (((HvfsDisk *) domain->disks->pdata[i])->capacity_kib > 0)
      return TRUE;
  return FALSE;
}

/* Gives the devices of a domain that has just been read the boot order of @wanted. */
static void
take_boot_order (HvfsDomain *domain, const HvfsDomain *wanted)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      HvfsDisk *disk = domain->disks->pdata[i];

      for (guint j = 0; j < wanted->disks->len; j++)
        {
          const HvfsDisk *other = wanted->disks->pdata[j];

          if (other->bus == disk->bus && strcmp (other->target, disk->target) == 0)
            disk->boot = other->boot;
        }
    }
  for (guint i = 0; i < MIN (domain->nets->len, wanted->nets->len); i++)
    ((HvfsNet *) domain->nets->pdata[i])->boot = ((HvfsNet *) wanted->nets->pdata[i])->boot;
}

/* @base, @wanted: the present configuration @have, twice; FALSE with @error */
typedef gboolean (*Edit) (const HvfsVmRead *have, HvfsDomain *base, HvfsDomain *wanted,
                          gconstpointer data, GError **error);

static gboolean
check_order_sent (gboolean is_left, GError **error)
{
  if (is_left)
    g_set_error (error, HVFS_ERROR, EIO, "the server has given a device of it no key");
  return !is_left;
}

/* Makes the machine what @edit makes of it: one reconfiguration, or none. */
static gboolean
edit_present (HvfsConfig *config, guint32 serial, Edit edit, gconstpointer data,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsVmLook) look = hvfs_vm_look (config->server.mirror, serial, error);
  g_autoptr (HvfsVmRead) have
    = look != NULL ? hvfs_config_read_now (config, look, cancellable, error) : NULL;
  g_autofree char *xml = have != NULL ? hvfs_vm_read_to_xml (have) : NULL;
  g_autoptr (HvfsDomain) base = xml != NULL ? hvfs_domain_xml_read (xml, strlen (xml), error) : NULL;
  g_autoptr (HvfsDomain) wanted
    = base != NULL ? hvfs_domain_xml_read (xml, strlen (xml), error) : NULL;
  Commit commit = { config, look, have, base, wanted, NULL, NULL, cancellable, FALSE };

  return wanted != NULL && edit (have, base, wanted, data, error) && attempt (NULL, &commit, error)
         && check_order_sent (commit.leaves_order, error);
}

/* The same, also when others change the machine meanwhile. */
static gboolean
edit_again (HvfsConfig *config, guint32 serial, Edit edit, gconstpointer data,
            GCancellable *cancellable, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) failure = NULL;

      if (edit_present (config, serial, edit, data, cancellable, &failure))
        return TRUE;
      if (i < MAX_TRIES && failure->code == ESTALE)
        continue;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
}

static gboolean
edit_boot_order (const HvfsVmRead *have G_GNUC_UNUSED, HvfsDomain *base G_GNUC_UNUSED,
                 HvfsDomain *domain, gconstpointer order, GError **error G_GNUC_UNUSED)
{
  take_boot_order (domain, order);
  return TRUE;
}

gboolean
hvfs_config_set_boot_order (HvfsConfig *config, guint32 serial, const HvfsDomain *wanted,
                            GCancellable *cancellable, GError **error)
{
  return edit_present (config, serial, edit_boot_order, wanted, cancellable, error);
}

static void
put_medium (HvfsDisk *drive, const char *path)
{
  drive->device = HVFS_DEVICE_CDROM;
  drive->type = HVFS_DISK_FILE;
  drive->startup = HVFS_STARTUP_DEFAULT;
  g_free (drive->path);
  drive->path = g_strdup (path);
}

/* What goes into an empty drive is connected; so is this, whatever was there. */
static gboolean
edit_media (const HvfsVmRead *have G_GNUC_UNUSED, HvfsDomain *base, HvfsDomain *wanted,
            gconstpointer path, GError **error)
{
  HvfsDisk *drive = hvfs_config_first_cdrom (wanted);

  if (drive == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENODEV, "the domain has no CD drive: add one in config.xml");
      return FALSE;
    }
  put_medium (drive, path);
  if (path != NULL)
    put_medium (hvfs_config_first_cdrom (base), NULL);
  return TRUE;
}

gboolean
hvfs_config_set_media (HvfsConfig *config, guint32 serial, const char *path,
                       GCancellable *cancellable, GError **error)
{
  return edit_again (config, serial, edit_media, path, cancellable, error);
}

/* Gives each of @target, which are @shown once more, the place in the boot order that the one
 * of @wanted with its key has.  @boot: where all of them have it */
static void
order_parts (GHashTable *keys, const GPtrArray *shown, const GPtrArray *wanted, GPtrArray *target,
             glong boot)
{
  for (guint i = 0; i < target->len; i++)
    {
      const char *key = g_hash_table_lookup (keys, shown->pdata[i]);
      guint *order = G_STRUCT_MEMBER_P (target->pdata[i], boot);

      *order = 0;
      for (guint j = 0; j < wanted->len; j++)
        if (key != NULL && g_strcmp0 (g_hash_table_lookup (keys, wanted->pdata[j]), key) == 0)
          *order = G_STRUCT_MEMBER (guint, wanted->pdata[j], boot);
    }
}

/* Of a machine that has just got the devices of a Commit: its boot order. */
static gboolean
edit_order (const HvfsVmRead *have, HvfsDomain *base, HvfsDomain *domain, gconstpointer data,
            GError **error)
{
  const Commit *commit = data;
  const HvfsDomain *wanted = commit->wanted;
  g_autoptr (HvfsRequest) unsent = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", "");
  g_autoptr (GHashTable) keys = g_hash_table_new (NULL, NULL);
  HvfsVmChange change = { .have = have, .base = base, .wanted = wanted,
                          .networks = commit->networks, .hostdevs = commit->hostdevs,
                          .request = unsent, .keys = keys };

  if (!hvfs_vm_change_write (&change, "spec", NULL, error)
      || !check_order_sent (change.leaves_order, error))
    return FALSE;
  order_parts (keys, base->disks, wanted->disks, domain->disks, G_STRUCT_OFFSET (HvfsDisk, boot));
  order_parts (keys, base->nets, wanted->nets, domain->nets, G_STRUCT_OFFSET (HvfsNet, boot));
  return TRUE;
}

/* The devices of @wanted are there now, and have keys and the sizes that they have. */
static gboolean
send_order (const Commit *commit, HvfsDomain *wanted, GError **error)
{
  for (guint i = 0; i < wanted->disks->len; i++)
    ((HvfsDisk *) wanted->disks->pdata[i])->capacity_kib = 0;
  if (edit_again (commit->config, commit->look->serial, edit_order, commit, commit->cancellable,
                  error))
    return TRUE;
  g_prefix_error (error, "all but the boot order is saved, for its devices had to be added first: ");
  return FALSE;
}

gboolean
hvfs_config_commit (HvfsConfig *config, guint32 serial, GBytes *base_text, GBytes *wanted_text,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsDomain) wanted = parse (wanted_text, error);
  g_autoptr (HvfsDomain) base = wanted != NULL ? parse (base_text, error) : NULL;
  g_autoptr (HvfsVmLook) look = NULL;
  g_autoptr (HvfsVmRead) have = NULL;
  g_autoptr (HvfsDomain) present = NULL;
  g_autoptr (GHashTable) networks = NULL, hostdevs = NULL;
  Commit commit;

  if (base == NULL || !check_known (base_text, wanted_text, error))
    return FALSE;
  if (is_same (base, wanted) && !says_sizes (wanted))
    return TRUE;
  look = hvfs_vm_look (config->server.mirror, serial, error);
  have = look != NULL ? hvfs_config_read_now (config, look, cancellable, error) : NULL;
  present = have != NULL ? check_base (config, look, have, base_text, base, error) : NULL;
  if (present == NULL
      || !hvfs_config_detect_scsi (&config->server, look->datacenter_path, wanted, cancellable,
                                   error))
    return FALSE;
  networks = hvfs_networks_resolve (&config->server, look->host, present, wanted, NULL, error);
  if (networks == NULL)
    return FALSE;
  hostdevs
    = hvfs_hostdevs_resolve (&config->server, look->host, present, wanted, cancellable, error);
  if (hostdevs == NULL)
    return FALSE;
  commit = (Commit){ config, look, have, present, wanted, networks, hostdevs, cancellable, FALSE };
  return hvfs_config_try_making (wanted, attempt, &commit, error)
         && (!commit.leaves_order || send_order (&commit, wanted, error));
}
