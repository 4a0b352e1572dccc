/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/question.h - questions of machines, and who answers them
 *
 * Exists because a question blocks its task without limit, and nobody sits before the
 * server's console: by the URI's auto_answer the writer whose operation is blocked
 * hears of it and the task is cancelled, or the default is answered, or the task waits
 * for the file "question".
 *
 * Thread safe; its lock is never held across a call.
 */
#pragma once

#include <gio/gio.h>

#include "backend/mirror/mirror.h"
#include "backend/login/session.h"
#include "backend/login/uri.h"

typedef struct _HvfsQuestions HvfsQuestions;
typedef struct _HvfsBlocked HvfsBlocked;

/* All are borrowed and outlive it. */
HvfsQuestions *hvfs_questions_new (HvfsSession *session, HvfsAutoAnswer policy);
/* Waits for answers that are on their way. */
void hvfs_questions_free (HvfsQuestions *questions);

/* @vm's question is new, another, or gone.  In the update thread, under the mirror's lock. */
void hvfs_questions_noticed (HvfsQuestions *questions, const HvfsObject *vm);

/**
 * hvfs_questions_begin:
 * @questions: (nullable): then nothing is watched
 * @cancellable: (nullable): the writer's
 *
 * An operation on the machine @serial begins: a question that comes from now on may be
 * because of it.
 *
 * Returns: (transfer full): to be ended
 */
HvfsBlocked *hvfs_questions_begin (HvfsQuestions *questions, guint32 serial,
                                   GCancellable *cancellable);
/* Cancelled with the writer's, and when a question is to end the operation. */
GCancellable *hvfs_blocked_cancellable (HvfsBlocked *blocked);
/* Returns: (transfer full) (nullable): the question that ended the operation */
char *hvfs_questions_end (HvfsBlocked *blocked);

/* Appends the question of @vm: a line of text, then a line for each choice with its
 * number; nothing if there is none.  Under the mirror's lock. */
void hvfs_question_print (const HvfsObject *vm, GString *out);

/**
 * hvfs_question_new_answer:
 * @vm: (nullable)
 * @number: of a choice, as printed
 *
 * Under the mirror's lock; memory only.
 *
 * @error: EINVAL: no question, no such choice
 *
 * Returns: (transfer full): the request that chooses it
 */
HvfsRequest *hvfs_question_new_answer (const HvfsObject *vm, gint64 number, GError **error);
