/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/vmdk.c - what a virtual disk's descriptor says; see vmdk.h */
#include "convert/file/vmdk.h"
#include "convert/error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512

/* An image with data begins so, and says in sectors where its descriptor is. */
#define SPARSE_MAGIC "KDMV"
#define DESCRIPTOR_OFFSET_AT 28

#define KEY "ddb.adapterType"

static const struct
{
  const char *word;
  HvfsScsiModel model;
} types[] = {
  { "buslogic", HVFS_SCSI_BUSLOGIC },       { "lsilogic", HVFS_SCSI_LSILOGIC },
  { "lsisas1068", HVFS_SCSI_LSISAS1068 },   { "lsilogic-sas", HVFS_SCSI_LSISAS1068 },
  { "pvscsi", HVFS_SCSI_VMPVSCSI },         { "paravirtual", HVFS_SCSI_VMPVSCSI },
};

HvfsScsiModel
hvfs_vmdk_scsi_model (const char *descriptor, gsize len, GError **error)
{
  g_autofree char *text = g_strndup (descriptor, len);
  char *line = strstr (text, KEY);
  const char *value = line != NULL ? line + strlen (KEY) : NULL;

  if (value == NULL)
    {
      hvfs_error_set (error, EINVAL, "it has no " KEY);
      return HVFS_SCSI_NONE;
    }
  line[strcspn (line, "\r\n")] = '\0';
  value += strspn (value, " \t=\"");
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      gsize word = strlen (types[i].word);

      if (g_ascii_strncasecmp (value, types[i].word, word) == 0
          && (value[word] == '"' || value[word] == '\0'))
        return types[i].model;
    }
  hvfs_error_set (error, EINVAL, "its %s is of no SCSI controller", line);
  return HVFS_SCSI_NONE;
}

/* Returns: how much is read into @buffer; -1 with errno */
static gssize
read_at (int fd, guint8 *buffer, gsize len, guint64 offset)
{
  gsize done = 0;

  while (done < len)
    {
      gssize n = pread (fd, buffer + done, len - done, (off_t) (offset + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return (gssize) done;
}

/* Reads the descriptor, at the start of the file or where an image says. */
static gssize
read_descriptor (int fd, guint8 *buffer)
{
  gssize n = read_at (fd, buffer, HVFS_VMDK_DESCRIPTOR_MAX, 0);
  guint64 sector;

  if (n < SECTOR || memcmp (buffer, SPARSE_MAGIC, strlen (SPARSE_MAGIC)) != 0)
    return n;
  memcpy (&sector, buffer + DESCRIPTOR_OFFSET_AT, sizeof sector);
  sector = GUINT64_FROM_LE (sector);
  return sector < G_MAXINT64 / SECTOR / 2 ? read_at (fd, buffer, HVFS_VMDK_DESCRIPTOR_MAX, sector * SECTOR)
                                          : 0;
}

GByteArray *
hvfs_vmdk_descriptor (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree guint8 *buffer = g_malloc (HVFS_VMDK_DESCRIPTOR_MAX);
  GByteArray *descriptor = NULL;
  struct stat st;
  gssize n = -1;

  if (fd >= 0 && fstat (fd, &st) == 0 && !S_ISREG (st.st_mode))
    hvfs_error_set (error, EINVAL, "'%s' is no file", path);
  else if (fd < 0 || (n = read_descriptor (fd, buffer)) < 0)
    hvfs_error_set (error, errno, "'%s': %s", path, g_strerror (errno));
  else
    descriptor = g_byte_array_append (g_byte_array_new (), buffer, (guint) n);
  if (fd >= 0)
    close (fd);
  return descriptor;
}

/* ---- extents ---- */

/* "RW 16777216 VMFS "x-flat.vmdk"", and with some types an offset after it */
typedef struct
{
  char *access, *type, *name;
  gint64 sectors;
} Extent;

static void
extent_clear (Extent *extent)
{
  g_free (extent->access);
  g_free (extent->type);
  g_free (extent->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Extent, extent_clear)

/* FALSE: the line is of no extent. */
static gboolean
parse_extent (const char *line, Extent *ret)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);
  g_auto (GStrv) quoted = g_strsplit (line, "\"", 3);
  gint64 sectors;

  if (g_strv_length (words) < 3
      || (strcmp (words[0], "RW") != 0 && strcmp (words[0], "RDONLY") != 0
          && strcmp (words[0], "NOACCESS") != 0)
      || !g_ascii_string_to_signed (words[1], 10, 0, G_MAXINT64 / SECTOR, &sectors, NULL))
    return FALSE;
  extent_clear (ret);
  *ret = (Extent){ g_strdup (words[0]), g_strdup (words[2]),
                   g_strdup (g_strv_length (quoted) == 3 ? quoted[1] : ""), sectors };
  return TRUE;
}

/* A file beside the descriptor: one elsewhere is not the disk's. */
static gboolean
is_plain_name (const char *name)
{
  return *name != '\0' && strchr (name, '/') == NULL && strchr (name, '\\') == NULL
         && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

gboolean
hvfs_vmdk_flat_extent (const char *descriptor, gsize len, char **ret_name, gint64 *ret_bytes,
                       GError **error)
{
  g_autofree char *text = g_strndup (descriptor, len);
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
  g_auto (Extent) extent = { 0 };
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += parse_extent (lines[i], &extent);
  if (strstr (text, "# Disk DescriptorFile") == NULL || n == 0)
    hvfs_error_set (error, EINVAL, "it is no descriptor of a disk");
  else if (n > 1)
    hvfs_error_set (error, ENOTSUP, "its content is in %u files", n);
  else if ((strcmp (extent.type, "VMFS") != 0 && strcmp (extent.type, "FLAT") != 0)
           || !is_plain_name (extent.name))
    hvfs_error_set (error, ENOTSUP, "its content is no flat file: the descriptor says %.32s \"%.100s\"",
                    extent.type, extent.name);
  else
    {
      *ret_name = g_steal_pointer (&extent.name);
      *ret_bytes = extent.sectors * SECTOR;
      return TRUE;
    }
  return FALSE;
}
