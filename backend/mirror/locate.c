/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/locate.c - finds the object that a URI's path names; see locate.h */
#include "backend/mirror/locate.h"

#include <string.h>

#include "backend/mirror/filter.h"
#include "backend/mirror/inventory-name.h"
#include "backend/mirror/retrieve.h"
#include "convert/error.h"

#define MAX_DEPTH 64

/* Where the path goes on below an object of a type. */
static const struct
{
  const char *type, *path;
} below[] = {
  { "Folder", "childEntity" },
  { "Datacenter", "hostFolder" },
  { "ComputeResource", "host" },
  { "ClusterComputeResource", "host" },
};

/* ObjectContent[] of what is below @ref, with their names; NULL on error, and
 * empty where nothing can be. */
static GPtrArray *
children_of (HvfsSession *session, const HvfsValue *ref, GCancellable *cancellable,
             GError **error)
{
  const char *type = hvfs_value_type (ref);

  for (guint i = 0; i < G_N_ELEMENTS (below); i++)
    if (g_strcmp0 (below[i].type, type) == 0)
      {
        g_autoptr (HvfsRequest) request = hvfs_retrieve_new (session);
        g_autoptr (GPtrArray) contents = NULL;

        hvfs_filter_write_children (request, "specSet", type, hvfs_value_text (ref, NULL),
                                    below[i].path);
        contents = hvfs_retrieve (session, request, cancellable, error);
        /* A datacenter's one child here is its folder of hosts, which has no name
         * of its own in a path. */
        if (contents != NULL && contents->len > 0 && strcmp (type, "Datacenter") == 0)
          return children_of (session, hvfs_value_get (contents->pdata[0], "obj"), cancellable,
                              error);
        return g_steal_pointer (&contents);
      }
  return g_ptr_array_new ();
}

static const char *
name_of (const HvfsValue *content)
{
  return hvfs_value_text (content, "propSet.val");
}

/* As a URI takes it.  (transfer full) */
static char *
dup_offer (const HvfsValue *child)
{
  const char *raw = name_of (child);
  g_autofree char *plain = hvfs_inventory_name_decode (raw != NULL ? raw : "");

  return g_uri_escape_string (plain, " !$&'()*+,;=:@[]", TRUE);
}

static void
set_not_found (GPtrArray *children, const char *wanted, const char *above, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < children->len && i < 8; i++)
    {
      g_autofree char *offer = dup_offer (children->pdata[i]);

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", offer);
    }
  if (children->len > 8)
    g_string_append (names, ", ...");
  g_set_error (error, HVFS_ERROR, ENOENT, "the server has no '%s' in %s%s%s", wanted, above,
               names->len > 0 ? "; there is " : "", names->str);
}

static HvfsValue *
child_named (GPtrArray *children, const char *wanted)
{
  for (guint i = 0; i < children->len; i++)
    {
      const char *name = name_of (children->pdata[i]);
      g_autofree char *plain = hvfs_inventory_name_decode (name != NULL ? name : "");

      if (g_strcmp0 (name, wanted) == 0 || strcmp (plain, wanted) == 0)
        return hvfs_value_get (children->pdata[i], "obj");
    }
  return NULL;
}

/* The one host in a ComputeResource, which is what its name stands for. */
static HvfsValue *
only_host (HvfsSession *session, HvfsValue *compute, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) hosts = children_of (session, compute, cancellable, error);

  if (hosts == NULL)
    return NULL;
  return hvfs_value_ref (hosts->len == 1 ? hvfs_value_get (hosts->pdata[0], "obj") : compute);
}

/* The host of a server that is one: the only one there is on the way down. */
static HvfsValue *
descend_to_host (HvfsSession *session, HvfsValue *root, GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (HvfsValue) at = hvfs_value_ref (root);

  while (strcmp (hvfs_value_type (at), "HostSystem") != 0)
    {
      g_autoptr (GPtrArray) children = children_of (session, at, cancellable, error);

      if (children == NULL)
        return NULL;
      if (children->len == 0)
        {
          g_set_error (error, HVFS_ERROR, ENOENT,
                       "the server shows no host to this user: check its permissions");
          return NULL;
        }
      hvfs_value_unref (at);
      at = hvfs_value_ref (hvfs_value_get (children->pdata[0], "obj"));
    }
  return g_steal_pointer (&at);
}

