/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/files-offline.c - file names where no host can be asked; see files-offline.h */
#include "convert/file/files-offline.h"
#include "convert/error.h"
#include "convert/file/vmdk.h"

#include <string.h>

#define VOLUMES "/vmfs/volumes/"

typedef struct
{
  char *name;
  char *volume; /* below VOLUMES: the UUID, if known, else the name */
  char *local;  /* nullable: where its files are on this machine */
} Datastore;

struct _HvfsOfflineFiles
{
  HvfsFiles files;
  char *directory;     /* "[datastore] path" without a slash at its end */
  gboolean any;        /* no datastores are given: all exist */
  GPtrArray *datastores; /* of Datastore */
  char *beside;          /* nullable: the directory of the VMX on this machine */
};

static void
datastore_free (gpointer data)
{
  Datastore *datastore = data;

  g_free (datastore->name);
  g_free (datastore->volume);
  g_free (datastore->local);
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

/* Whether a name can only mean a file of the host that runs VMware: one of a Windows host,
 * or a relative one that leads out of the VMX's directory. */
static gboolean
is_elsewhere (const char *name)
{
  gboolean drive = g_ascii_isalpha (name[0]) && name[1] == ':';

  return (drive && (name[2] == '\\' || name[2] == '/')) || name[0] == '\\'
         || (name[0] == '.' && name[1] == '.' && (name[2] == '\\' || name[2] == '/'));
}

/* "[datastore] directory/file", which people write, and no file's name is likely to be. */
static gboolean
is_datastore_path (const char *name)
{
  g_autofree char *datastore = NULL;

  return strchr (name, '/') != NULL && hvfs_datastore_path_split (name, &datastore) != NULL;
}

/* Returns: (transfer full): the path of the file @name, which is below the VMX's directory */
static char *
path_below (const HvfsOfflineFiles *offline, const char *name)
{
  g_autofree char *below = g_strdup (name);

  if (strchr (below, '/') == NULL)
    g_strdelimit (below, "\\", '/');
  return g_strdup_printf (g_str_has_suffix (offline->directory, "]") ? "%s %s" : "%s/%s",
                          offline->directory, below);
}

static gboolean
parse (gpointer data, const char *name, gboolean allow_missing, char **ret_path, GError **error)
{
  const HvfsOfflineFiles *offline = data;

  if (g_str_has_prefix (name, VOLUMES))
    return parse_volume (offline, name + strlen (VOLUMES), allow_missing, ret_path, error);
  while (name[0] == '.' && (name[1] == '/' || name[1] == '\\'))
    name += 2;
  *ret_path = name[0] == '/' || is_elsewhere (name) || is_datastore_path (name)
                ? g_strdup (name)
                : path_below (offline, name);
  return TRUE;
}

/* Returns: (nullable): the name of a file below a VMX of which nobody knows where it lies */
static const char *
name_below (const char *path)
{
  return g_str_has_prefix (path, HVFS_OFFLINE_DIRECTORY "/")
           ? path + strlen (HVFS_OFFLINE_DIRECTORY "/")
           : NULL;
}

static char *
format (gpointer data, const char *path, GError **error)
{
  const HvfsOfflineFiles *offline = data;
  g_autofree char *name = NULL;
  const char *rest = hvfs_datastore_path_split (path, &name);
  const Datastore *datastore = rest != NULL ? find_datastore (offline, name, FALSE) : NULL;

  if (name_below (path) != NULL)
    return g_strdup (name_below (path));
  if (path[0] == '/' || is_elsewhere (path))
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
  if (equals != NULL && strchr (equals, '/') != NULL)
    datastore->local = g_strdup (equals + 1);
  datastore->volume = g_strdup (datastore->local != NULL ? datastore->name
                                : equals != NULL         ? equals + 1
                                                         : text);
  if (*datastore->name != '\0' && *datastore->volume != '\0'
      && strpbrk (datastore->name, "[]/") == NULL && strchr (datastore->volume, '/') == NULL)
    return TRUE;
  hvfs_error_set (error, EINVAL, "datastore '%s': must be NAME, NAME=VOLUME-UUID or NAME=DIRECTORY/",
                  text);
  return FALSE;
}

/* Returns: (transfer full) (nullable): where the file @path is on this machine */
static char *
local_path (const HvfsOfflineFiles *offline, const char *path)
{
  g_autofree char *name = NULL;
  const char *rest = hvfs_datastore_path_split (path, &name);
  const Datastore *datastore = rest != NULL ? find_datastore (offline, name, FALSE) : NULL;
  gsize len = strlen (offline->directory);

  if (path[0] == '/' && !g_str_has_prefix (path, VOLUMES))
    return g_strdup (path);
  if (datastore != NULL && datastore->local != NULL)
    return g_build_filename (datastore->local, rest, NULL);
  if (strncmp (path, offline->directory, len) != 0 || (path[len] != '/' && path[len] != ' '))
    return NULL;
  return g_build_filename (offline->beside, path + len + 1, NULL);
}

static gboolean
autodetect (gpointer data, const HvfsDisk *disk, HvfsScsiModel *ret_model, GError **error)
{
  const HvfsOfflineFiles *offline = data;
  g_autofree char *path = NULL;
  g_autoptr (GByteArray) descriptor = NULL;
  g_autoptr (GError) why = NULL;
  HvfsScsiModel model = HVFS_SCSI_NONE;

  if (disk->device != HVFS_DEVICE_DISK || disk->type != HVFS_DISK_FILE || disk->path == NULL)
    return TRUE;
  path = local_path (offline, disk->path);
  if (path == NULL)
    hvfs_error_set (&why, ENOENT, "no --datastore NAME=DIRECTORY/ says where it is");
  else
    descriptor = hvfs_vmdk_descriptor (path, &why);
  if (descriptor != NULL)
    model = hvfs_vmdk_scsi_model ((const char *) descriptor->data, descriptor->len, &why);
  if (model == HVFS_SCSI_NONE)
    hvfs_error_set (error, EINVAL,
                    "its controller has the model 'auto', which '%s' does not tell: %s: write "
                    "model='lsilogic' or another",
                    disk->path, why->message);
  else
    *ret_model = model;
  return model != HVFS_SCSI_NONE;
}

void
hvfs_offline_files_look (HvfsOfflineFiles *offline, const char *beside)
{
  g_free (offline->beside);
  offline->beside = g_strdup (beside);
  offline->files.autodetect = autodetect;
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
  g_free (offline->beside);
  g_clear_pointer (&offline->datastores, g_ptr_array_unref);
  g_free (offline);
}

const HvfsFiles *
hvfs_offline_files_get (HvfsOfflineFiles *offline)
{
  return &offline->files;
}
