/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/desk.h - what people and their editors put into a domain's directory
 *
 * Exists because editing a file takes more than one: swap and lock files, backups,
 * temporaries that are renamed over it.  A desk is a directory of such sheets, in
 * memory only, never sent to the server, limited in number and size, and dropped
 * when old and at unmount.
 *
 * One sheet is special: the one that is called config.xml.  It is live, that is, its
 * text is the server's and not the desk's; whichever sheet gets that name becomes
 * live, and the one that loses it keeps what it had as its own.  So inode numbers
 * follow their files through every rename, as in any file system.
 *
 * A domain's directory has a desk from the first change on until nothing is left on
 * it; before and after, its live file is the sheet number 0.
 *
 * One lock guards all desks.  It may be taken under the mirror's lock, not the other
 * way round, and is never held across anything that waits.  Functions called _locked
 * want it held, and sheets and desks are valid as long as it is; a sheet for as long
 * as it has a handle.
 */
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

#include "fs/edit/reads.h"

#define HVFS_DESK_LIVE "config.xml"
#define HVFS_DESK_LIVE_VMX "config.vmx" /* live as well, in a draft only */

/* For how long the live file may be away before it comes back by itself. */
#define HVFS_DESK_RETURNS_US (5 * G_TIME_SPAN_SECOND)

#define HVFS_DESK_MAX_SHEET_BYTES (16 * 1024 * 1024)
#define HVFS_DESK_MAX_BYTES (64 * 1024 * 1024)
#define HVFS_DESK_MAX_SHEETS 4096

/* Not a user: as the mount says, whose files these are. */
#define HVFS_DESK_UID ((uid_t) -1)

typedef struct _HvfsDesks HvfsDesks;

typedef struct
{
  guint32 number;
  char *name;           /* NULL: it has none any more */
  gboolean live;
  GByteArray *data;     /* what it holds, unless it is live or a link */
  char *target;         /* of a link, else NULL */
  mode_t mode;
  uid_t uid;            /* who made it; HVFS_DESK_UID: the mount's user */
  gint64 mtime_us;      /* since 1970 */
  gint64 used_us;       /* monotonic */
  guint n_handles;
  gboolean stale;       /* renamed over the live file in vain: ESTALE was the answer */
  GArray *writers;      /* of HvfsWriter: who has written it since it was made, or made empty */
  gint64 moved_us;      /* monotonic: when it ceased to be live; 0: never, or it is again */
  GArray *seekers;      /* nullable: of pid_t: the threads that have looked it up since */
  guint away;           /* it was live while the desk had so many saves, and is as it was; else 0 */
} HvfsSheet;

typedef struct
{
  guint64 dir;
  GTree *sheets;        /* number -> HvfsSheet, owned */
  GHashTable *names;    /* name -> HvfsSheet */
  gboolean has_live;    /* it always has a live file: it is no draft's */
  gboolean is_plain;    /* it never has one */
  gint64 returns_us;    /* monotonic: when the live file comes back; 0: it is there */
  guint n_saves;        /* commits that went well, and 1 */
  guint n_replacing;    /* renames over the live file that are under way */
  /* While the live text has this version of the server's, its time is that one. */
  char *pinned_version; /* nullable */
  gint64 pinned_us;
} HvfsDesk;

/* Told, without the lock, that @name in @dir came, went or means another inode. */
typedef void (*HvfsDeskChanged) (guint64 dir, const char *name, gpointer data);

HvfsDesks *hvfs_desks_new (HvfsDeskChanged changed, gpointer data);
void hvfs_desks_free (HvfsDesks *desks);

/* How many bytes and files more all desks can take.  Takes the lock. */
void hvfs_desks_get_room (HvfsDesks *desks, guint64 *ret_bytes, guint *ret_files);

void hvfs_desks_lock (HvfsDesks *desks);
void hvfs_desks_unlock (HvfsDesks *desks);

/* The desk of the directory @dir; NULL if it has none. */
HvfsDesk *hvfs_desk_get_locked (HvfsDesks *desks, guint64 dir);
/* Gives it one.  @has_live: with a live file as its only sheet. */
HvfsDesk *hvfs_desk_make_locked (HvfsDesks *desks, guint64 dir, gboolean has_live);
/* The same of one in a directory without a configuration: none of its sheets is live. */
HvfsDesk *hvfs_desk_make_plain_locked (HvfsDesks *desks, guint64 dir);
/* Takes it away with all there is; handles keep their sheets. */
void hvfs_desk_drop (HvfsDesks *desks, guint64 dir);

HvfsSheet *hvfs_sheet_get_locked (HvfsDesk *desk, guint32 number);
HvfsSheet *hvfs_sheet_find_locked (HvfsDesk *desk, const char *name);

/**
 * hvfs_sheet_add_locked:
 * @target: (nullable): it is a link that leads there
 *
 * Puts a new sheet there; called HVFS_DESK_LIVE it is live.
 *
 * @error: EEXIST, ENOSPC when there are too many, ENAMETOOLONG
 */
HvfsSheet *hvfs_sheet_add_locked (HvfsDesks *desks, HvfsDesk *desk, const char *name, mode_t mode,
                                  const char *target, GError **error);

/* Changes its bytes; not of a live one.  @error: EFBIG, ENOSPC */
gboolean hvfs_sheet_write_locked (HvfsDesks *desks, HvfsSheet *sheet, const void *data,
                                  gsize size, guint64 off, GError **error);

/* The thread @tid writes it, and waits for an answer. */
void hvfs_sheet_add_writer_locked (HvfsSheet *sheet, HvfsReads *reads, pid_t tid);
gboolean hvfs_sheet_resize_locked (HvfsDesks *desks, HvfsSheet *sheet, guint64 size,
                                   GError **error);

/**
 * hvfs_sheet_rename_locked:
 * @text: (nullable): the live text, for the sheet that ceases to be live
 *
 * Gives it the name @name, which another loses.
 */
void hvfs_sheet_rename_locked (HvfsDesks *desks, HvfsDesk *desk, HvfsSheet *sheet,
                               const char *name, GBytes *text);
/* The thread @tid has found it by the name that it has now. */
void hvfs_sheet_sought_locked (HvfsSheet *sheet, pid_t tid);
/* Whether the thread @tid, that opens it, may have found it by the name that it had while it was
 * live: the walk to a file may have ended before a rename of which the kernel hears later. */
gboolean hvfs_sheet_is_mistaken_locked (const HvfsSheet *sheet, pid_t tid);

/* Takes its name. */
void hvfs_sheet_unlink_locked (HvfsDesks *desks, HvfsDesk *desk, HvfsSheet *sheet, GBytes *text);

/* Ends a vacancy before its time. */
void hvfs_desk_restore_locked (HvfsDesks *desks, HvfsDesk *desk);

/* Open files.  A sheet without a name goes soon after its last one. */
HvfsSheet *hvfs_sheet_ref_locked (HvfsSheet *sheet);
void hvfs_sheet_unref (HvfsDesks *desks, guint64 dir, HvfsSheet *sheet);

/* Puts a file to be read there, in place of what had that name, or with NULL takes
 * that away.  Returns: whether it changed what there is. */
gboolean hvfs_desk_put_locked (HvfsDesks *desks, HvfsDesk *desk, const char *name, GBytes *text);
