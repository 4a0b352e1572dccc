/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/network.c - what a network's info says of its switch; see network.h */
#include "fs/attr/network.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/retrieve.h"
#include "backend/wire/fault.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "fs/tree/notify.h"

/* As long as usage, which is no more urgent. */
#define FRESH_US (20 * G_TIME_SPAN_SECOND)
/* So many port groups are asked for at once: each is some kilobytes. */
#define MAX_GROUPS 100

typedef struct
{
  char *text;
  guint32 host;      /* serial of the first that has it on a virtual switch; 0: none */
  char *vswitch;     /* (nullable): that switch's name */
  gint64 fetched_us;
} Known;

struct _HvfsNetworks
{
  GMutex lock;
  GHashTable *known; /* lock: serial -> Known */
};

/* One network that is asked for.  All owned. */
typedef struct
{
  guint32 serial;
  char *moref;
  char *name;           /* as its hosts write it; "": not known */
  GPtrArray *switches;  /* names, each once */
  GPtrArray *vlans;
  char *rest;           /* (nullable): lines that are shown as they are */
  char *host;           /* (nullable): moref of the first that has it on a virtual switch */
  char *vswitch;        /* (nullable): that switch's name */
} Target;

static void
known_free (gpointer data)
{
  Known *known = data;

  g_free (known->text);
  g_free (known->vswitch);
  g_free (known);
}

static void
target_free (gpointer data)
{
  Target *target = data;

  g_free (target->moref);
  g_free (target->name);
  g_ptr_array_unref (target->switches);
  g_ptr_array_unref (target->vlans);
  g_free (target->rest);
  g_free (target->host);
  g_free (target->vswitch);
  g_free (target);
}

static Target *
target_new (const HvfsObject *network)
{
  const char *name = hvfs_value_text (hvfs_object_get (network, HVFS_NAME), NULL);
  Target *target = g_new0 (Target, 1);

  *target = (Target){ network->serial, g_strdup (network->moref),
                      hvfs_inventory_name_decode (name != NULL ? name : ""),
                      g_ptr_array_new_with_free_func (g_free),
                      g_ptr_array_new_with_free_func (g_free), NULL, NULL, NULL };
  return target;
}

HvfsNetworks *
hvfs_networks_new (void)
{
  HvfsNetworks *networks = g_new0 (HvfsNetworks, 1);

  g_mutex_init (&networks->lock);
  networks->known = g_hash_table_new_full (NULL, NULL, NULL, known_free);
  return networks;
}

void
hvfs_networks_free (HvfsNetworks *networks)
{
  if (networks == NULL)
    return;
  g_hash_table_unref (networks->known);
  g_mutex_clear (&networks->lock);
  g_free (networks);
}

void
hvfs_networks_forget (HvfsNetworks *networks, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&networks->lock);
  g_hash_table_remove (networks->known, GUINT_TO_POINTER (serial));
}

gboolean
hvfs_networks_show (HvfsNetworks *networks, guint32 network, GString *out)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&networks->lock);
  const Known *known = g_hash_table_lookup (networks->known, GUINT_TO_POINTER (network));

  if (known != NULL)
    g_string_append (out, known->text);
  return known != NULL;
}

guint32
hvfs_networks_dup_switch (HvfsNetworks *networks, guint32 network, char **ret_name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&networks->lock);
  const Known *known = g_hash_table_lookup (networks->known, GUINT_TO_POINTER (network));

  if (known == NULL || known->host == 0)
    return 0;
  *ret_name = g_strdup (known->vswitch);
  return known->host;
}

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->networks->lock);
  return g_hash_table_contains (fs->networks->known, GUINT_TO_POINTER (node.a));
}

static gboolean
is_serial_fresh (HvfsNetworks *networks, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&networks->lock);
  const Known *known = g_hash_table_lookup (networks->known, GUINT_TO_POINTER (serial));

  return known != NULL && g_get_monotonic_time () - known->fetched_us < FRESH_US;
}

static gboolean
is_fresh (HvfsFs *fs, HvfsNode node)
{
  return is_serial_fresh (fs->networks, node.a);
}

/* ---- what is asked for ---- */

/* Adds the others of its class that are not fresh.  Under the mirror's lock. */
static void
add_groups (HvfsFs *fs, const HvfsObject *self, GPtrArray *targets)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (targets->len < MAX_GROUPS && g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *object = value;

      if (object != self && object->kind == HVFS_KIND_NETWORK
          && strcmp (object->type, self->type) == 0
          && !is_serial_fresh (fs->networks, object->serial))
        g_ptr_array_add (targets, target_new (object));
    }
}

static gboolean
has_network (HvfsMirror *mirror, const HvfsObject *host, const HvfsObject *network)
{
  const HvfsValue *list = hvfs_object_get (host, HVFS_HOST_NETWORKS);

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    if (hvfs_mirror_resolve (mirror, hvfs_value_nth (list, i)) == network)
      return TRUE;
  return FALSE;
}

