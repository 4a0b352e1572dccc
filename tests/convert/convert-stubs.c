/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/convert-stubs.c - files that exist on paper only; see convert-stubs.h */
#include "tests/convert/convert-stubs.h"
#include "convert/error.h"

#include <string.h>

static gboolean
missing (const char *datastore, const char *path)
{
  return strcmp (datastore, "missing") == 0 || g_str_has_prefix (path, "missing");
}

/* @name: behind "/vmfs/volumes/" */
static gboolean
parse_volume (const char *name, gboolean allow_missing, char **ret_path, GError **error)
{
  name += strspn (name, "/");

  const char *slash = strchr (name, '/');
  g_autofree char *datastore = slash != NULL ? g_strndup (name, slash - name) : NULL;

  if (slash == NULL || slash[1] == '\0')
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "must name a datastore and a file");
      return FALSE;
    }
  if (!missing (datastore, slash + 1))
    *ret_path = g_strdup_printf ("[%s] %s", datastore, slash + 1);
  else if (!allow_missing)
    g_set_error (error, HVFS_ERROR, EINVAL, "there is no such file");
  else
    *ret_path = NULL;
  return allow_missing || !missing (datastore, slash + 1);
}

static gboolean
stub_parse (gpointer data, const char *name, gboolean allow_missing, char **ret_path,
            GError **error)
{
  if (g_str_has_prefix (name, "/vmfs/volumes/"))
    return parse_volume (name + strlen ("/vmfs/volumes/"), allow_missing, ret_path, error);
  if (name[0] == '/')
    *ret_path = g_strdup (name);
  else if (strchr (name, '/') == NULL)
    *ret_path = g_strdup_printf ("[datastore] directory/%s", name);
  else
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "must be a plain name or begin with /");
      return FALSE;
    }
  return TRUE;
}

static char *
stub_format (gpointer data, const char *path, GError **error)
{
  g_autofree char *datastore = NULL;
  const char *rest = hvfs_datastore_path_split (path, &datastore);

  if (rest != NULL)
    return g_strdup_printf ("/vmfs/volumes/%s/%s", datastore, rest);
  if (path[0] == '/')
    return g_strdup (path);
  g_set_error (error, HVFS_ERROR, EINVAL, "must be '[datastore] path' or begin with /");
  return NULL;
}

static gboolean
stub_autodetect (gpointer data, const HvfsDisk *disk, HvfsScsiModel *ret_model, GError **error)
{
  *ret_model = HVFS_SCSI_LSILOGIC;
  return TRUE;
}

const HvfsFiles stub_files = { NULL, stub_parse, stub_format, stub_autodetect };

char *
read_file (const char *path, gsize *ret_len)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, ret_len, &error);
  g_assert_no_error (error);
  return text;
}

char *
find_corpus (void)
{
  const char *given = g_getenv ("HVFS_CORPUS");
  char *corpus = given != NULL ? g_strdup (given)
                               : g_build_filename (SRCDIR, "..", "..", "shared", "corpus", NULL);

  if (!g_file_test (corpus, G_FILE_TEST_IS_DIR))
    g_clear_pointer (&corpus, g_free);
  return corpus;
}
