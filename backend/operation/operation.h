/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/operation.h - what all changes of the server's objects have in common
 *
 * Exists so that each operation says only what it sends and what is so when it is
 * done: to find the object, to send nothing when it is so already, to wait for the
 * task and then for the mirror, so that who wrote reads what was written, is
 * handled here.
 */
#pragma once

#include <gio/gio.h>

#include "backend/mirror/mirror.h"
#include "backend/operation/question.h"
#include "backend/mirror/task.h"

/* What is needed to change something on the server; all borrowed. */
typedef struct
{
  HvfsSession *session;
  HvfsTasks *tasks;
  HvfsMirror *mirror;
  HvfsQuestions *questions; /* nullable */
  guint timeout_s;
} HvfsServer;

/* What is so when an operation is done.  Under the mirror's lock; memory only. */
typedef gboolean (*HvfsObjectTest) (const HvfsObject *object, gconstpointer data);

/* The row of a table of words that is called @word: of @n rows of @size bytes, each of which
 * begins with its word.  @error: EINVAL, with all the words */
gconstpointer hvfs_operation_verb (gconstpointer rows, guint n, gsize size, const char *word,
                                   GError **error);
#define HVFS_OPERATION_VERB(table, word, error) \
  hvfs_operation_verb (table, G_N_ELEMENTS (table), sizeof (table)[0], word, error)

/* Whether the server is one that can do @what ("migrate"), which no host can alone.  Memory.
 * @error: ENOTSUP but on a vCenter */
gboolean hvfs_operation_require_vcenter (const HvfsServer *server, const char *what,
                                         GError **error);

/* Returns: (transfer full): the server's id of @serial.  @error: ESTALE when it is gone */
char *hvfs_operation_dup_moref (const HvfsServer *server, guint32 serial, GError **error);

/* A request of @method on the object @serial.  @error: ESTALE when it is gone */
HvfsRequest *hvfs_operation_new (const HvfsServer *server, guint32 serial, const char *method,
                                 GError **error);

/* Whether @test says so of @serial now; FALSE when it is gone.  Memory. */
gboolean hvfs_operation_is_so (const HvfsServer *server, guint32 serial, HvfsObjectTest test,
                               gconstpointer data);

/* Sleeps until it is so, or @deadline_us.  @error: as of hvfs_mirror_await_that; ESTALE when
 * it is gone */
gboolean hvfs_operation_await (const HvfsServer *server, guint32 serial, HvfsObjectTest test,
                               gconstpointer data, gint64 deadline_us, GCancellable *cancellable,
                               GError **error);

/* Reads the object @serial anew into the mirror: not every server tells of every change that it
 * makes.  @ret_newest: FALSE: an update came meanwhile, which may be newer, and was kept.
 * Network: one request.  One that is gone is no error.  @cancellable: (nullable) */
gboolean hvfs_operation_reread (const HvfsServer *server, guint32 serial, gboolean *ret_newest,
                                GCancellable *cancellable, GError **error);

/* Sleeps until it is so, for as long as the mirror may lag behind the server.  The
 * operation is done anyway: that it is not seen yet is no error. */
void hvfs_operation_await_shown (const HvfsServer *server, guint32 serial, HvfsObjectTest test,
                                 gconstpointer data);

/* The same for any look at the mirror. */
void hvfs_operation_await_shown_that (const HvfsServer *server, HvfsMirrorLook look, gpointer data);

/**
 * hvfs_operation_find_out:
 * @failure: of a request that changes something; cleared when it was done all the same
 *
 * When nobody said whether it was done, the mirror will, as soon as the server is there
 * again.  Waits for that no longer than for a lost server.
 *
 * Returns: whether it is done, as @seen says
 */
gboolean hvfs_operation_find_out (const HvfsServer *server, HvfsMirrorLook seen, gpointer data,
                                  GCancellable *cancellable, GError **failure);

/**
 * hvfs_operation_run:
 * @request: a method that returns a Task, on the object @serial or for it
 * @test: (nullable): what is so when it is done
 * @ret_result: (out) (optional): see hvfs_tasks_run
 *
 * Waits for the task and for the mirror.  Network; no lock may be held.
 *
 * @error: the server's; EINTR when cancelled; see hvfs_tasks_run; EAGAIN with the
 *   question when one blocked the task, see question.h
 */
gboolean hvfs_operation_run (const HvfsServer *server, HvfsRequest *request, guint32 serial,
                             HvfsObjectTest test, gconstpointer data, HvfsValue **ret_result,
                             GCancellable *cancellable, GError **error);

/* The same of a method that has done it when it returns. */
gboolean hvfs_operation_call (const HvfsServer *server, HvfsRequest *request, guint32 serial,
                              HvfsObjectTest test, gconstpointer data, GError **error);

/**
 * hvfs_operation_make:
 * @request: a method that makes an object below @parent and returns its reference
 * @name: that it gets, as the server has it
 *
 * Waits until the mirror shows the new object.
 *
 * Returns: its serial; 0 on error
 */
guint32 hvfs_operation_make (const HvfsServer *server, HvfsRequest *request, guint32 parent,
                             const char *name, GCancellable *cancellable, GError **error);
