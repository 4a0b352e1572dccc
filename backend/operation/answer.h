/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/answer.h - the answer that somebody gives to a machine's question
 *
 * Exists beside question.h because it is an operation like any other: sent once, looked
 * for when its reply was lost, and over when the mirror shows it; while question.h is
 * what all operations are watched by.
 */
#pragma once

#include "backend/operation/operation.h"

/**
 * hvfs_answer_question:
 * @number: of a choice, as printed
 *
 * Network; waits until the mirror shows that the question is gone.
 *
 * @error: EINVAL: no question, no such choice; else the server's
 */
gboolean hvfs_answer_question (const HvfsServer *server, guint32 serial, gint64 number,
                               GError **error);
