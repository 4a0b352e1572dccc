/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/way.h - long work gives way to short
 *
 * Exists because on processors that are all busy every small answer waits its turn behind
 * whatever carries bytes, twice: in hvfs, and in who asked.  A walk through the tree is
 * thousands of them.  So whoever answers says so, and the work goes on when nobody has asked for
 * a moment; but it always gets a share of the time.
 *
 * Any thread; memory only.
 */
#pragma once

#include <glib.h>

typedef struct
{
  _Atomic gint64 asked_us;       /* when somebody asked last; 0: nobody did */
  _Atomic guint n_asked;         /* one after the other until then */
  _Atomic gint64 quiet_until_us; /* whoever asked is left alone for so long */
  _Atomic gint64 resume_us;      /* until when the work done so far is to wait */
} HvfsWay;

/* Somebody waits for something short, and probably for more of it: of one who has asked many
 * times that is thought for longer. */
void hvfs_way_ask (HvfsWay *way);

/* Between two pieces of long work: waits while somebody asks, until all of it together has waited
 * five times as long as it went on, but at most 0.4 seconds.
 * @since_us: (inout): since when this thread's work has gone on; 0 before the first piece */
void hvfs_way_give (HvfsWay *way, gint64 *since_us);
