/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/question.c - questions of machines, and who answers them; see question.h */
#include "backend/operation/question.h"

#include <string.h>

#include "backend/wait/crew.h"
#include "convert/error.h"

#define MAX_ANSWERERS 4

struct _HvfsQuestions
{
  HvfsSession *session;
  HvfsAutoAnswer policy;
  HvfsCrew *crew;         /* what must not be done in the update thread: Act */
  GMutex lock;
  GHashTable *blocked;    /* lock: the set of HvfsBlocked */
};

struct _HvfsBlocked
{
  HvfsQuestions *questions;    /* NULL: nothing is watched */
  guint32 serial;
  GCancellable *outer, *inner; /* outer: the writer's; NULL: none */
  gulong handler;
  char *question;              /* questions->lock */
};

/* Either cancels, or answers. */
typedef struct
{
  GCancellable *cancel;
  HvfsRequest *answer;
  char *moref;
} Act;

static void
act (gpointer data, gpointer user_data)
{
  HvfsQuestions *questions = user_data;
  Act *todo = data;

  if (todo->cancel != NULL)
    g_cancellable_cancel (todo->cancel);
  else
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsValue) reply
        = hvfs_session_call (questions->session, todo->answer, HVFS_CALL_CHANGE, 0, NULL, &error);

      if (reply == NULL)
        g_message ("the default answer to a question of %s: %s", todo->moref, error->message);
    }
  g_clear_object (&todo->cancel);
  g_clear_pointer (&todo->answer, hvfs_request_free);
  g_free (todo->moref);
  g_free (todo);
}

HvfsQuestions *
hvfs_questions_new (HvfsSession *session, HvfsAutoAnswer policy)
{
  HvfsQuestions *questions = g_new0 (HvfsQuestions, 1);

  questions->session = session;
  questions->policy = policy;
  questions->crew = hvfs_crew_new ("hvfs-answer", act, questions, MAX_ANSWERERS);
  g_mutex_init (&questions->lock);
  questions->blocked = g_hash_table_new (NULL, NULL);
  return questions;
}

void
hvfs_questions_free (HvfsQuestions *questions)
{
  if (questions == NULL)
    return;
  hvfs_crew_free (questions->crew);
  g_hash_table_unref (questions->blocked);
  g_mutex_clear (&questions->lock);
  g_free (questions);
}

/* ---- what is asked ---- */

/* The @n-th choice; NULL: there are fewer. */
static HvfsValue *
nth_choice (const HvfsValue *question, gint64 n)
{
  HvfsValue *choice = hvfs_value_get (question, "choice");

  for (guint i = 0; i < hvfs_value_n_children (choice); i++)
    if (strcmp (hvfs_value_name (hvfs_value_nth (choice, i)), "choiceInfo") == 0 && n-- == 0)
      return hvfs_value_nth (choice, i);
  return NULL;
}

static void
append_plain (GString *out, const char *text)
{
  for (; text != NULL && *text != '\0'; text++)
    g_string_append_c (out, (guchar) *text < ' ' ? ' ' : *text);
}

/* @before: between text and choices and between these. */
static void
print (const HvfsValue *question, const char *before, GString *out)
{
  gint64 chosen = hvfs_value_int (question, "choice.defaultIndex", -1);
  HvfsValue *choice;

  append_plain (out, hvfs_value_text (question, "text"));
  for (gint64 i = 0; (choice = nth_choice (question, i)) != NULL; i++)
    {
      g_string_append_printf (out, "%s%" G_GINT64_FORMAT " ", before, i);
      append_plain (out, hvfs_value_text (choice, "label"));
      g_string_append (out, i == chosen ? " (default)" : "");
    }
}

void
hvfs_question_print (const HvfsObject *vm, GString *out)
{
  HvfsValue *question = hvfs_object_get (vm, HVFS_VM_QUESTION);

  if (question == NULL)
    return;
  print (question, "\n", out);
  g_string_append_c (out, '\n');
}