/* Adds the hosts that have @self, and the other networks that no other hosts have.  Under
 * the mirror's lock. */
static void
add_hosts (HvfsFs *fs, const HvfsObject *self, GPtrArray *targets, GPtrArray *hosts)
{
  g_autoptr (GHashTable) inside = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) outside = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *host = value;
      const HvfsValue *list;
      gboolean has;

      if (host->kind != HVFS_KIND_HOST)
        continue;
      has = has_network (fs->mirror, host, self);
      if (has)
        g_ptr_array_add (hosts, g_strdup (host->moref));
      list = hvfs_object_get (host, HVFS_HOST_NETWORKS);
      for (guint i = 0; i < hvfs_value_n_children (list); i++)
        {
          HvfsObject *network = hvfs_mirror_resolve (fs->mirror, hvfs_value_nth (list, i));

          if (network != NULL && network != self && strcmp (network->type, self->type) == 0)
            g_hash_table_add (has ? inside : outside, network);
        }
    }
  g_hash_table_iter_init (&iter, inside);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    if (!g_hash_table_contains (outside, value))
      g_ptr_array_add (targets, target_new (value));
}

typedef enum { SWITCH_NONE, SWITCH_HOSTS, SWITCH_DISTRIBUTED, SWITCH_OPAQUE } SwitchKind;

/* Fills @targets, the one of @serial first, and @hosts.  FALSE: it is gone. */
static gboolean
collect (HvfsFs *fs, guint32 serial, SwitchKind *ret_kind, GPtrArray *targets, GPtrArray *hosts)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *self = hvfs_mirror_get (fs->mirror, serial);

  if (self == NULL)
    return FALSE;
  g_ptr_array_add (targets, target_new (self));
  *ret_kind = SWITCH_NONE;
  if (strcmp (self->type, "DistributedVirtualPortgroup") == 0)
    {
      *ret_kind = SWITCH_DISTRIBUTED;
      add_groups (fs, self, targets);
    }
  else if (strcmp (self->type, "OpaqueNetwork") == 0)
    {
      *ret_kind = SWITCH_OPAQUE;
      add_groups (fs, self, targets);
    }
  else if (strcmp (self->type, "Network") == 0)
    {
      *ret_kind = SWITCH_HOSTS;
      add_hosts (fs, self, targets, hosts);
    }
  return TRUE;
}

/* ---- what is answered ---- */

/* (nullable): the property of one ObjectContent */
static HvfsValue *
property (const HvfsValue *content, const char *path)
{
  for (guint i = 0; i < hvfs_value_n_children (content); i++)
    {
      HvfsValue *child = hvfs_value_nth (content, i);

      if (strcmp (hvfs_value_name (child), "propSet") == 0
          && g_strcmp0 (hvfs_value_text (child, "name"), path) == 0)
        return hvfs_value_get (child, "val");
    }
  return NULL;
}

