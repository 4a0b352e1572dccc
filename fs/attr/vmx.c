/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/vmx.c - config.vmx, a machine's own file on its datastore; see vmx.h */
#include "fs/attr/vmx.h"

#include <fcntl.h>

#include "convert/error.h"
#include "fs/fs.h"
#include "fs/row/call.h"
#include "fs/row/node.h"
#include "fs/tree/notify.h"

/* What a stat fetched is good for the open that follows it, and no longer. */
#define FRESH_US (2 * G_TIME_SPAN_SECOND)
#define MAX_FRESH 16

typedef struct
{
  char *version;   /* of the configuration, when it had that size */
  gsize size;
} Size;

typedef struct
{
  guint32 serial;
  gint64 until_us;
  char *version;   /* (nullable): of the configuration, before it was fetched */
  GBytes *content;
} Fresh;

struct _HvfsVmxSizes
{
  GMutex lock;
  GHashTable *by_serial;  /* lock: serial -> Size */
  GQueue fresh;           /* lock: Fresh, the newest first */
};

static void
size_free (gpointer data)
{
  g_free (((Size *) data)->version);
  g_free (data);
}

static void
fresh_free (gpointer data)
{
  Fresh *fresh = data;

  g_bytes_unref (fresh->content);
  g_free (fresh->version);
  g_free (fresh);
}

HvfsVmxSizes *
hvfs_vmx_sizes_new (void)
{
  HvfsVmxSizes *sizes = g_new0 (HvfsVmxSizes, 1);

  g_mutex_init (&sizes->lock);
  sizes->by_serial = g_hash_table_new_full (NULL, NULL, NULL, size_free);
  g_queue_init (&sizes->fresh);
  return sizes;
}

void
hvfs_vmx_sizes_free (HvfsVmxSizes *sizes)
{
  if (sizes == NULL)
    return;
  g_hash_table_unref (sizes->by_serial);
  g_queue_clear_full (&sizes->fresh, fresh_free);
  g_mutex_clear (&sizes->lock);
  g_free (sizes);
}

void
hvfs_vmx_sizes_forget (HvfsVmxSizes *sizes, guint32 serial)
{
  g_mutex_lock (&sizes->lock);
  g_hash_table_remove (sizes->by_serial, GUINT_TO_POINTER (serial));
  g_mutex_unlock (&sizes->lock);
}

/* ---- sizes ---- */

static const char *
version_of (const HvfsObject *vm)
{
  return hvfs_value_text (hvfs_object_get (vm, HVFS_VM_CHANGE_VERSION), NULL);
}

static char *
dup_version (HvfsFs *fs, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, serial);

  return vm == NULL ? NULL : g_strdup (version_of (vm));
}

/* The size of the file that was read when the configuration was this one. */
static gboolean
get_read_size (HvfsVmxSizes *sizes, const HvfsObject *vm, gsize *ret_size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sizes->lock);
  Size *size = g_hash_table_lookup (sizes->by_serial, GUINT_TO_POINTER (vm->serial));

  if (size == NULL || g_strcmp0 (size->version, version_of (vm)) != 0)
    return FALSE;
  *ret_size = size->size;
  return TRUE;
}

/* The size that is told of it, which what was read knows better than the server; FALSE:
 * it is not known.  Under the mirror's lock. */
static gboolean
get_size (HvfsFs *fs, const HvfsObject *vm, gsize *ret_size)
{
  return get_read_size (fs->vmx_sizes, vm, ret_size)
         || hvfs_config_get_vmx_size (fs->config, vm->serial, ret_size);
}

/* The same, taking the lock. */
static gboolean
look_up_size (HvfsFs *fs, guint32 serial, gsize *ret_size)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, serial);

  return vm != NULL && get_size (fs, vm, ret_size);
}

/* @version: taken. */
static void
set_read_size (HvfsVmxSizes *sizes, guint32 serial, char *version, gsize bytes)
{
  Size *size = g_new (Size, 1);

  *size = (Size){ version, bytes };
  g_mutex_lock (&sizes->lock);
  g_hash_table_insert (sizes->by_serial, GUINT_TO_POINTER (serial), size);
  g_mutex_unlock (&sizes->lock);
}