HvfsRequest *
hvfs_question_new_answer (const HvfsObject *vm, gint64 number, GError **error)
{
  HvfsValue *question = vm == NULL ? NULL : hvfs_object_get (vm, HVFS_VM_QUESTION);
  HvfsValue *choice = question == NULL ? NULL : nth_choice (question, number);
  g_autoptr (GString) text = g_string_new (NULL);
  HvfsRequest *request;

  if (choice != NULL)
    {
      request = hvfs_request_new ("AnswerVM", "VirtualMachine", vm->moref);
      hvfs_request_text (request, "questionId", hvfs_value_text (question, "id"));
      hvfs_request_text (request, "answerChoice", hvfs_value_text (choice, "key"));
      return request;
    }
  print (question, ", ", text);
  if (question == NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "there is no question to answer");
  else
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "no choice %" G_GINT64_FORMAT " in this question: %s", number, text->str);
  return NULL;
}

/* ---- who is blocked ---- */

static void
interrupted (GCancellable *outer, gpointer data)
{
  g_cancellable_cancel (data);
}

HvfsBlocked *
hvfs_questions_begin (HvfsQuestions *questions, guint32 serial, GCancellable *cancellable)
{
  HvfsBlocked *blocked = g_new0 (HvfsBlocked, 1);

  blocked->questions = questions;
  blocked->serial = serial;
  blocked->outer = cancellable;
  blocked->inner = g_cancellable_new ();
  if (cancellable != NULL)
    blocked->handler = g_cancellable_connect (cancellable, G_CALLBACK (interrupted),
                                              blocked->inner, NULL);
  if (questions == NULL)
    return blocked;
  g_mutex_lock (&questions->lock);
  g_hash_table_add (questions->blocked, blocked);
  g_mutex_unlock (&questions->lock);
  return blocked;
}

GCancellable *
hvfs_blocked_cancellable (HvfsBlocked *blocked)
{
  return blocked->inner;
}

char *
hvfs_questions_end (HvfsBlocked *blocked)
{
  char *question;

  if (blocked->questions != NULL)
    {
      g_mutex_lock (&blocked->questions->lock);
      g_hash_table_remove (blocked->questions->blocked, blocked);
      g_mutex_unlock (&blocked->questions->lock);
    }
  g_cancellable_disconnect (blocked->outer, blocked->handler);
  g_object_unref (blocked->inner);
  question = blocked->question;
  g_free (blocked);
  return question;
}

/* Ends the operations that wait for the machine. */
static void
end_blocked (HvfsQuestions *questions, guint32 serial, const HvfsValue *question)
{
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&questions->lock);
  g_hash_table_iter_init (&iter, questions->blocked);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      HvfsBlocked *blocked = key;
      g_autoptr (GString) text = g_string_new (NULL);
      Act *todo;

      if (blocked->serial != serial || blocked->question != NULL)
        continue;
      print (question, ", ", text);
      blocked->question = g_strdup (text->str);
      todo = g_new0 (Act, 1);
      todo->cancel = g_object_ref (blocked->inner);
      hvfs_crew_push (questions->crew, todo);
    }
  g_mutex_unlock (&questions->lock);
}

static void
answer_default (HvfsQuestions *questions, const HvfsObject *vm, const HvfsValue *question)
{
  gint64 number = hvfs_value_int (question, "choice.defaultIndex", 0);
  HvfsRequest *answer = hvfs_question_new_answer (vm, number, NULL);
  Act *todo;

  if (answer == NULL)
    return;
  todo = g_new0 (Act, 1);
  todo->answer = answer;
  todo->moref = g_strdup (vm->moref);
  hvfs_crew_push (questions->crew, todo);
}

void
hvfs_questions_noticed (HvfsQuestions *questions, const HvfsObject *vm)
{
  HvfsValue *question = hvfs_object_get (vm, HVFS_VM_QUESTION);

  if (question == NULL)
    return;
  if (questions->policy == HVFS_AUTO_ANSWER_NO)
    end_blocked (questions, vm->serial, question);
  else if (questions->policy == HVFS_AUTO_ANSWER_YES)
    answer_default (questions, vm, question);
}