static void
add_once (GPtrArray *texts, const char *text)
{
  if (text != NULL && !g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
    g_ptr_array_add (texts, g_strdup (text));
}

/* Whichever host answers first, it is always the same. */
static void
set_first (Target *target, const char *host, const char *vswitch)
{
  if (vswitch == NULL || (target->host != NULL && strverscmp (target->host, host) <= 0))
    return;
  g_free (target->host);
  g_free (target->vswitch);
  target->host = g_strdup (host);
  target->vswitch = g_strdup (vswitch);
}

/* One host's port groups have the names of the networks. */
static void
read_host (const HvfsValue *content, GPtrArray *targets)
{
  const char *host = hvfs_value_text (content, "obj");
  const HvfsValue *groups = property (content, "config.network.portgroup");

  for (guint i = 0; i < hvfs_value_n_children (groups); i++)
    {
      const HvfsValue *group = hvfs_value_nth (groups, i);
      const char *name = hvfs_value_text (group, "spec.name");

      for (guint j = 0; name != NULL && j < targets->len; j++)
        {
          Target *target = targets->pdata[j];
          g_autofree char *plain = hvfs_inventory_name_decode (name);

          if (strcmp (target->name, plain) != 0)
            continue;
          add_once (target->switches, hvfs_value_text (group, "spec.vswitchName"));
          add_once (target->vlans, hvfs_value_text (group, "spec.vlanId"));
          set_first (target, host, hvfs_value_text (group, "spec.vswitchName"));
        }
    }
}

static gboolean
fetch_hosts (HvfsSession *session, GPtrArray *hosts, GPtrArray *targets,
             GCancellable *cancellable, GError **error)
{
  static const char *const paths[] = { "config.network.portgroup", NULL };
  g_autoptr (GPtrArray) contents = NULL;

  if (hosts->len == 0)
    return TRUE;
  contents = hvfs_retrieve_paths (session, "HostSystem", paths, hosts, cancellable, error);
  if (contents == NULL)
    return FALSE;
  for (guint i = 0; i < contents->len; i++)
    read_host (contents->pdata[i], targets);
  return TRUE;
}

/* A number, or ranges of a trunk, as a vSphere client writes them. */
static void
read_vlan (const HvfsValue *vlan, Target *target, GString *rest)
{
  for (guint i = 0; i < hvfs_value_n_children (vlan); i++)
    {
      const HvfsValue *child = hvfs_value_nth (vlan, i);
      const char *start = hvfs_value_text (child, "start"), *end = hvfs_value_text (child, "end");
      g_autofree char *range
        = g_strcmp0 (start, end) == 0 ? g_strdup (start) : g_strdup_printf ("%s-%s", start, end);

      if (strcmp (hvfs_value_name (child), "pvlanId") == 0)
        hvfs_show_text (rest, "pvlan", hvfs_value_text (child, NULL));
      else if (strcmp (hvfs_value_name (child), "vlanId") == 0)
        add_once (target->vlans, start != NULL && end != NULL ? range : hvfs_value_text (child, NULL));
    }
}

/* The switch's id as config.xml has it. */
static void
show_switch_id (GString *out, const char *text)
{
  guint8 uuid[HVFS_UUID_BYTES];
  g_autofree char *id = NULL;

  if (text != NULL && hvfs_parse_uuid (text, uuid))
    id = hvfs_format_uuid (uuid);
  hvfs_show_text (out, "switchid", id);
}

static void
read_group (const HvfsValue *content, const HvfsValue *of, Target *target)
{
  g_autoptr (GString) rest = g_string_new (NULL);

  add_once (target->switches, hvfs_value_text (property (of, "name"), NULL));
  show_switch_id (rest, hvfs_value_text (property (of, "uuid"), NULL));
  hvfs_show_text (rest, "portgroupid", hvfs_value_text (property (content, "key"), NULL));
  read_vlan (hvfs_value_get (property (content, "config.defaultPortConfig"), "vlan"), target, rest);
  hvfs_show_text (rest, "ports", hvfs_value_text (property (content, "config.numPorts"), NULL));
  g_free (target->rest);
  target->rest = g_strdup (rest->str);
}

static const HvfsValue *
content_of (const GPtrArray *contents, const char *moref)
{
  for (guint i = 0; contents != NULL && i < contents->len; i++)
    if (g_strcmp0 (hvfs_value_text (contents->pdata[i], "obj"), moref) == 0)
      return contents->pdata[i];
  return NULL;
}

/* Who may see a portgroup need not see its switch. */
static gboolean
is_hidden (const GError *failure)
{
  const char *fault = hvfs_error_fault (failure);

  return g_strcmp0 (fault, "NoPermission") == 0 || hvfs_fault_is_a (fault, "ManagedObjectNotFound");
}

/* @ret_switches: (nullable) (transfer full): nothing where none is to be seen */
static gboolean
fetch_switches (HvfsSession *session, const GPtrArray *groups, GPtrArray **ret_switches,
                GCancellable *cancellable, GError **error)
{
  static const char *const paths[] = { "name", "uuid", NULL };
  g_autoptr (GPtrArray) morefs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;

  *ret_switches = NULL;
  for (guint i = 0; i < groups->len; i++)
    add_once (morefs,
              hvfs_value_text (property (groups->pdata[i], "config.distributedVirtualSwitch"), NULL));
  if (morefs->len == 0)
    return TRUE;
  *ret_switches = hvfs_retrieve_paths (session, "DistributedVirtualSwitch", paths, morefs,
                                       cancellable, &failure);
  if (*ret_switches != NULL || is_hidden (failure))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Of all @targets, without the neighbours of which nothing is said then. */
static GPtrArray *
fetch_targets (HvfsSession *session, const char *type, const char *const *paths,
               GPtrArray *targets, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) morefs = g_ptr_array_new ();
  g_autoptr (GPtrArray) contents = NULL;

  for (guint i = 0; i < targets->len; i++)
    g_ptr_array_add (morefs, ((Target *) targets->pdata[i])->moref);
  contents = hvfs_retrieve_paths (session, type, paths, morefs, cancellable, error);
  if (contents == NULL)
    return NULL;
  if (content_of (contents, ((Target *) targets->pdata[0])->moref) == NULL)
    {
      hvfs_object_set_gone ("network", error);
      return NULL;
    }
  for (guint i = targets->len; --i > 0;)
    if (content_of (contents, ((Target *) targets->pdata[i])->moref) == NULL)
      g_ptr_array_remove_index (targets, i);
  return g_steal_pointer (&contents);
}

/* The ids as an interface has them. */
static gboolean
fetch_opaque (HvfsSession *session, GPtrArray *targets, GCancellable *cancellable, GError **error)
{
  static const char *const paths[] = { "summary", NULL };
  g_autoptr (GPtrArray) contents
    = fetch_targets (session, "OpaqueNetwork", paths, targets, cancellable, error);

  for (guint i = 0; contents != NULL && i < targets->len; i++)
    {
      Target *target = targets->pdata[i];
      const HvfsValue *summary = property (content_of (contents, target->moref), "summary");
      GString *rest = g_string_new (NULL);

      hvfs_show_text (rest, "opaqueid", hvfs_value_text (summary, "opaqueNetworkId"));
      hvfs_show_text (rest, "opaquetype", hvfs_value_text (summary, "opaqueNetworkType"));
      target->rest = g_string_free (rest, FALSE);
    }
  return contents != NULL;
}

static gboolean
fetch_groups (HvfsSession *session, GPtrArray *targets, GCancellable *cancellable, GError **error)
{
  static const char *const paths[] = { "key", "config.distributedVirtualSwitch",
                                       "config.defaultPortConfig", "config.numPorts", NULL };
  g_autoptr (GPtrArray) groups = fetch_targets (session, "DistributedVirtualPortgroup", paths,
                                                targets, cancellable, error);
  g_autoptr (GPtrArray) switches = NULL;

  if (groups == NULL || !fetch_switches (session, groups, &switches, cancellable, error))
    return FALSE;
  for (guint i = 0; i < targets->len; i++)
    {
      Target *target = targets->pdata[i];
      const HvfsValue *group = content_of (groups, target->moref);
      const HvfsValue *of = property (group, "config.distributedVirtualSwitch");

      read_group (group, content_of (switches, hvfs_value_text (of, NULL)), target);
    }
  return TRUE;
}

/* ---- what is kept ---- */

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* All of @texts, in one line. */
static void
show_all (GString *out, const char *key, GPtrArray *texts)
{
  g_autofree char *joined = NULL;

  if (texts->len == 0)
    return;
  g_ptr_array_add (texts, NULL);
  joined = g_strjoinv (",", (char **) texts->pdata);
  hvfs_show_text (out, key, joined);
}

static guint32
serial_of_host (HvfsFs *fs, const char *moref)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *host
    = moref == NULL ? NULL : hvfs_mirror_find (fs->mirror, "HostSystem", moref);

  return host == NULL ? 0 : host->serial;
}

