/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit-package.c - an .ovf and its files in a draft; see package.h
 *
 * Exists so that cp -r of what export/ gave makes a machine of it: whoever closes the last of
 * its files waits until the machine is there.
 */
#include "fs/edit/package.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/operation/ova.h"
#include "backend/wait/flight.h"
#include "convert/error.h"
#include "fs/edit/deploy.h"
#include "fs/request/caller.h"
#include "fs/request/spool.h"
#include "fs/row/call.h"
#include "fs/tree/notify.h"

/* A file of a package. */
typedef struct
{
  guint32 draft, number;   /* the draft's, and the file's in it */
  int fd;
  pid_t process;           /* who wrote it last */
  gboolean is_whole;       /* packages->lock: its writer has closed it */
} Part;

struct _HvfsPackages
{
  GMutex lock;
  GPtrArray *parts;        /* lock: of Part */
  HvfsFlight *flight;      /* one of a draft's at a time */
};

static void
part_clear (gpointer data)
{
  close (((Part *) data)->fd);
}

static void
part_unref (gpointer part)
{
  g_atomic_rc_box_release_full (part, part_clear);
}

HvfsPackages *
hvfs_packages_new (void)
{
  HvfsPackages *packages = g_new (HvfsPackages, 1);

  g_mutex_init (&packages->lock);
  packages->flight = hvfs_flight_new ();
  packages->parts = g_ptr_array_new_with_free_func (part_unref);
  return packages;
}

void
hvfs_packages_free (HvfsPackages *packages)
{
  g_ptr_array_unref (packages->parts);
  g_mutex_clear (&packages->lock);
  hvfs_flight_free (packages->flight);
  g_free (packages);
}

void
hvfs_packages_drop (HvfsPackages *packages, guint32 number)
{
  g_mutex_lock (&packages->lock);
  for (guint i = packages->parts->len; i-- > 0;)
    if (((Part *) packages->parts->pdata[i])->draft == number)
      g_ptr_array_remove_index_fast (packages->parts, i);
  g_mutex_unlock (&packages->lock);
}

static Part *
find_locked (HvfsPackages *packages, HvfsNode node)
{
  for (guint i = 0; i < packages->parts->len; i++)
    {
      Part *part = packages->parts->pdata[i];

      if (part->draft == node.a && part->number == node.b)
        return part;
    }
  return NULL;
}

gboolean
hvfs_edit_is_part (HvfsNode dir, const char *name)
{
  static const char *const suffixes[] = { ".ovf", ".mf", ".cert", ".vmdk", ".iso", ".nvram" };

  for (guint i = 0; hvfs_edit_is_draft (dir) && i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;
  return FALSE;
}

static Part *
part_of (const struct fuse_file_info *fi)
{
  return (Part *) (uintptr_t) fi->fh;
}

static gboolean
set_errno (GError **error)
{
  int code = errno;

  g_set_error (error, HVFS_ERROR, code, "the file on the local disk: %s", g_strerror (code));
  return FALSE;
}

/* ---- all of them ---- */

/* The files of a package that are there. */
typedef struct
{
  GHashTable *parts;      /* name -> Part, counted */
  Part *descriptor, *manifest;  /* nullable */
  const char *descriptor_name, *manifest_name;
  guint n_descriptors;
  HvfsOvf *ovf;           /* nullable */
} Whole;

static void
whole_clear (Whole *whole)
{
  g_clear_pointer (&whole->parts, g_hash_table_unref);
  g_clear_pointer (&whole->ovf, hvfs_ovf_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Whole, whole_clear)

static void
add (Whole *whole, char *name, Part *part)
{
  g_hash_table_replace (whole->parts, name, g_atomic_rc_box_acquire (part));
  if (g_str_has_suffix (name, ".ovf"))
    {
      whole->n_descriptors++;
      whole->descriptor = part;
      whole->descriptor_name = name;
    }
  if (g_str_has_suffix (name, ".mf"))
    {
      whole->manifest = part;
      whole->manifest_name = name;
    }
}

/* FALSE: one of them is being written. */
static gboolean
collect (HvfsFs *fs, HvfsNode node, Whole *ret)
{
  HvfsPackages *packages = fs->packages;
  gboolean all = TRUE;

  ret->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, part_unref);
  g_mutex_lock (&packages->lock);
  for (guint i = 0; i < packages->parts->len; i++)
    {
      Part *part = packages->parts->pdata[i];
      char *name = part->draft != node.a
                     ? NULL : hvfs_deploy_dup_name (fs, (HvfsNode){ node.row, node.a, part->number });

      if (name == NULL) /* it was removed */
        continue;
      all &= part->is_whole;
      add (ret, name, part);
    }
  g_mutex_unlock (&packages->lock);
  return all;
}

/* (transfer full): the text of the descriptor */
static char *
read_text (const Part *part, gsize *ret_len, GError **error)
{
  struct stat st;
  g_autofree char *text = NULL;

  if (fstat (part->fd, &st) != 0)
    {
      set_errno (error);
      return NULL;
    }
  if (st.st_size > HVFS_OVF_MAX_BYTES)
    {
      g_set_error (error, HVFS_ERROR, EFBIG, "more than %d bytes are none of a descriptor",
                   HVFS_OVF_MAX_BYTES);
      return NULL;
    }
  text = g_malloc ((gsize) st.st_size + 1);
  if (pread (part->fd, text, (gsize) st.st_size, 0) != st.st_size)
    {
      set_errno (error);
      return NULL;
    }
  text[st.st_size] = '\0';
  *ret_len = (gsize) st.st_size;
  return g_steal_pointer (&text);
}

/* Whether all is there that the descriptor refers to, and the manifest, which may come last and
 * without which nobody would see damage.  FALSE with @error: it is none. */
static gboolean
is_whole (Whole *whole, GError **error)
{
  g_autofree char *text = NULL;
  gsize len;

  if (whole->n_descriptors > 1)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "there are %u descriptors: a package has one",
                   whole->n_descriptors);
      return FALSE;
    }
  if (whole->descriptor == NULL || whole->manifest == NULL
      || (text = read_text (whole->descriptor, &len, error)) == NULL)
    return FALSE;
  whole->ovf = hvfs_ovf_parse (text, len, error);
  for (guint i = 0; whole->ovf != NULL && i < whole->ovf->files->len; i++)
    if (!g_hash_table_contains (whole->parts, whole->ovf->files->pdata[i]))
      return FALSE;
  return whole->ovf != NULL;
}

