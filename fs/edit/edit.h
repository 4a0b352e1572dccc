/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/edit.h - a configuration as a file that can be written: what its parts share
 *
 * edit.c: which file it is, and how it looks; edit-commit.c: its commit; edit-file.c:
 * open files; edit-name.c: names in a domain's directory.  All of these files are of one
 * row, the row config.xml of a domain (a: its serial) or of a draft (a: its number), and
 * b is the sheet's number on the desk of that directory: see desk.h.
 *
 * Any thread; no lock held, unless it says otherwise.
 */
#pragma once

#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/edit/reads.h"
#include "fs/fs.h"

/* The machine whose configuration @node's directory holds; 0: a draft's, not defined
 * yet, or one that is gone. */
guint32 hvfs_edit_serial (HvfsFs *fs, HvfsNode node);

/* Whether @node is, or is in, a draft. */
gboolean hvfs_edit_is_draft (HvfsNode node);

/* Whether @node is, or is in, a directory of values, which has scratch files beside them but no
 * configuration: one with HVFS_EDIT_SCRATCH_ROWS among its members. */
gboolean hvfs_edit_is_plain (HvfsNode node);

/* The inode number of the directory that @node, one of its files or itself, is in. */
guint64 hvfs_edit_dir (HvfsNode node);

/* Gives the directory of @node a desk; the desks' lock must be held. */
HvfsDesk *hvfs_edit_make_desk_locked (HvfsFs *fs, HvfsNode node);

/* Whether @node is the live file of its directory; FALSE as well where it is nothing
 * at all.  Memory; takes the desks' lock. */
gboolean hvfs_edit_is_live (HvfsFs *fs, HvfsNode node);

/* The server's present text, empty for a draft.  (transfer full).  Network, unless it
 * is cached. */
GBytes *hvfs_edit_get_text (HvfsCall *call, HvfsNode node, GError **error);

/* The same if that needs no network.  (transfer full) (nullable) */
GBytes *hvfs_edit_peek_text (HvfsFs *fs, HvfsNode node);

/* The file whose readers reads.h knows: config.xml of the machine; 0: it has none yet. */
guint64 hvfs_edit_reads_ino (HvfsFs *fs, HvfsNode node);

/* A text that is to be config.xml, in a draft config.vmx, or the text of a whole.h file. */
typedef struct
{
  const char *name;           /* of the file */
  GBytes *wanted;
  GBytes *begun;              /* nullable: what was there when it was opened to be written */
  gboolean is_read;           /* it could be read by the same opening */
  const HvfsWriter *writers;  /* whose work @wanted is, the one that commits it first */
  guint n_writers;
  gboolean is_renamed;        /* over it */
  gboolean is_insisted;       /* it was refused as made of an older text, and that is known */
} HvfsEdit;

/**
 * hvfs_edit_find_base:
 * @ino: by which reads.h knows the readers of the file
 * @present: its text now
 * @ret_base: (transfer full): what @edit was made of: what its writers have read, or else
 *   what was there when it was opened to be written
 *
 * @error: ESTALE when that is known to be none that can be compared with
 */
gboolean hvfs_edit_find_base (HvfsFs *fs, guint64 ino, const HvfsEdit *edit, GBytes *present,
                              GBytes **ret_base, GError **error);

/* The version of the server's configuration, and the time it has.  (transfer full) (nullable) */
char *hvfs_edit_dup_version (HvfsFs *fs, guint32 serial, gint64 *ret_modified_us);

/* Sets ESTALE and says what to do about it.  Returns: FALSE */
gboolean hvfs_edit_set_stale (const HvfsEdit *edit, GError **error);

/**
 * hvfs_edit_commit:
 * @ret_text: (out) (optional) (nullable) (transfer full): the server's text then
 *
 * Makes it so, which defines a draft.  A text that is refused becomes NAME.rejected,
 * and one that is not takes that away; "error" says why.  Waits for the server, and for
 * a commit of the same file that is under way.
 *
 * @error: EINVAL for bad text; ESTALE when the server's is not any more what @edit was
 *   made of; EINTR; a call's
 */
gboolean hvfs_edit_commit (HvfsCall *call, HvfsNode node, const HvfsEdit *edit,
                           GBytes **ret_text, GError **error);

/* edit-define.c: makes the draft of @node a domain, of the text @wanted of the file
 * @name.  Waits for the server.  @error: EPERM: it is one already; a call's */
gboolean hvfs_edit_define (HvfsCall *call, HvfsNode node, const char *name, GBytes *wanted,
                           GError **error);

/* The draft leads to the machine of its name from now on.  @notes: (nullable): for its "error" */
void hvfs_edit_become_defined (HvfsFs *fs, const HvfsDraft *draft, const char *name,
                               const GPtrArray *notes);

/* Keeps for the "error" of the directory of @node how the work on its file @name went; @error:
 * NULL: well. */
void hvfs_edit_remember (HvfsFs *fs, HvfsNode node, const char *name, const GError *error);

/* edit-deploy.c: whether @name, in the directory @dir, is an archive that becomes a machine. */
gboolean hvfs_edit_is_archive (HvfsNode dir, const char *name);
/* edit-package.c: whether it is a file of a package that becomes one. */
gboolean hvfs_edit_is_part (HvfsNode dir, const char *name);

/* As @error, but never EINVAL, for fsync and rename: tools misread that there. */
void hvfs_edit_no_einval (GError **error);

/* ---- parts of the row and of its directory's ---- */

extern const HvfsFileOps hvfs_edit_file_ops;
extern const HvfsDirOps hvfs_edit_dir_ops;

/* The rows of scratch files and links in a directory of values. */
#define HVFS_EDIT_SCRATCH_ROWS                                                                   \
  { .name = "SCRATCH", .mode = S_IFREG | 0644, .flags = HVFS_ROW_NUMBERED,                       \
    .file_ops = &hvfs_edit_file_ops, .stat = hvfs_edit_stat },                                   \
  { .name = "SCRATCH", .mode = S_IFLNK | 0777, .flags = HVFS_ROW_NUMBERED,                       \
    .link = hvfs_edit_link, .stat = hvfs_edit_stat }

/* edit-name.c: the scratch file @name of @dir is renamed over the file @target of free text,
 * called @target_name there: its text is that of the other then. */
gboolean hvfs_edit_put_over (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode target,
                             const char *target_name, GError **error);

/* The row of the files that are in the directory @dir, and of links there. */
HvfsRow *hvfs_edit_file_row (HvfsNode dir);
HvfsRow *hvfs_edit_link_row_of (HvfsNode dir);

gboolean hvfs_edit_visible (HvfsFs *fs, HvfsNode node);
gboolean hvfs_edit_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st);
extern const HvfsFetch hvfs_edit_text_fetch;
gboolean hvfs_edit_link (HvfsFs *fs, HvfsNode node, GString *target);

/* The configuration of the machine @serial changed, or it is gone.  The mirror's lock
 * may be held. */
void hvfs_edit_changed (HvfsFs *fs, guint32 serial);
void hvfs_edit_left (HvfsFs *fs, guint32 serial);

/* edit-name.c: links that editors put into a domain's directory, or a draft's */
extern HvfsRow hvfs_edit_link_row, hvfs_draft_link_row;

/* edit-deploy.c, edit-package.c */
extern HvfsRow hvfs_draft_ova_row, hvfs_draft_part_row;

/* edit-draft.c: the directory of a domain that is being made */
extern HvfsRow hvfs_draft_row, hvfs_draft_table[];
