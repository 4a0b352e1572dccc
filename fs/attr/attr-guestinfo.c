/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-guestinfo.c - the directory guestinfo of a domain
 *
 * Exists so that what cloud-init reads in the guest is written as people write it, in plain
 * text, and stored as it fits.  Passwords may be in it: only the owner reads it.
 */
#include "fs/attr/attr-extra.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-guestinfo.h"
#include "convert/error.h"
#include "fs/edit/edit.h"
#include "fs/edit/whole.h"

#define DOT_ENCODING ".encoding"

/* The name before ".encoding"; (transfer full) */
static char *
dup_name (HvfsNode node)
{
  gsize len = strlen (node.row->name);

  if (g_str_has_suffix (node.row->name, DOT_ENCODING))
    len -= strlen (DOT_ENCODING);
  return g_strndup (node.row->name, len);
}

static gboolean
text_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  g_autoptr (GPtrArray) options = hvfs_options_get (fs, node, error);

  if (options == NULL || !hvfs_guestinfo_decode (options, node.row->name, out, error))
    return FALSE;
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
  return TRUE;
}

static gboolean
encoding_show (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, GString *out, GError **error)
{
  g_autoptr (GPtrArray) options = hvfs_options_get (fs, node, error);
  g_autofree char *name = dup_name (node);

  if (options == NULL)
    return FALSE;
  hvfs_whole_show (out, hvfs_guestinfo_encoding (options, name));
  return TRUE;
}

/* The last newline is part of what the guest reads. */
static gboolean
text_commit (HvfsStore *store, const char *text, GError **error)
{
  g_autofree char *whole = *text == '\0' ? g_strdup ("") : g_strconcat (text, "\n", NULL);

  return hvfs_guestinfo_set (store->fs->config, store->serial, store->node.row->name, whole,
                             HVFS_GUESTINFO_ENCODING, store->version, store->cancellable, error);
}

/* The text that is there; NULL on error.  (transfer full).  Takes the mirror's lock. */
static GString *
get_text (HvfsStore *store, const char *name, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (store->fs->mirror));
  g_autoptr (GPtrArray) options = hvfs_options_get (store->fs, store->node, error);
  g_autoptr (GString) text = g_string_new (NULL);

  return options != NULL && hvfs_guestinfo_decode (options, name, text, error)
           ? g_steal_pointer (&text)
           : NULL;
}

/* What is there is stored anew, so that it stays what it is. */
static gboolean
encoding_commit (HvfsStore *store, const char *encoding, GError **error)
{
  g_autofree char *name = dup_name (store->node);
  g_autoptr (GString) text = get_text (store, name, error);

  if (text == NULL)
    return FALSE;
  if (text->len > 0)
    return hvfs_guestinfo_set (store->fs->config, store->serial, name, text->str, encoding,
                               store->version, store->cancellable, error);
  g_set_error (error, HVFS_ERROR, EINVAL, "there is no %s: write that first", name);
  return FALSE;
}

#define ROW(name_, show_, commit_)                                                             \
  { .name = (name_), .mode = S_IFREG | 0600, .flags = HVFS_ROW_KEPT, .show = (show_),         \
    .file_ops = &hvfs_whole_ops, .commit = (commit_), .max_bytes = HVFS_GUESTINFO_BYTES,       \
    .fetch = &hvfs_options_fetch, .depends = HVFS_CONFIG_PROPS }

HvfsRow hvfs_guestinfo_table[] = {
  ROW ("metadata", text_show, text_commit),
  ROW ("metadata" DOT_ENCODING, encoding_show, encoding_commit),
  ROW ("userdata", text_show, text_commit),
  ROW ("userdata" DOT_ENCODING, encoding_show, encoding_commit),
  ROW ("vendordata", text_show, text_commit),
  ROW ("vendordata" DOT_ENCODING, encoding_show, encoding_commit),
  { NULL }
};

HvfsRow hvfs_guestinfo_members[] = { HVFS_EDIT_SCRATCH_ROWS, { NULL } };