static gboolean
put (HvfsOva *ova, const char *name, const Part *part, GCancellable *cancellable, GError **error)
{
  struct stat st;

  return (fstat (part->fd, &st) == 0 || set_errno (error))
         && hvfs_ova_put (ova, name, part->fd, (guint64) st.st_size, cancellable, error);
}

static gboolean
put_all (HvfsOva *ova, const Whole *whole, GCancellable *cancellable, GError **error)
{
  if (!put (ova, whole->descriptor_name, whole->descriptor, cancellable, error)
      || !put (ova, whole->manifest_name, whole->manifest, cancellable, error))
    return FALSE;
  for (guint i = 0; i < whole->ovf->files->len; i++)
    {
      const char *name = whole->ovf->files->pdata[i];

      if (!put (ova, name, g_hash_table_lookup (whole->parts, name), cancellable, error))
        return FALSE;
    }
  return hvfs_ova_finish (ova, cancellable, error);
}

static gboolean
deploy (HvfsCall *call, HvfsNode node, const HvfsDraft *draft, const Whole *whole, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (HvfsDeployment) deployment = { 0 };
  HvfsOva *ova;
  gboolean ok;

  if (!hvfs_connection_confirm (fs->connection, call->cancellable, error)
      || !hvfs_deployment_read (fs, node, draft, &deployment, error))
    return FALSE;
  ova = hvfs_ova_new (&fs->server, &deployment.plan);
  ok = put_all (ova, whole, call->cancellable, error);
  hvfs_ova_free (ova);
  return ok;
}

/* The machine is there: its directory has none of the files. */
static void
forget_package (HvfsFs *fs, HvfsNode node, const HvfsDraft *draft, const Whole *whole)
{
  GHashTableIter iter;
  gpointer part;

  g_hash_table_iter_init (&iter, whole->parts);
  while (g_hash_table_iter_next (&iter, NULL, &part))
    hvfs_deploy_forget (fs, (HvfsNode){ node.row, node.a, ((Part *) part)->number });
  hvfs_packages_drop (fs->packages, draft->number);
  hvfs_edit_remember (fs, node, whole->descriptor_name, NULL);
  hvfs_edit_become_defined (fs, draft, whole->descriptor_name, NULL);
}

