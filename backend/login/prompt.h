/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/prompt.h - asks the user on the terminal
 *
 * Exists because a password must be typed unseen, and because the terminal has
 * to echo again whatever ends the question.
 */
#pragma once

#include "backend/login/secret.h"

/**
 * hvfs_prompt:
 * @question: written to /dev/tty as it is
 * @echo: whether what is typed is shown
 *
 * A signal restores the terminal and then does what it always does; after a
 * stop and continue (Ctrl-Z, fg) the question is asked again.  Call it before
 * the first thread is started.
 *
 * @error: ENXIO or another errno of /dev/tty where there is no terminal, EINTR for
 *   a signal that was survived, ENODATA for the end of the file (Ctrl-D), EINVAL
 *   for an endless line
 *
 * Returns: (transfer full): the line without its end
 */
HvfsSecret *hvfs_prompt (const char *question, gboolean echo, GError **error);