HvfsValue *
hvfs_locate (HvfsSession *session, HvfsUriType type, char *const *path,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  g_autoptr (HvfsValue) at = NULL;
  const char *above = "its inventory";

  if (hvfs_value_get (content, "rootFolder") == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server names no root folder");
      return NULL;
    }
  at = hvfs_value_ref (hvfs_value_get (content, "rootFolder"));
  if (path[0] == NULL && type != HVFS_URI_VPX)
    return descend_to_host (session, at, cancellable, error);
  for (guint i = 0; path[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) children = children_of (session, at, cancellable, error);
      HvfsValue *child = children == NULL ? NULL : child_named (children, path[i]);

      if (children == NULL)
        return NULL;
      if (child == NULL)
        {
          set_not_found (children, path[i], above, error);
          return NULL;
        }
      hvfs_value_unref (at);
      at = hvfs_value_ref (child);
      above = path[i];
    }
  if (strcmp (hvfs_value_type (at), "ComputeResource") == 0)
    return only_host (session, at, cancellable, error);
  return g_steal_pointer (&at);
}

gboolean
hvfs_locate_is_there (HvfsSession *session, const HvfsValue *ref, GCancellable *cancellable)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (session);
  g_autoptr (GPtrArray) contents = NULL;

  hvfs_filter_write_property (request, "specSet", hvfs_value_type (ref),
                              hvfs_value_text (ref, NULL), "name");
  contents = hvfs_retrieve (session, request, cancellable, NULL);
  return contents != NULL && contents->len > 0;
}

/* The folder of hosts that every datacenter has, and the shell around a lone host, have
 * no name in a path; the root has no parent. */
static gboolean
is_unnamed (const HvfsObject *object, const HvfsObject *parent)
{
  return parent == NULL || object->kind == HVFS_KIND_COMPUTE
         || (object->kind == HVFS_KIND_FOLDER && parent->kind == HVFS_KIND_DATACENTER);
}

gboolean
hvfs_locate_append_path (const HvfsObject *object, GString *path, gpointer mirror)
{
  gsize start = path->len;

  for (guint depth = 0; object != NULL && depth < MAX_DEPTH; depth++)
    {
      const char *name = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);
      HvfsObject *parent = hvfs_mirror_resolve (mirror, hvfs_object_get (object, HVFS_PARENT));

      if (!is_unnamed (object, parent))
        {
          if (path->len > start)
            g_string_insert_c (path, start, '/');
          g_string_insert (path, start, name != NULL ? name : "?");
        }
      object = parent;
    }
  return path->len > start;
}

/* Of the properties that may say it, the first that does. */
static const struct
{
  HvfsKind kind;
  guint index;
} aboves[] = {
  { HVFS_KIND_VM, HVFS_VM_PARENT_VAPP },
  { HVFS_KIND_VAPP, HVFS_VAPP_PARENT_VAPP },
  { HVFS_KIND_VAPP, HVFS_VAPP_FOLDER },
};

HvfsObject *
hvfs_locate_above (HvfsMirror *mirror, const HvfsObject *object)
{
  for (guint i = 0; i < G_N_ELEMENTS (aboves); i++)
    {
      HvfsObject *above = aboves[i].kind == object->kind
                            ? hvfs_mirror_resolve (mirror, hvfs_object_get (object, aboves[i].index))
                            : NULL;

      if (above != NULL)
        return above;
    }
  return hvfs_mirror_resolve (mirror, hvfs_object_get (object, HVFS_PARENT));
}

HvfsObject *
hvfs_locate_datacenter (HvfsMirror *mirror, const HvfsObject *object)
{
  HvfsObject *at = (HvfsObject *) object;

  for (guint depth = 0; at != NULL && depth < MAX_DEPTH; depth++)
    {
      if (at->kind == HVFS_KIND_DATACENTER)
        return at;
      at = hvfs_locate_above (mirror, at);
    }
  return NULL;
}

HvfsObject *
hvfs_locate_lister (HvfsMirror *mirror, const HvfsObject *member, guint index)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvfsObject *dc = value;
      HvfsValue *members = dc->kind == HVFS_KIND_DATACENTER ? hvfs_object_get (dc, index) : NULL;

      for (guint i = 0; i < hvfs_value_n_children (members); i++)
        if (hvfs_mirror_resolve (mirror, hvfs_value_nth (members, i)) == member)
          return dc;
    }
  return NULL;
}

gboolean
hvfs_folder_holds (const HvfsObject *folder, const char *child_type)
{
  HvfsValue *types = hvfs_object_get (folder, HVFS_FOLDER_CHILD_TYPE);

  for (guint i = 0; i < hvfs_value_n_children (types); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (types, i), NULL), child_type) == 0)
      return TRUE;
  return FALSE;
}