static void
keep_fresh (HvfsVmxSizes *sizes, guint32 serial, const char *version, GBytes *content)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sizes->lock);
  Fresh *fresh = g_new (Fresh, 1);

  *fresh = (Fresh){ serial, g_get_monotonic_time () + FRESH_US, g_strdup (version),
                    g_bytes_ref (content) };
  g_queue_push_head (&sizes->fresh, fresh);
  if (g_queue_get_length (&sizes->fresh) > MAX_FRESH)
    fresh_free (g_queue_pop_tail (&sizes->fresh));
}

/* @version: the present one: what was fetched of another is old */
static GBytes *
take_fresh (HvfsVmxSizes *sizes, guint32 serial, const char *version)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sizes->lock);
  gint64 now_us = g_get_monotonic_time ();

  for (GList *link = sizes->fresh.head; link != NULL; link = link->next)
    {
      Fresh *fresh = link->data;
      GBytes *content;

      if (fresh->serial != serial || fresh->until_us < now_us
          || g_strcmp0 (fresh->version, version) != 0)
        continue;
      content = g_bytes_ref (fresh->content);
      g_queue_delete_link (&sizes->fresh, link);
      fresh_free (fresh);
      return content;
    }
  return NULL;
}

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  HvfsObject *vm = hvfs_mirror_get (fs->mirror, node.a);
  gsize size;

  return vm == NULL || get_size (fs, vm, &size);
}

gboolean
hvfs_vmx_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  gsize size;

  if (get_size (fs, object, &size))
    st->st_size = size;
  return TRUE;
}

/* Who wants the size of one wants those of its neighbours, and of their configurations. */
static gboolean
told_with_config (HvfsCall *call, guint32 serial, gint64 *ret_size)
{
  HvfsConfig *config = call->fs->config;
  g_autoptr (GBytes) text = hvfs_config_tells_vmx_size (config)
                              ? hvfs_config_fetch (config, serial, call->cancellable, NULL)
                              : NULL;
  gsize size;

  if (text == NULL || !look_up_size (call->fs, serial, &size))
    return FALSE;
  *ret_size = size;
  return TRUE;
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (GBytes) content = NULL;
  char *version;

  if (told_with_config (call, node.a, ret_size))
    return TRUE;
  version = dup_version (fs, node.a);
  content = hvfs_config_fetch_vmx (fs->config, node.a, call->cancellable, error);
  if (content == NULL)
    {
      g_free (version);
      return FALSE;
    }
  *ret_size = g_bytes_get_size (content);
  keep_fresh (fs->vmx_sizes, node.a, version, content);
  set_read_size (fs->vmx_sizes, node.a, version, *ret_size);
  return TRUE;
}

const HvfsFetch hvfs_vmx_text_fetch = { .is_known = is_known, .fetch = fetch };

/* ---- contents: what was fetched when it was opened ---- */

static gboolean
vmx_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autoptr (GBytes) content = NULL;
  g_autofree char *version = NULL;
  gboolean is_news;
  gsize told = 0;

  if ((fi->flags & O_ACCMODE) != O_RDONLY)
    {
      g_set_error (error, HVFS_ERROR, EACCES,
                   "only the server writes config.vmx: change config.xml");
      return FALSE;
    }
  if (!hvfs_call_may_wait (call, error)
      || !hvfs_connection_confirm (fs->connection, call->cancellable, error))
    return FALSE;
  version = dup_version (fs, node.a);
  content = take_fresh (fs->vmx_sizes, node.a, version);
  if (content == NULL)
    content = hvfs_config_fetch_vmx (fs->config, node.a, call->cancellable, error);
  if (content == NULL)
    return FALSE;
  is_news = !look_up_size (fs, node.a, &told) || told != g_bytes_get_size (content);
  set_read_size (fs->vmx_sizes, node.a, g_steal_pointer (&version), g_bytes_get_size (content));
  fi->direct_io = 1;
  if (is_news) /* who has read it shall see its size */
    {
      hvfs_notifier_inode (fs->notifier, hvfs_node_ino (node));
      hvfs_notifier_flush (fs->notifier);
    }
  fi->noflush = 1;
  fi->fh = (uintptr_t) g_steal_pointer (&content);
  return TRUE;
}

static gboolean
vmx_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
             int to_set, GError **error)
{
  g_set_error (error, HVFS_ERROR, EPERM, "only the server writes config.vmx: change config.xml");
  return FALSE;
}

const HvfsFileOps hvfs_vmx_file_ops = {
  .open = vmx_open,
  .setattr = vmx_setattr,
};
