/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/ova.c - an .ova that is deployed while it comes; see ova.h */
#include "backend/operation/ova.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "convert/error.h"
#include "convert/file/tar.h"

#define PIECE (1024 * 1024)

typedef enum { NOTHING, DESCRIPTOR, MANIFEST, CERTIFICATE, FILE_OF_IT } Kind;

/* What a file's checksums are, as far as they may be asked for. */
typedef struct
{
  char *sha1, *sha256;
  HvfsOvfSum *other;  /* nullable: the one that the manifest wants */
} Sums;

struct _HvfsOva
{
  const HvfsServer *server;
  const HvfsImportPlan *plan;
  HvfsTar *tar;
  GCancellable *cancellable;  /* nullable: of the present call */
  gboolean is_archive;        /* it is told in bytes of one */
  gboolean failed;
  Kind kind;                  /* of the member that comes */
  char *name;
  GString *text;              /* of a descriptor or manifest that comes */
  GChecksum *sha1, *sha256;   /* of the member that comes; NULL: it is not wanted */
  GChecksum *other;
  char *descriptor;           /* nullable: not there yet */
  HvfsOvf *ovf;
  GHashTable *manifest;       /* nullable: name -> HvfsOvfSum */
  GHashTable *sums;           /* name -> Sums: of what has come */
  HvfsImport *import;
};

static void
sums_free (gpointer data)
{
  Sums *sums = data;

  g_free (sums->sha1);
  g_free (sums->sha256);
  if (sums->other != NULL)
    g_free (sums->other->hex);
  g_free (sums->other);
  g_free (sums);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, HVFS_ERROR, EINVAL, text);
  return FALSE;
}

/* ---- checksums ---- */

static void
begin_sums (HvfsOva *ova)
{
  const HvfsOvfSum *wanted
    = ova->manifest == NULL ? NULL : g_hash_table_lookup (ova->manifest, ova->name);

  if (ova->manifest == NULL || (wanted != NULL && wanted->type == G_CHECKSUM_SHA1))
    ova->sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  if (ova->manifest == NULL || (wanted != NULL && wanted->type == G_CHECKSUM_SHA256))
    ova->sha256 = g_checksum_new (G_CHECKSUM_SHA256);
  if (wanted != NULL && ova->sha1 == NULL && ova->sha256 == NULL)
    ova->other = g_checksum_new (wanted->type);
}

static void
update_sums (HvfsOva *ova, const char *bytes, gsize len)
{
  GChecksum *const all[] = { ova->sha1, ova->sha256, ova->other };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i] != NULL)
      g_checksum_update (all[i], (const guchar *) bytes, (gssize) len);
}

static char *
dup_sum (GChecksum *checksum)
{
  return checksum == NULL ? NULL : g_strdup (g_checksum_get_string (checksum));
}

static void
clear_sums (HvfsOva *ova)
{
  g_clear_pointer (&ova->sha1, g_checksum_free);
  g_clear_pointer (&ova->sha256, g_checksum_free);
  g_clear_pointer (&ova->other, g_checksum_free);
}

static void
keep_sums (HvfsOva *ova)
{
  Sums *sums = g_new0 (Sums, 1);
  const HvfsOvfSum *wanted
    = ova->manifest == NULL ? NULL : g_hash_table_lookup (ova->manifest, ova->name);

  sums->sha1 = dup_sum (ova->sha1);
  sums->sha256 = dup_sum (ova->sha256);
  if (ova->other != NULL)
    {
      sums->other = g_new (HvfsOvfSum, 1);
      *sums->other = (HvfsOvfSum){ wanted->type, dup_sum (ova->other) };
    }
  g_hash_table_insert (ova->sums, g_strdup (ova->name), sums);
  clear_sums (ova);
}

