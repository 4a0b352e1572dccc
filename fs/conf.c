/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/conf.c - hvfs.conf: mounts that have a name; see conf.h */
#include "config.h"

#include "fs/conf.h"

#include <errno.h>
#include <gio/gio.h>

#include "convert/error.h"

#define N_FILES 2

static char *
dup_file_name (guint i)
{
  const char *dir = i == 0 ? g_get_user_config_dir () : SYSCONFDIR;

  return g_build_filename (dir, "hvfs", "hvfs.conf", NULL);
}

/* (nullable): without an error where there is no such file */
static GKeyFile *
read_file (const char *file, GError **error)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  gsize len;

  if (!g_file_get_contents (file, &text, &len, &problem))
    {
      if (!g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)
          && !g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
        g_set_error (error, HVFS_ERROR, EACCES, "%s", problem->message);
      return NULL;
    }
  if (g_key_file_load_from_data (keys, text, len, G_KEY_FILE_NONE, &problem))
    return g_steal_pointer (&keys);
  g_set_error (error, HVFS_ERROR, EINVAL, "%s: %s", file, problem->message);
  return NULL;
}

/* Values are taken as they are written: a backslash is one. */
static HvfsConfGroup *
read_group (GKeyFile *keys, const char *file, const char *name, GError **error)
{
  g_autoptr (HvfsConfGroup) group = g_new0 (HvfsConfGroup, 1);
  g_auto (GStrv) names = g_key_file_get_keys (keys, name, NULL, NULL);
  const struct { const char *key; char **ret; } known[] = {
    { "uri", &group->uri },
    { "mountpoint", &group->mountpoint },
    { "options", &group->options },
  };

  for (guint i = 0; names[i] != NULL; i++)
    {
      guint k = 0;

      while (k < G_N_ELEMENTS (known) && !g_str_equal (known[k].key, names[i]))
        k++;
      if (k == G_N_ELEMENTS (known))
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "%s: [%s]: unknown key '%s': %s", file, name,
                       names[i],
                       g_str_equal (names[i], "password")
                         ? "write the password into a file, and options=password_file=FILE here"
                         : "a group has uri, mountpoint and options");
          return NULL;
        }
      g_free (*known[k].ret);
      *known[k].ret = g_key_file_get_value (keys, name, names[i], NULL);
    }
  if (group->uri != NULL && *group->uri != '\0')
    return g_steal_pointer (&group);
  g_set_error (error, HVFS_ERROR, EINVAL, "%s: [%s]: there is no uri=", file, name);
  return NULL;
}

HvfsConfGroup *
hvfs_conf_lookup (const char *name, GError **error)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *file = dup_file_name (i);
      g_autoptr (GError) problem = NULL;
      g_autoptr (GKeyFile) keys = read_file (file, &problem);

      if (problem != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      if (keys != NULL && g_key_file_has_group (keys, name))
        return read_group (keys, file, name, error);
    }
  return NULL;
}

char **
hvfs_conf_dup_names (GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *file = dup_file_name (i);
      g_autoptr (GError) problem = NULL;
      g_autoptr (GKeyFile) keys = read_file (file, &problem);
      g_auto (GStrv) groups = keys != NULL ? g_key_file_get_groups (keys, NULL) : NULL;

      if (problem != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
      for (guint g = 0; groups != NULL && groups[g] != NULL; g++)
        if (g_hash_table_add (seen, g_strdup (groups[g])))
          g_strv_builder_add (builder, groups[g]);
    }
  if (g_hash_table_size (seen) > 0)
    return g_strv_builder_end (builder);
  g_set_error (error, HVFS_ERROR, ENOENT,
               "no mount has a name: there is no group in hvfs.conf; see hvfs(1)");
  return NULL;
}

void
hvfs_conf_group_free (HvfsConfGroup *group)
{
  g_free (group->uri);
  g_free (group->mountpoint);
  g_free (group->options);
  g_free (group);
}
