/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-extra.c - the directory extraconfig of a domain
 *
 * Exists so that each key of a machine's extraConfig is a file.  The server does not push them:
 * they are fetched with the configuration when somebody lists the directory, or asks for a name
 * there that is no fixed one.  Any other name is a scratch file, as beside config.xml, so that
 * editors work and never make a key.
 */
#include "fs/attr/attr-extra.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/vmconfig/vmconfig-options.h"
#include "convert/error.h"
#include "fs/edit/edit.h"
#include "fs/edit/values.h"
#include "fs/edit/whole.h"
#include "fs/row/line.h"
#include "fs/tree/numbers.h"

/* ---- names ---- */

static const char *
key_of (HvfsFs *fs, HvfsNode node)
{
  return hvfs_numbers_name (fs->numbers, node.b);
}

static gboolean
key_append_name (HvfsFs *fs, HvfsNode node, GString *out)
{
  const char *key = key_of (fs, node);
  g_autofree char *name = key == NULL ? NULL : hvfs_values_dup_file_name (key);

  if (name != NULL)
    g_string_append (out, name);
  return name != NULL;
}

/* The number of the key that is called @name among @options (nullable); 0: none is. */
static guint32
number_named (HvfsFs *fs, const GPtrArray *options, const char *name)
{
  g_autofree char *key = hvfs_inventory_name_decode (name);
  g_autofree char *again = hvfs_values_dup_file_name (key);

  return options != NULL && g_strcmp0 (again, name) == 0 && hvfs_options_find (options, key) != NULL
           ? hvfs_numbers_get (fs->numbers, key)
           : 0;
}

/* ---- a key ---- */

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GPtrArray) options = hvfs_config_get_options (fs->config, node.a);

  return options != NULL;
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  return hvfs_config_fetch_parts (call->fs->config, node.a, call->cancellable, error);
}

const HvfsFetch hvfs_options_fetch = { .is_known = is_known, .fetch = fetch };

GPtrArray *
hvfs_options_get (HvfsFs *fs, HvfsNode node, GError **error)
{
  GPtrArray *options = hvfs_config_get_options (fs->config, node.a);

  if (options == NULL)
    g_set_error (error, HVFS_ERROR, EAGAIN, "the configuration has just changed: try again");
  return options;
}

static gboolean
key_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  g_autoptr (GPtrArray) options = hvfs_options_get (fs, node, error);
  const char *key = key_of (fs, node), *value;

  if (options == NULL)
    return FALSE;
  value = key == NULL ? NULL : hvfs_options_find (options, key);
  if (value == NULL)
    {
      g_set_error (error, HVFS_ERROR, ESTALE, "the domain has this key no more");
      return FALSE;
    }
  hvfs_whole_show (out, value);
  return TRUE;
}

static gboolean
key_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, struct stat *st)
{
  g_autoptr (GPtrArray) options = hvfs_config_get_options (fs->config, node.a);
  const char *key = key_of (fs, node);

  if (key != NULL && hvfs_option_is_owned (key))
    st->st_mode &= ~(mode_t) (S_IWUSR | S_IWGRP | S_IWOTH);
  if (key != NULL && hvfs_option_is_secret (key))
    st->st_mode &= ~(mode_t) (S_IRWXG | S_IRWXO);
  return key != NULL && (options == NULL || hvfs_options_find (options, key) != NULL);
}

static gboolean
key_commit (HvfsStore *store, const char *text, GError **error)
{
  const char *key = key_of (store->fs, store->node);
  HvfsOption option = { (char *) key, (char *) text };

  return hvfs_config_set_options (store->fs->config, store->serial, &option, 1, store->version,
                                  store->cancellable, error);
}

/* "KEY=VALUE" */
static gboolean
set_store (HvfsStore *store, const char *line, GError **error)
{
  const char *equals = strchr (line, '=');
  g_autofree char *key = equals == NULL ? NULL : g_strchomp (g_strndup (line, equals - line));
  HvfsOption option = { key, equals == NULL ? NULL : (char *) equals + 1 };

  if (key == NULL || *key == '\0')
    g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s' is no KEY=VALUE", line);
  else if (hvfs_option_is_owned (key))
    g_set_error (error, HVFS_ERROR, EPERM,
                 "the server, or a device, looks after '%.64s' itself: it cannot be written", key);
  else
    return hvfs_config_set_options (store->fs->config, store->serial, &option, 1, NULL,
                                    store->cancellable, error);
  return FALSE;
}

/* ---- the directory ---- */

static HvfsNode
find_key (HvfsFs *fs, HvfsNode dir, const char *name)
{
  g_autoptr (GPtrArray) options = hvfs_config_get_options (fs->config, dir.a);
  guint32 number = number_named (fs, options, name);

  return (HvfsNode){ number == 0 ? NULL : &hvfs_extra_members[0], dir.a, number };
}

typedef struct
{
  guint32 number;
  const HvfsOption *option;
} Listed;

static int
by_number (gconstpointer a, gconstpointer b)
{
  const Listed *x = a, *y = b;

  return x->number < y->number ? -1 : x->number > y->number;
}

/* Those of @options that have a number above @after, by their numbers: those never change. */
static GArray *
listed_after (HvfsFs *fs, const GPtrArray *options, guint64 after)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Listed));

  for (guint i = 0; options != NULL && i < options->len; i++)
    {
      const HvfsOption *option = options->pdata[i];
      Listed one = { hvfs_numbers_get (fs->numbers, option->key), option };

      if (one.number > after)
        g_array_append_val (all, one);
    }
  g_array_sort (all, by_number);
  return all;
}

static gboolean
list_keys (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data)
{
  g_autoptr (GPtrArray) options = hvfs_config_get_options (fs->config, dir.a);
  g_autoptr (GArray) keys = listed_after (fs, options, after);

  for (guint i = 0; i < keys->len; i++)
    {
      const Listed *one = &g_array_index (keys, Listed, i);
      g_autofree char *name = hvfs_values_dup_file_name (one->option->key);
      HvfsNode node = { &hvfs_extra_members[0], dir.a, one->number };

      if (name != NULL && !func (name, hvfs_node_ino (node), one->number, data))
        return FALSE;
    }
  return TRUE;
}

const HvfsValues hvfs_extra_values = {
  find_key, list_keys, "a key: write to it, or empty it to take the key away"
};

HvfsRow hvfs_extra_table[] = {
  { .name = "set", .mode = S_IFREG | 0200, .flags = HVFS_ROW_PRIVATE,
    .store = set_store },
  { NULL }
};

HvfsRow hvfs_extra_members[] = {
  { .name = "KEY", .append_name = key_append_name, .mode = S_IFREG | 0644,
    .flags = HVFS_ROW_NUMBERED | HVFS_ROW_KEPT, .show = key_show, .stat = key_stat,
    .file_ops = &hvfs_whole_ops, .commit = key_commit, .fetch = &hvfs_options_fetch,
    .depends = HVFS_CONFIG_PROPS },
  HVFS_EDIT_SCRATCH_ROWS,
  { NULL }
};
