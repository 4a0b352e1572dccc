/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/switch-define.c - virtual switches are made and removed
 *
 * Exists so that a file written under a new name in switches/ makes a switch, as virsh
 * net-define does, and undefine removes one.  Until its text is committed such a file is a
 * draft of this mount's alone; it goes when it is closed, whether it is a switch by then or not.
 */
#include <errno.h>
#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/operation/switch.h"
#include "convert/error.h"
#include "fs/attr/facts.h"
#include "fs/attr/tables.h"
#include "fs/edit/draft.h"
#include "fs/edit/whole.h"
#include "fs/row/line.h"

#define SUFFIX ".xml"
#define MAX_NAME 32 /* of a switch */

static guint64
dir_of (guint32 host)
{
  return hvfs_row_ino (hvfs_row (HVFS_NAMED_HOST_SWITCHES), host, 0);
}

/* The switch that a file in switches/ is of.  (transfer full) (nullable): none can be */
static char *
dup_switch (const char *file, GError **error)
{
  g_autofree char *stem = NULL, *name = NULL;

  if (!g_str_has_suffix (file, SUFFIX) || *file == '.')
    {
      g_set_error (error, HVFS_ERROR, EPERM, "'%.64s': a switch's file is called NAME" SUFFIX, file);
      return NULL;
    }
  stem = g_strndup (file, strlen (file) - strlen (SUFFIX));
  name = hvfs_inventory_name_decode (stem);
  if (!hvfs_line_check (name, error))
    return NULL;
  if (*name == '\0' || strlen (name) > MAX_NAME)
    {
      g_set_error (error, HVFS_ERROR, ENAMETOOLONG, "'%.64s': a switch's name has 1 to %d characters",
                   name, MAX_NAME);
      return NULL;
    }
  return g_steal_pointer (&name);
}

static void
drop (HvfsFs *fs, guint32 host, const char *file)
{
  guint32 number = hvfs_drafts_find (fs->drafts, dir_of (host), file);

  if (number == 0)
    return;
  hvfs_drafts_remove (fs->drafts, number);
  fs->place (fs, host);
}

/* ---- making one ---- */

static guint64
create (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode G_GNUC_UNUSED,
        struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *vswitch = dup_switch (name, error);
  HvfsNode node = { &hvfs_switch_draft_row, dir.a, g_quark_from_string (name) };

  if (vswitch == NULL
      || hvfs_drafts_add (fs->drafts, dir_of (dir.a), dir.a, name, error) == 0)
    return 0;
  fs->place (fs, dir.a);
  if (hvfs_whole_ops.open (call, node, fi, error))
    return hvfs_node_ino (node);
  drop (fs, dir.a, name);
  return 0;
}

static gboolean
draft_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *host G_GNUC_UNUSED,
            struct stat *st G_GNUC_UNUSED)
{
  return hvfs_drafts_find (fs->drafts, dir_of (node.a), g_quark_to_string (node.b)) != 0;
}

static gboolean
define (HvfsStore *store, const char *vswitch, const char *text, GError **error)
{
  g_autoptr (HvfsNetworkDef) def = hvfs_network_def_from_xml (text, strlen (text), error);

  if (def == NULL)
    return FALSE;
  if (def->name != NULL && strcmp (def->name, vswitch) != 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "<name> is '%.64s', and the file names the switch '%s': leave it out, or make both the same",
                   def->name, vswitch);
      return FALSE;
    }
  return hvfs_switch_add (&store->fs->server, store->serial, vswitch, def, error);
}

static gboolean
draft_commit (HvfsStore *store, const char *text, GError **error)
{
  const char *file = g_quark_to_string (store->node.b);
  g_autofree char *vswitch = dup_switch (file, error);
  gboolean ok = vswitch != NULL && define (store, vswitch, text, error);

  hvfs_facts_forget (store->fs->facts, store->serial);
  if (ok)
    drop (store->fs, store->serial, file);
  return ok;
}

static void
draft_released (HvfsFs *fs, HvfsNode node)
{
  drop (fs, node.a, g_quark_to_string (node.b));
}

/* ---- removing one ---- */

static gboolean
is_on (const HvfsValue *group, const char *vswitch)
{
  return g_strcmp0 (hvfs_value_text (group, "vswitchName"), vswitch) == 0;
}

/* The port groups of @vswitch, as they are now.  NULL: something is on one of them */
static GPtrArray *
lookup_groups (HvfsStore *store, const char *vswitch, GError **error)
{
  HvfsCall call = { store->fs, 0, 0, store->cancellable };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (HvfsValue) groups = NULL;

  hvfs_facts_forget (store->fs->facts, store->serial);
  if (!hvfs_facts_fetch (&call, store->serial, error)
      || !hvfs_facts_get (store->fs, store->serial, HVFS_FACT_HOST_GROUPS, &groups, error))
    return NULL;
  for (guint i = 0; i < hvfs_value_n_children (groups); i++)
    {
      const HvfsValue *group = hvfs_value_nth (groups, i);
      const char *type = hvfs_value_text (group, "type"), *name = hvfs_value_text (group, "name");

      if (!is_on (group, vswitch) || name == NULL)
        continue;
      if (type != NULL)
        {
          g_set_error (error, HVFS_ERROR, EBUSY, "its port group '%s' is in use: it has a port of the kind %s",
                       name, type);
          return NULL;
        }
      g_ptr_array_add (names, g_strdup (name));
    }
  return g_steal_pointer (&names);
}

static gboolean
undefine_store (HvfsStore *store, const char *line, GError **error)
{
  g_autofree char *name = hvfs_line_dup_unquoted (line);
  g_autoptr (GPtrArray) groups = NULL;
  gboolean ok;

  groups = lookup_groups (store, name, error);
  ok = groups != NULL && hvfs_switch_remove (&store->fs->server, store->serial, name, groups, error);
  hvfs_facts_forget (store->fs->facts, store->serial);
  return ok;
}

HvfsRow hvfs_switches_table[] = {
  { .name = "undefine", .mode = S_IFREG | 0200, .store = undefine_store },
  { NULL }
};

const HvfsDirOps hvfs_switches_ops = { .create = create };

HvfsRow hvfs_switch_draft_row
  = { .name = "NAME" SUFFIX, .mode = S_IFREG | 0644,
      .is_volatile = hvfs_row_always, .flags = HVFS_ROW_NUMBERED, .stat = draft_stat,
      .file_ops = &hvfs_whole_ops, .commit = draft_commit, .released = draft_released };