static void
keep (HvfsFs *fs, Target *target, gboolean sorted)
{
  HvfsRow *row = hvfs_row_named (hvfs_row_of_kind (HVFS_KIND_NETWORK)->table, "info");
  g_autoptr (GString) text = g_string_new (NULL);
  Known *known = g_new0 (Known, 1);
  const Known *before;
  gboolean differs;

  if (sorted)
    {
      g_ptr_array_sort (target->switches, compare);
      g_ptr_array_sort (target->vlans, compare);
    }
  show_all (text, "switch", target->switches);
  show_all (text, "vlan", target->vlans);
  g_string_append (text, target->rest != NULL ? target->rest : "");
  *known = (Known){ g_strdup (text->str), serial_of_host (fs, target->host),
                    g_steal_pointer (&target->vswitch), g_get_monotonic_time () };

  g_mutex_lock (&fs->networks->lock);
  before = g_hash_table_lookup (fs->networks->known, GUINT_TO_POINTER (target->serial));
  differs = before == NULL || strcmp (before->text, known->text) != 0;
  g_hash_table_replace (fs->networks->known, GUINT_TO_POINTER (target->serial), known);
  g_mutex_unlock (&fs->networks->lock);
  if (differs)
    hvfs_notifier_inode (fs->notifier, hvfs_row_ino (row, target->serial, 0));
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (target_free);
  g_autoptr (GPtrArray) hosts = g_ptr_array_new_with_free_func (g_free);
  HvfsSession *session = call->fs->session;
  SwitchKind kind;

  if (is_fresh (call->fs, node))
    return TRUE;
  if (!collect (call->fs, node.a, &kind, targets, hosts))
    {
      hvfs_object_set_gone ("network", error);
      return FALSE;
    }
  if (kind == SWITCH_DISTRIBUTED && !fetch_groups (session, targets, call->cancellable, error))
    return FALSE;
  if (kind == SWITCH_OPAQUE && !fetch_opaque (session, targets, call->cancellable, error))
    return FALSE;
  if (kind == SWITCH_HOSTS && !fetch_hosts (session, hosts, targets, call->cancellable, error))
    return FALSE;
  for (guint i = 0; i < targets->len; i++)
    keep (call->fs, targets->pdata[i], kind == SWITCH_HOSTS);
  return TRUE;
}

const HvfsFetch hvfs_network_fetch = { is_known, is_fresh, fetch };