/* Whether the file @name, which has come, is what the manifest says. */
static gboolean
check_sum (const HvfsOva *ova, const char *name, GError **error)
{
  const HvfsOvfSum *wanted = ova->manifest == NULL ? NULL : g_hash_table_lookup (ova->manifest, name);
  const Sums *sums = g_hash_table_lookup (ova->sums, name);
  const char *have;

  if (wanted == NULL || sums == NULL)
    return TRUE;
  have = wanted->type == G_CHECKSUM_SHA1     ? sums->sha1
         : wanted->type == G_CHECKSUM_SHA256 ? sums->sha256
         : sums->other != NULL               ? sums->other->hex
                                             : NULL;
  if (have == NULL)
    return refuse (error, "the checksum of '%.100s' cannot be compared: put the manifest before it", name);
  return strcmp (have, wanted->hex) == 0
         || refuse (error, "'%.100s' has another checksum than the manifest says: the archive is damaged",
                    name);
}

static gboolean
check_all_sums (const HvfsOva *ova, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, ova->sums);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!check_sum (ova, name, error))
      return FALSE;
  return TRUE;
}

/* ---- members ---- */

static gboolean
begin_import (HvfsOva *ova, GError **error)
{
  if (ova->import == NULL)
    ova->import = hvfs_import_begin (ova->server, ova->plan, ova->descriptor, ova->ovf,
                                     ova->cancellable, error);
  return ova->import != NULL;
}

static gboolean
belongs (const HvfsOva *ova, const char *name)
{
  return g_ptr_array_find_with_equal_func (ova->ovf->files, name, g_str_equal, NULL);
}

static gboolean
begin_text (HvfsOva *ova, Kind kind, guint64 size, guint64 max, GError **error)
{
  ova->kind = kind;
  g_string_truncate (ova->text, 0);
  if (size <= max)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EFBIG, "'%.100s' has %" G_GUINT64_FORMAT " bytes: more than %"
               G_GUINT64_FORMAT " are none of a descriptor", ova->name, size, max);
  return FALSE;
}

static gboolean
begin_kind (HvfsOva *ova, guint64 size, GError **error)
{
  if (ova->descriptor == NULL)
    return g_str_has_suffix (ova->name, ".ovf")
             ? begin_text (ova, DESCRIPTOR, size, HVFS_OVF_MAX_BYTES, error)
             : refuse (error, "the archive begins with '%.100s': an .ova begins with its .ovf", ova->name);
  if (belongs (ova, ova->name))
    {
      ova->kind = FILE_OF_IT;
      return begin_import (ova, error) && hvfs_import_open (ova->import, ova->name, size, error);
    }
  if (g_str_has_suffix (ova->name, ".mf") && ova->manifest == NULL)
    return begin_text (ova, MANIFEST, size, HVFS_OVF_MAX_MANIFEST_BYTES, error);
  if (g_str_has_suffix (ova->name, ".cert"))
    return begin_text (ova, CERTIFICATE, size, HVFS_OVF_MAX_MANIFEST_BYTES, error);
  return refuse (error, "the archive has a '%.100s', to which its descriptor does not refer", ova->name);
}

static gboolean
begin_member (const char *name, guint64 size, gpointer data, GError **error)
{
  HvfsOva *ova = data;

  g_free (ova->name);
  ova->name = g_strdup (name);
  if (g_hash_table_contains (ova->sums, name))
    return refuse (error, "the archive has two files '%.100s'", name);
  if (!begin_kind (ova, size, error))
    return FALSE;
  begin_sums (ova);
  return TRUE;
}

static gboolean
take_bytes (const char *bytes, gsize len, gpointer data, GError **error)
{
  HvfsOva *ova = data;

  update_sums (ova, bytes, len);
  if (ova->kind == FILE_OF_IT)
    return hvfs_import_put (ova->import, bytes, len, ova->cancellable, error);
  g_string_append_len (ova->text, bytes, (gssize) len);
  return TRUE;
}

static gboolean
end_kind (HvfsOva *ova, GError **error)
{
  switch (ova->kind)
    {
    case DESCRIPTOR:
      ova->ovf = hvfs_ovf_parse (ova->text->str, ova->text->len, error);
      ova->descriptor = g_strdup (ova->text->str);
      return ova->ovf != NULL;
    case MANIFEST:
      ova->manifest = hvfs_ovf_parse_manifest (ova->text->str, ova->text->len, error);
      return ova->manifest != NULL && check_all_sums (ova, error);
    case FILE_OF_IT:
      return hvfs_import_close (ova->import, ova->cancellable, error);
    default:
      return TRUE;
    }
}

