/* convert/files-offline.c - file names where no host can be asked; see files-offline.h */
#include "convert/files-offline.h"
#include "convert/error.h"

#include <string.h>

#define VOLUMES "/vmfs/volumes/"

typedef struct
{
  char *name;
  char *volume; /* below VOLUMES: the UUID, if known, else the name */
} Datastore;

struct _HvfsOfflineFiles
{
  HvfsFiles files;
  char *directory;     /* "[datastore] path" without a slash at its end */
  gboolean any;        /* no datastores are given: all exist */
  GPtrArray *datastores; /* of Datastore */
};

static void
datastore_free (gpointer data)
{
  Datastore *datastore = data;

  g_free (datastore->name);
  g_free (datastore->volume);
  g_free (datastore);
}

static const Datastore *
find_datastore (const HvfsOfflineFiles *offline, const char *name, gboolean by_volume)
{
  for (guint i = 0; i < offline->datastores->len; i++)
    {
      const Datastore *datastore = offline->datastores->pdata[i];

      if (strcmp (by_volume ? datastore->volume : datastore->name, name) == 0)
        return datastore;
    }
  return NULL;
}

/* @name: behind VOLUMES */
static gboolean
parse_volume (const HvfsOfflineFiles *offline, const char *name, gboolean allow_missing,
              char **ret_path, GError **error)
{
  const char *volume = name + strspn (name, "/");
  gsize len = strcspn (volume, "/");
  const char *rest = volume[len] == '/' ? volume + len + 1 : "";
  g_autofree char *word = g_strndup (volume, len);
  const Datastore *datastore = find_datastore (offline, word, TRUE);

  if (datastore == NULL)
    datastore = find_datastore (offline, word, FALSE);
  if (len == 0 || *rest == '\0')
    hvfs_error_set (error, EINVAL, "must be " VOLUMES "DATASTORE/PATH");
  else if (datastore != NULL || offline->any)
    *ret_path = g_strdup_printf ("[%s] %s", datastore != NULL ? datastore->name : word, rest);
  else if (allow_missing)
    *ret_path = NULL;
  else
    hvfs_error_set (error, EINVAL, "there is no datastore '%s', it must be given", word);
  return len != 0 && *rest != '\0' && (datastore != NULL || offline->any || allow_missing);
}

static gboolean
parse (gpointer data, const char *name, gboolean allow_missing, char **ret_path, GError **error)
{
  const HvfsOfflineFiles *offline = data;

  if (g_str_has_prefix (name, VOLUMES))
    return parse_volume (offline, name + strlen (VOLUMES), allow_missing, ret_path, error);
  if (name[0] == '/')
    *ret_path = g_strdup (name);
  else if (strpbrk (name, "/\\") == NULL)
    *ret_path = g_strdup_printf (g_str_has_suffix (offline->directory, "]") ? "%s %s" : "%s/%s",
                                 offline->directory, name);
  else
    {
      hvfs_error_set (error, EINVAL, "must be a name without a directory, or begin with /");
      return FALSE;
    }
  return TRUE;
}

/* Returns: (nullable): the bare name of a file beside a VMX of which nobody knows where it lies */
static const char *
bare_name (const char *path)
{
  const char *name = path + strlen (HVFS_OFFLINE_DIRECTORY);

  return g_str_has_prefix (path, HVFS_OFFLINE_DIRECTORY "/") && strchr (name + 1, '/') == NULL
           ? name + 1
           : NULL;
}

static char *
format (gpointer data, const char *path, GError **error)
{
  const HvfsOfflineFiles *offline = data;
  g_autofree char *name = NULL;
  const char *rest = hvfs_datastore_path_split (path, &name);
  const Datastore *datastore = rest != NULL ? find_datastore (offline, name, FALSE) : NULL;

  if (bare_name (path) != NULL)
    return g_strdup (bare_name (path));
  if (path[0] == '/')
    return g_strdup (path);
  if (rest == NULL)
    hvfs_error_set (error, EINVAL, "must be '[datastore] path' or begin with /");
  else if (datastore == NULL && !offline->any)
    hvfs_error_set (error, EINVAL, "there is no datastore '%s', it must be given", name);
  else
    return g_strdup_printf (VOLUMES "%s/%s", datastore != NULL ? datastore->volume : name, rest);
  return NULL;
}

static gboolean
set_directory (HvfsOfflineFiles *offline, const char *directory, GError **error)
{
  g_autofree char *datastore = NULL;
  gsize len = strlen (directory);

  while (len > 0 && (directory[len - 1] == '/' || directory[len - 1] == ' '))
    len--;
  offline->directory = g_strndup (directory, len);
  if (hvfs_datastore_path_split (offline->directory, &datastore) != NULL)
    return TRUE;
  hvfs_error_set (error, EINVAL, "directory '%s': must be '[DATASTORE] DIRECTORY'",
               directory);
  return FALSE;
}

static gboolean
add_datastore (HvfsOfflineFiles *offline, const char *text, GError **error)
{
  const char *equals = strrchr (text, '=');
  Datastore *datastore = g_new0 (Datastore, 1);

  g_ptr_array_add (offline->datastores, datastore);
  datastore->name = equals != NULL ? g_strndup (text, equals - text) : g_strdup (text);
  datastore->volume = g_strdup (equals != NULL ? equals + 1 : text);
  if (*datastore->name != '\0' && *datastore->volume != '\0'
      && strpbrk (datastore->name, "[]/") == NULL && strchr (datastore->volume, '/') == NULL)
    return TRUE;
  hvfs_error_set (error, EINVAL, "datastore '%s': must be NAME or NAME=VOLUME-UUID", text);
  return FALSE;
}

HvfsOfflineFiles *
hvfs_offline_files_new (const char *directory, const char *const *datastores, GError **error)
{
  g_autoptr (HvfsOfflineFiles) offline = g_new0 (HvfsOfflineFiles, 1);

  offline->files = (HvfsFiles){ offline, parse, format, NULL };
  offline->any = datastores == NULL;
  offline->datastores = g_ptr_array_new_with_free_func (datastore_free);
  if (!set_directory (offline, directory, error))
    return NULL;
  for (guint i = 0; datastores != NULL && datastores[i] != NULL; i++)
    if (!add_datastore (offline, datastores[i], error))
      return NULL;
  return g_steal_pointer (&offline);
}

void
hvfs_offline_files_free (HvfsOfflineFiles *offline)
{
  if (offline == NULL)
    return;
  g_free (offline->directory);
  g_clear_pointer (&offline->datastores, g_ptr_array_unref);
  g_free (offline);
}

const HvfsFiles *
hvfs_offline_files_get (HvfsOfflineFiles *offline)
{
  return &offline->files;
}
