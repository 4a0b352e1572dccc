/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/answer.c - the answer that somebody gives; see answer.h */
#include "backend/operation/answer.h"

/* @id: of the question that was asked */
static gboolean
is_answered (const HvfsObject *vm, gconstpointer id)
{
  return g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_QUESTION), "id"), id) != 0;
}

static HvfsRequest *
choose (HvfsMirror *mirror, guint32 serial, gint64 number, char **ret_id, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  const HvfsObject *vm = hvfs_mirror_get (mirror, serial);
  HvfsRequest *request = hvfs_question_new_answer (vm, number, error);

  if (request != NULL)
    *ret_id = g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_QUESTION), "id"));
  return request;
}

gboolean
hvfs_answer_question (const HvfsServer *server, guint32 serial, gint64 number, GError **error)
{
  g_autofree char *id = NULL;
  g_autoptr (HvfsRequest) request = choose (server->mirror, serial, number, &id, error);

  return request != NULL
         && hvfs_operation_call (server, request, serial, is_answered, id, error);
}
