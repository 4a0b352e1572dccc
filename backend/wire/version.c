/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/version.c - versions of the API; see version.h */
#include "backend/wire/version.h"

#include <string.h>

/* Takes the next number from *@text; 0 at its end. */
static guint64
next_number (const char **text)
{
  char *end;
  guint64 number;

  *text += strcspn (*text, "0123456789");
  number = g_ascii_strtoull (*text, &end, 10);
  *text = end;
  return number;
}

int
hvfs_version_compare (const char *a, const char *b)
{
  while (*a != '\0' || *b != '\0')
    {
      guint64 x = next_number (&a), y = next_number (&b);

      if (x != y)
        return x < y ? -1 : 1;
    }
  return 0;
}

/* Takes @version for *@best if it is one that we know, and higher. */
static void
consider_known (const char *version, const char **best)
{
  if (version != NULL && g_ascii_isdigit (*version)
      && hvfs_version_compare (version, HVFS_VERSION_MAX) <= 0
      && (*best == NULL || hvfs_version_compare (version, *best) > 0))
    *best = version;
}

/* Takes @version for *@best if it is lower. */
static void
consider_low (const char *version, const char **best)
{
  if (version != NULL && g_ascii_isdigit (*version)
      && (*best == NULL || hvfs_version_compare (version, *best) < 0))
    *best = version;
}

/* The one that @consider takes of all that are listed.  (nullable) */
static const char *
choose (const HvfsValue *versions, void (*consider) (const char *, const char **))
{
  const char *best = NULL;

  for (guint i = 0; i < hvfs_value_n_children (versions); i++)
    {
      const HvfsValue *space = hvfs_value_nth (versions, i);
      const HvfsValue *priors = hvfs_value_get (space, "priorVersions");

      if (g_strcmp0 (hvfs_value_text (space, "name"), "urn:vim25") != 0)
        continue;
      consider (hvfs_value_text (space, "version"), &best);
      for (guint j = 0; j < hvfs_value_n_children (priors); j++)
        consider (hvfs_value_text (hvfs_value_nth (priors, j), NULL), &best);
    }
  return best;
}

const char *
hvfs_version_choose (const HvfsValue *versions)
{
  const char *known = choose (versions, consider_known);

  return known != NULL ? known : choose (versions, consider_low);
}