/* Deploys it if nothing is missing. */
static gboolean
deploy_if_whole (HvfsCall *call, HvfsNode node, GError **error)
{
  g_auto (HvfsDraft) draft = { 0 };
  g_auto (Whole) whole = { 0 };
  g_autoptr (GError) failure = NULL;

  if (!hvfs_drafts_get (call->fs->drafts, node.a, &draft) || draft.serial != 0
      || !collect (call->fs, node, &whole))
    return TRUE;
  if (is_whole (&whole, &failure) && deploy (call, node, &draft, &whole, &failure))
    forget_package (call->fs, node, &draft, &whole);
  if (failure == NULL)
    return TRUE;
  hvfs_edit_remember (call->fs, node, whole.descriptor_name, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- an open file ---- */

static Part *
part_new (HvfsFs *fs, HvfsNode node, GError **error)
{
  int fd = hvfs_spool_open (fs->spool, error);
  Part *part;

  if (fd < 0)
    return NULL;
  part = g_atomic_rc_box_new0 (Part);
  *part = (Part){ .draft = node.a, .number = node.b, .fd = fd };
  return part;
}

/* (transfer full) (nullable): the file, which is being written from now on */
static Part *
take_part (HvfsFs *fs, HvfsNode node, pid_t process, GError **error)
{
  HvfsPackages *packages = fs->packages;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&packages->lock);
  Part *part = find_locked (packages, node);

  if (part == NULL && (part = part_new (fs, node, error)) != NULL)
    g_ptr_array_add (packages->parts, part);
  if (part == NULL)
    return NULL;
  part->process = process;
  part->is_whole = FALSE;
  return g_atomic_rc_box_acquire (part);
}

static gboolean
part_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_auto (HvfsDraft) draft = { 0 };
  Part *part = NULL;

  fi->fh = 0;
  if (!hvfs_drafts_get (fs->drafts, node.a, &draft))
    g_set_error (error, HVFS_ERROR, ESTALE, "the draft no longer exists");
  else if (draft.serial != 0)
    g_set_error (error, HVFS_ERROR, EPERM, "the domain is defined already");
  else if ((fi->flags & O_ACCMODE) == O_RDONLY)
    g_set_error (error, HVFS_ERROR, EACCES, "a file that is deployed cannot be read");
  else
    part = take_part (fs, node, hvfs_caller_process (call->pid), error);
  if (part != NULL && (fi->flags & O_TRUNC) != 0 && ftruncate (part->fd, 0) != 0)
    {
      set_errno (error);
      g_clear_pointer (&part, part_unref);
    }
  fi->fh = (uintptr_t) part;
  fi->direct_io = 1;
  return part != NULL;
}

static gboolean
part_write (HvfsCall *call, HvfsNode node G_GNUC_UNUSED, struct fuse_file_info *fi,
            const char *data, gsize size, goffset off, GError **error)
{
  const Part *part = part_of (fi);

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  return hvfs_spool_write (part->fd, data, size, off) || set_errno (error);
}

static gboolean
deploy_in_turn (HvfsCall *call, HvfsNode node, Part *part, GError **error)
{
  HvfsPackages *packages = call->fs->packages;
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  gboolean ok;

  while (turn == HVFS_FLIGHT_OVER)
    turn = hvfs_flight_begin (packages->flight, node.a, call->cancellable, error);
  if (turn == HVFS_FLIGHT_CANCELLED)
    return FALSE;
  g_mutex_lock (&packages->lock);
  part->is_whole = TRUE;
  g_mutex_unlock (&packages->lock);
  ok = deploy_if_whole (call, node, error);
  hvfs_flight_end (packages->flight, node.a);
  hvfs_notifier_flush (call->fs->notifier);
  return ok;
}

/* By its writer; one that was killed has not written all. */
static gboolean
part_flush (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Part *part = part_of (fi);

  if (!hvfs_call_may_wait (call, error))
    return FALSE;
  if (hvfs_caller_process (call->pid) != part->process && hvfs_caller_is_there (part->process))
    return TRUE;
  if (!hvfs_caller_was_killed (call->pid))
    return deploy_in_turn (call, node, part, error);
  hvfs_deploy_forget (call->fs, node);
  return TRUE;
}

static void
part_close (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node G_GNUC_UNUSED, guint64 fh)
{
  part_unref ((Part *) (uintptr_t) fh);
}

static gboolean
part_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi G_GNUC_UNUSED,
              const struct stat *st, int to_set, GError **error)
{
  HvfsPackages *packages = call->fs->packages;
  gboolean ok = TRUE;
  Part *part;

  if ((to_set & FUSE_SET_ATTR_SIZE) == 0)
    return TRUE;
  g_mutex_lock (&packages->lock);
  part = find_locked (packages, node);
  ok = part == NULL || ftruncate (part->fd, st->st_size) == 0 || set_errno (error);
  g_mutex_unlock (&packages->lock);
  return ok;
}

static GBytes *
part_read (HvfsCall *call G_GNUC_UNUSED, HvfsNode node G_GNUC_UNUSED, struct fuse_file_info *fi,
           gsize size, goffset off, GError **error)
{
  g_autofree char *data = g_malloc (size);
  gssize n = pread (part_of (fi)->fd, data, size, off);

  if (n >= 0)
    return g_bytes_new_take (g_steal_pointer (&data), (gsize) n);
  set_errno (error);
  return NULL;
}

static gboolean
part_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  struct stat local;
  Part *part;

  if (!hvfs_edit_stat (fs, node, object, st))
    return FALSE;
  g_mutex_lock (&fs->packages->lock);
  part = find_locked (fs->packages, node);
  if (part != NULL && fstat (part->fd, &local) == 0)
    st->st_size = local.st_size;
  g_mutex_unlock (&fs->packages->lock);
  return TRUE;
}

static const HvfsFileOps part_ops = {
  .open = part_open, .read = part_read, .write = part_write, .flush = part_flush,
  .close = part_close, .setattr = part_setattr,
};

HvfsRow hvfs_draft_part_row = {
  .named = HVFS_NAMED_DRAFT_PART,
  .mode = S_IFREG | 0644,
  .flags = HVFS_ROW_UNMIRRORED,
  .file_ops = &part_ops,
  .stat = part_stat,
};