static gboolean
end_member (gpointer data, GError **error)
{
  HvfsOva *ova = data;

  keep_sums (ova);
  return end_kind (ova, error) && check_sum (ova, ova->name, error);
}

static const HvfsTarUser members = { begin_member, take_bytes, end_member };

/* ---- the archive ---- */

HvfsOva *
hvfs_ova_new (const HvfsServer *server, const HvfsImportPlan *plan)
{
  HvfsOva *ova = g_new0 (HvfsOva, 1);

  ova->server = server;
  ova->plan = plan;
  ova->is_archive = TRUE;
  ova->tar = hvfs_tar_new (&members, ova);
  ova->text = g_string_new (NULL);
  ova->sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sums_free);
  return ova;
}

void
hvfs_ova_free (HvfsOva *ova)
{
  if (ova == NULL)
    return;
  hvfs_import_free (ova->import);
  hvfs_tar_free (ova->tar);
  clear_sums (ova);
  g_free (ova->name);
  g_string_free (ova->text, TRUE);
  g_free (ova->descriptor);
  hvfs_ovf_free (ova->ovf);
  g_clear_pointer (&ova->manifest, g_hash_table_unref);
  g_hash_table_unref (ova->sums);
  g_free (ova);
}

/* Nothing stays on the server of what has failed. */
static gboolean
keep_outcome (HvfsOva *ova, gboolean ok)
{
  if (!ok)
    {
      ova->failed = TRUE;
      g_clear_pointer (&ova->import, hvfs_import_free);
    }
  ova->cancellable = NULL;
  return ok;
}

gboolean
hvfs_ova_feed (HvfsOva *ova, const char *bytes, gsize len, GCancellable *cancellable, GError **error)
{
  ova->cancellable = cancellable;
  return keep_outcome (ova, hvfs_tar_feed (ova->tar, bytes, len, error));
}

static gboolean
put_bytes (HvfsOva *ova, int fd, guint64 size, GError **error)
{
  g_autofree char *piece = g_malloc (PIECE);
  guint64 off = 0;

  while (off < size)
    {
      gssize n = pread (fd, piece, (gsize) MIN (PIECE, size - off), (goffset) off);

      if (n <= 0 && (n == 0 || errno != EINTR))
        {
          g_set_error (error, HVFS_ERROR, n == 0 ? EIO : errno, "the file on the local disk: %s",
                       n == 0 ? "it has become shorter" : g_strerror (errno));
          return FALSE;
        }
      if (n > 0 && !take_bytes (piece, (gsize) n, ova, error))
        return FALSE;
      off += (guint64) MAX (n, 0);
    }
  return TRUE;
}

gboolean
hvfs_ova_put (HvfsOva *ova, const char *name, int fd, guint64 size, GCancellable *cancellable,
              GError **error)
{
  ova->cancellable = cancellable;
  ova->is_archive = FALSE;
  return keep_outcome (ova, begin_member (name, size, ova, error) && put_bytes (ova, fd, size, error)
                        && end_member (ova, error));
}

static gboolean
check_whole (const HvfsOva *ova, GError **error)
{
  GHashTableIter iter;
  gpointer name;

  if (ova->descriptor == NULL)
    return refuse (error, "the archive is empty");
  for (guint i = 0; i < ova->ovf->files->len; i++)
    if (!g_hash_table_contains (ova->sums, ova->ovf->files->pdata[i]))
      return refuse (error, "the archive lacks '%.100s', to which its descriptor refers",
                     (const char *) ova->ovf->files->pdata[i]);
  if (ova->manifest == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, ova->manifest);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (ova->sums, name))
      return refuse (error, "the archive lacks '%.100s', which its manifest names", (const char *) name);
  return TRUE;
}

gboolean
hvfs_ova_finish (HvfsOva *ova, GCancellable *cancellable, GError **error)
{
  ova->cancellable = cancellable;
  return keep_outcome (ova, !ova->failed
                        && (!ova->is_archive || hvfs_tar_finish (ova->tar, error)) && check_whole (ova, error)
                        && begin_import (ova, error) && hvfs_import_finish (ova->import, error));
}
