/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/event-log.h - the latest events, each once, in the order of the server
 *
 * Exists because the server sends a page of events again and again: this is what knows
 * which of a page are new, and what readers go on from.  Bounded: the oldest go first.
 *
 * Has no lock: whose it is guards it.  Memory only.
 */
#pragma once

#include "backend/wire/value.h"

typedef struct
{
  gint32 key;        /* the server's; may wrap around */
  gint64 time_us;    /* since 1970 */
  char *vm, *host;   /* (nullable): the references of what it is about */
  char *line;        /* as readers get it */
} HvfsEvent;

/* @value: an Event; @line: (transfer full) */
HvfsEvent *hvfs_event_new (const HvfsValue *value, char *line);
void hvfs_event_free (HvfsEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsEvent, hvfs_event_free)

/* The Events that are children of @page, oldest first; the server sends them in any order.
 * (transfer container) */
GPtrArray *hvfs_event_sort (const HvfsValue *page);

typedef struct _HvfsEventLog HvfsEventLog;

HvfsEventLog *hvfs_event_log_new (void);
void hvfs_event_log_free (HvfsEventLog *log);

/* Whether the event @value was never in the log, and is none from before its beginning. */
gboolean hvfs_event_log_is_new (const HvfsEventLog *log, const HvfsValue *value);

/* Whether @sorted, of hvfs_event_sort (), has nothing in common with the log and is from later,
 * as keys go: then there may be events between the two. */
gboolean hvfs_event_log_has_gap (const HvfsEventLog *log, const GPtrArray *sorted);

/* Whether the keys of @sorted begin anew, in a server that was set up from a backup or has lost
 * its history: one that the log knows is of another time, or all are older than what the log
 * knows, and the last event is later. */
gboolean hvfs_event_log_begins_anew (const HvfsEventLog *log, const GPtrArray *sorted);

/* The next event may have any key, but for one that is in the log already. */
void hvfs_event_log_begin_anew (HvfsEventLog *log);

/* Forgets all, but numbers go on. */
void hvfs_event_log_clear (HvfsEventLog *log);

/* (transfer full) */
void hvfs_event_log_add (HvfsEventLog *log, HvfsEvent *event);

/* Of the last event, 0: there is none. */
gint64 hvfs_event_log_get_time_us (const HvfsEventLog *log);
gint32 hvfs_event_log_get_key (const HvfsEventLog *log);

/* Events are numbered from 0 on; those below @ret_first are not kept any more.  Returns: the
 * number of the next one to come */
guint64 hvfs_event_log_get_end (const HvfsEventLog *log, guint64 *ret_first);

/* @number: from the first to before the end */
const HvfsEvent *hvfs_event_log_get (const HvfsEventLog *log, guint64 number);
