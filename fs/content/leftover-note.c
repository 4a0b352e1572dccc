/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover-note.c - what is on its way to a server, noted; see leftover-note.h */
#include "fs/content/leftover-note.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/request/spool.h"

#define PREFIX "hvfs-part-"
#define GROUP "part"
#define MAX_BYTES (64 * 1024)
/* What upload.c calls such a part. */
#define PART_NAME "^\\.hvfs-[0-9a-f]{16}\\.part(\\.vmdk)?$"

struct _HvfsLeftoverNote
{
  int fd;      /* has the lock */
  char *name;
};

void
hvfs_leftover_text_clear (HvfsLeftoverText *text)
{
  g_free (text->server);
  g_free (text->datastore);
  g_free (text->path);
}

HvfsLeftoverNote *
hvfs_leftover_note_new (const char *dir, const HvfsLeftoverText *text)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *data = NULL;
  HvfsLeftoverNote *note = g_new (HvfsLeftoverNote, 1);
  gsize len;

  g_key_file_set_string (file, GROUP, "server", text->server);
  g_key_file_set_string (file, GROUP, "datastore", text->datastore);
  g_key_file_set_string (file, GROUP, "path", text->path);
  g_key_file_set_boolean (file, GROUP, "disk", text->is_disk);
  data = g_key_file_to_data (file, &len, NULL);
  note->name = g_build_filename (dir, PREFIX "XXXXXX", NULL);
  note->fd = g_mkstemp_full (note->name, O_RDWR | O_CLOEXEC, 0600);
  /* Locked before it says anything: who finds it in between reads nothing. */
  if (note->fd >= 0 && flock (note->fd, LOCK_EX) == 0 && hvfs_spool_write (note->fd, data, len, 0))
    return note;
  hvfs_leftover_note_free (note, note->fd >= 0);
  return NULL;
}

void
hvfs_leftover_note_free (HvfsLeftoverNote *note, gboolean is_gone)
{
  if (note == NULL)
    return;
  if (is_gone)
    unlink (note->name);
  if (note->fd >= 0)
    close (note->fd);
  g_free (note->name);
  g_free (note);
}

GPtrArray *
hvfs_leftover_notes_list (const char *dir)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) names = g_dir_open (dir, 0, NULL);
  const char *name;

  while (names != NULL && (name = g_dir_read_name (names)) != NULL)
    if (g_str_has_prefix (name, PREFIX))
      g_ptr_array_add (paths, g_build_filename (dir, name, NULL));
  return paths;
}

HvfsLeftoverNote *
hvfs_leftover_note_open (const char *path)
{
  int fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  HvfsLeftoverNote *note;
  struct stat st;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode) || st.st_uid != geteuid ()
      || flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      close (fd);
      return NULL;
    }
  note = g_new (HvfsLeftoverNote, 1);
  *note = (HvfsLeftoverNote){ fd, g_strdup (path) };
  return note;
}

static gboolean
is_part (const char *path)
{
  const char *slash = strrchr (path, '/');

  return g_regex_match_simple (PART_NAME, slash != NULL ? slash + 1 : path, 0, 0);
}

gboolean
hvfs_leftover_note_read (HvfsLeftoverNote *note, HvfsLeftoverText *ret)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *data = g_malloc (MAX_BYTES);
  gssize len = pread (note->fd, data, MAX_BYTES, 0);

  *ret = (HvfsLeftoverText){ NULL };
  if (len <= 0 || !g_key_file_load_from_data (file, data, (gsize) len, G_KEY_FILE_NONE, NULL))
    return FALSE;
  ret->server = g_key_file_get_string (file, GROUP, "server", NULL);
  ret->datastore = g_key_file_get_string (file, GROUP, "datastore", NULL);
  ret->path = g_key_file_get_string (file, GROUP, "path", NULL);
  ret->is_disk = g_key_file_get_boolean (file, GROUP, "disk", NULL);
  return ret->server != NULL && ret->datastore != NULL && ret->path != NULL
         && is_part (ret->path);
}
