/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/session-fixture.h - a session with a server of its own, and what is done with it
 *
 * Exists for the tests of sessions: their life, waiting, what goes wrong, whom they trust.
 */
#pragma once

#include "backend/login/session.h"
#include "soap-server.h"

#define PATIENT_S 60 /* a time-out that must not be reached */
#define SHORT_S 6    /* one that shall be, but not by a busy machine alone */

typedef struct
{
  SoapServer *server;
  HvfsStats *stats;
  HvfsSession *session;
} Fixture;

/* @parameters: of the URI after the first: "&pin=..." or "" */
void fixture_init (Fixture *f, gboolean tls, guint timeout_s, const char *parameters);
void fixture_clear (Fixture *f);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* The next password is read from the file with @text in it. */
void session_set_password (const char *text);

/* As root, with a password from a file. */
HvfsSession *session_for (const char *uri_text, guint timeout_s, HvfsStats *stats);

gboolean connect_to (Fixture *f, GError **error);
/* A call that reads, and one that changes the machine @id. */
gboolean read_time (Fixture *f, GError **error);
gboolean change (Fixture *f, const char *id, GError **error);
/* These must work. */
void connect_well (Fixture *f);
void read_well (Fixture *f);

/* How many calls of @method the server got; NULL: of all. */
guint n_requests (Fixture *f, const char *method);

/* The test program whose tests @add adds. */
int session_test_main (int argc, char **argv, void (*add) (void));
