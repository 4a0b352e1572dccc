/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/reply.h - parses one reply while it arrives
 *
 * Exists so that a reply of any size costs one pass: no document is built, only
 * the value tree that is kept.  Nothing from the wire is trusted: a DTD, an
 * entity that is not XML's own, or more than the limits allow ends the parse, and
 * nothing is ever fetched.
 *
 * An element that is nil (xsi:nil) is as good as one that is not there.
 * What XML forbids in a text, a server may send all the same: it becomes U+FFFD (mend.h).
 *
 * Namespaces count by their URI; prefixes never do.
 */
#pragma once

#include "backend/wire/value.h"

typedef struct _HvfsReply HvfsReply;

typedef enum
{
  HVFS_REPLY_XML,   /* any document; the value is its root element */
  HVFS_REPLY_SOAP,  /* a SOAP 1.1 envelope; the value is the body's one element */
} HvfsReplyKind;

/* What one reply may hold at most; after decompression. */
typedef struct
{
  gsize bytes;
  gsize text_bytes;      /* of one leaf */
  gsize attribute_bytes; /* of one attribute */
  gsize pending_bytes;   /* that wait for the end of a tag or comment */
  guint elements;
  guint names;           /* that differ */
  guint depth;
} HvfsReplyLimits;

/* 512 MiB, 64 MiB, 64 KiB, 1 MiB, 16 million, 65536, 256: some ten times what the
 * largest servers send, and nesting deeper than any chain of snapshots. */
extern const HvfsReplyLimits hvfs_reply_limits;

/* @limits: (nullable): hvfs_reply_limits if NULL; must outlive the reply.
 * One thread at a time. */
HvfsReply *hvfs_reply_new (HvfsReplyKind kind, const HvfsReplyLimits *limits);
void hvfs_reply_free (HvfsReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsReply, hvfs_reply_free)

/* Offered an element that is complete, with @n_around elements around it.  TRUE: it was
 * taken, with the reference to it, and the tree goes without. */
typedef gboolean (*HvfsReplyTake) (HvfsValue *value, guint n_around, gpointer data);

/* Before the first byte: what has up to @max_around elements around it is offered, in the
 * thread that feeds, so that no more of a long reply need be held than one part. */
void hvfs_reply_offer (HvfsReply *reply, guint max_around, HvfsReplyTake take, gpointer data);

/* Whether a NotAuthenticated was anywhere in what was fed so far: in place of single
 * properties, too. */
gboolean hvfs_reply_tells_lost_session (const HvfsReply *reply);

/**
 * hvfs_reply_feed:
 * @data: the next @len bytes, split anywhere
 *
 * After an error, every further call fails with the same one.
 *
 * @error: EIO: not XML, not SOAP, or more than a limit; the message says which
 */
gboolean hvfs_reply_feed (HvfsReply *reply, const char *data, gsize len, GError **error);

/**
 * hvfs_reply_finish:
 *
 * Says that there are no more bytes; call once.
 *
 * @error: EIO: as hvfs_reply_feed (), or the document is not complete
 *
 * Returns: (transfer full)
 */
HvfsValue *hvfs_reply_finish (HvfsReply *reply, GError **error);
