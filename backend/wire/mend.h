/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/mend.h - replaces what XML forbids in the bytes of a reply
 *
 * Exists because servers pass on whatever an agent or a user once stored: control
 * characters, halves of surrogates, another code page.  A parser of XML has to refuse all
 * of the reply for one such byte; here it becomes U+FFFD, and nothing else changes.  Blanks
 * and a byte order mark before the document are left out, too.
 *
 * What has nothing of that, nearly everything, is passed on in long pieces, uncopied.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsMend HvfsMend;

HvfsMend *hvfs_mend_new (void);
void hvfs_mend_free (HvfsMend *mend); /* NULL is fine */

/* Has the next bytes of the document; FALSE: it wants no more. */
typedef gboolean (*HvfsMendSink) (const char *data, gsize len, gpointer user_data);

/* The next @len bytes, split anywhere; some of the last few may be kept for the next call.
 * FALSE: @sink wanted no more. */
gboolean hvfs_mend_feed (HvfsMend *mend, const char *data, gsize len, HvfsMendSink sink,
                         gpointer user_data);

/* There are no more: what was kept is passed on. */
gboolean hvfs_mend_end (HvfsMend *mend, HvfsMendSink sink, gpointer user_data);
