/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/main.c - hvfs-convert: VMX files to domain XML and back, without a server
 *
 * Exists for users who have files and no host: what `virsh domxml-from-native` and
 * `domxml-to-native` do over a connection.  hvfs-convert(1) describes it.
 */
#include <config.h>

#include "convert/domain-xml/domain-xml-adopt.h"
#include "convert/domain-xml/domain-xml.h"
#include "convert/error.h"
#include "convert/file/files-offline.h"
#include "convert/memory.h"
#include "convert/model/notes.h"
#include "convert/vmx/vmx.h"
#include "convert/model/words.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Both kinds of text are refused beyond this. */
#define INPUT_MAX_BYTES MAX (HVFS_VMX_MAX_BYTES, HVFS_DOMAIN_XML_MAX_BYTES)
#define HW_VERSION_MIN 4
#define HW_VERSION_NONE G_MININT /* not given */

typedef enum
{
  KIND_XML,
  KIND_VMX,
} Kind;
static const char *const kind_words[] = { "xml", "vmx", NULL };

typedef struct
{
  char *to; /* nullable */
  char *libvirt; /* nullable */
  HvfsVmxFlags flags; /* of that version */
  int hw_version; /* HW_VERSION_NONE if not given */
  char *directory; /* nullable */
  char **datastores; /* nullable */
  gboolean from_kvm;
  char **networks; /* nullable */
  char **disks; /* nullable */
  gboolean full;
  gboolean quiet;
  gboolean strict;
  gboolean version;
  char **names; /* nullable */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->to);
  g_free (options->libvirt);
  g_free (options->directory);
  g_strfreev (options->datastores);
  g_strfreev (options->networks);
  g_strfreev (options->disks);
  g_strfreev (options->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "to", 0, 0, G_OPTION_ARG_STRING, &options->to,
      "What to make, xml or vmx; by default what the input is not", "KIND" },
    { "hw-version", 0, 0, G_OPTION_ARG_INT, &options->hw_version,
      "The virtualHW.version of a VMX (default: the lowest that has its devices)", "N" },
    { "directory", 0, 0, G_OPTION_ARG_FILENAME, &options->directory,
      "Where the VMX lies, as '[DATASTORE] DIRECTORY' (default '" HVFS_OFFLINE_DIRECTORY "')",
      "DIR" },
    { "datastore", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->datastores,
      "A datastore that exists; may be repeated (default: all exist)", "NAME[=VOLUME-UUID|=DIRECTORY/]" },
    { "from-kvm", 0, 0, G_OPTION_ARG_NONE, &options->from_kvm,
      "Take XML of the type vmware as if it were of kvm", NULL },
    { "network", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->networks,
      "What a network, bridge, device or MAC address is connected to; may be repeated",
      "FROM=TO" },
    { "disk", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->disks,
      "The file for a disk, by its source or target name; may be repeated", "FROM=TO" },
    { "libvirt", 0, 0, G_OPTION_ARG_STRING, &options->libvirt,
      "Print what this version of libvirt prints (default 11.3)", "VERSION" },
    { "full", 0, 0, G_OPTION_ARG_NONE, &options->full,
      "Print all that a VMX says as XML, not only what libvirt prints", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &options->quiet,
      "Print no notes on what is left out", NULL },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &options->strict,
      "Fail, without output, if there is any such note", NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->names, NULL, "[FILE]" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Converts a VMX file to libvirt domain XML, or back.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

/* Each of @pairs must be FROM=TO. */
static gboolean
check_pairs (const char *option, char **pairs, GError **error)
{
  for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++)
    {
      const char *equals = strchr (pairs[i], '=');

      if (equals == NULL || equals == pairs[i] || equals[1] == '\0')
        {
          hvfs_error_set (error, EINVAL, "%s=%s: must be FROM=TO", option, pairs[i]);
          return FALSE;
        }
    }
  return TRUE;
}

/* "12.5", "12.5.0" */
static gboolean
parse_libvirt (Options *options, GError **error)
{
  static const struct
  {
    guint major, minor;
    HvfsVmxFlags flag;
  } changes[] = { { 12, 4, HVFS_VMX_TWO_UUIDS }, { 12, 5, HVFS_VMX_64_DISKS } };
  guint major, minor;

  if (options->libvirt == NULL)
    return TRUE;
  if (!g_regex_match_simple ("^[0-9]{1,4}\\.[0-9]{1,4}(\\.[0-9]{1,4})?$", options->libvirt, 0, 0)
      || sscanf (options->libvirt, "%u.%u", &major, &minor) != 2)
    hvfs_error_set (error, EINVAL, "--libvirt=%s: must be a version, such as 11.3 or 12.5.0",
                    options->libvirt);
  else if (major < 11 || (major == 11 && minor < 3))
    hvfs_error_set (error, EINVAL, "--libvirt=%s: must be 11.3 or later", options->libvirt);
  else
    {
      for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
        if (major > changes[i].major || (major == changes[i].major && minor >= changes[i].minor))
          options->flags |= changes[i].flag;
      return TRUE;
    }
  return FALSE;
}

static gboolean
check_options (Options *options, GError **error)
{
  if (!parse_libvirt (options, error)
      || !check_pairs ("--network", options->networks, error)
      || !check_pairs ("--disk", options->disks, error))
    return FALSE;
  if (options->to != NULL && hvfs_words_index (kind_words, options->to) < 0)
    hvfs_error_set (error, EINVAL, "--to=%s: must be xml or vmx", options->to);
  else if (options->hw_version != HW_VERSION_NONE && options->hw_version < HW_VERSION_MIN)
    hvfs_error_set (error, EINVAL, "--hw-version=%d: must be %d or more",
                 options->hw_version, HW_VERSION_MIN);
  else if (options->names != NULL && g_strv_length (options->names) > 1)
    hvfs_error_set (error, EINVAL, "'%s': only one file is converted at a time",
                 options->names[1]);
  else
    return TRUE;
  return FALSE;
}

static gboolean
fail (GError **error)
{
  hvfs_error_set (error, errno, "%s", g_strerror (errno));
  return FALSE;
}

/* Reads all there is, but not much more than anybody wants. */
static gboolean
read_all (int fd, GByteArray *text, GError **error)
{
  guint8 buffer[65536];
  gssize n = 1;

  while (n > 0 && text->len <= INPUT_MAX_BYTES)
    {
      n = read (fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        n = 1;
      else if (n > 0)
        g_byte_array_append (text, buffer, n);
    }
  return n >= 0 || fail (error);
}

static gboolean
read_input (const char *name, GByteArray *text, GError **error)
{
  int fd = strcmp (name, "-") == 0 ? STDIN_FILENO : open (name, O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 ? read_all (fd, text, error) : fail (error);

  if (fd > STDIN_FILENO)
    close (fd);
  return ok;
}

/* XML begins with a tag, maybe behind blanks or a byte order mark; a VMX never does. */
static Kind
guess_kind (const char *text, gsize len)
{
  static const char *const marks[] = { "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff" };
  gsize i = 0;

  for (guint m = 0; m < G_N_ELEMENTS (marks) && i == 0; m++)
    if (len >= strlen (marks[m]) && memcmp (text, marks[m], strlen (marks[m])) == 0)
      i = strlen (marks[m]);
  while (i < len && (g_ascii_isspace (text[i]) || text[i] == '\0'))
    i++;
  return i < len && text[i] == '<' ? KIND_XML : KIND_VMX;
}

/* A machine without a displayName is called as its file is. */
static void
set_name (HvfsDomain *domain, const char *file)
{
  g_autofree char *base = g_path_get_basename (file);
  gsize len = strlen (base);

  if (domain->name != NULL || strcmp (file, "-") == 0)
    return;
  if (len > 4 && g_ascii_strcasecmp (base + len - 4, ".vmx") == 0)
    base[len - 4] = '\0';
  domain->name = g_filename_display_name (base);
}

/* @name: of the file that @input is from, "-" if it is standard input
 * @ret_notes: (out): of HvfsNote: what the output has not of the input */
static char *
convert (const Options *options, const HvfsFiles *files, const char *name,
         const GByteArray *input, GPtrArray **ret_notes, GError **error)
{
  const char *text = input->len > 0 ? (const char *) input->data : "";
  gsize len = input->len;
  Kind from = guess_kind (text, len);
  Kind to = options->to != NULL ? (Kind) hvfs_words_index (kind_words, options->to)
            : from == KIND_XML  ? KIND_VMX
                                : KIND_XML;
  guint hw_version = options->hw_version != HW_VERSION_NONE ? options->hw_version : 0;
  HvfsDomainXmlFlags flags = HVFS_DOMAIN_XML_INACTIVE | HVFS_DOMAIN_XML_SECURE
                             | (options->full ? HVFS_DOMAIN_XML_FULL : 0);
  const HvfsAdoption adoption = { .foreign = options->from_kvm, .nameless = TRUE,
                                  .networks = (const char *const *) options->networks,
                                  .disks = (const char *const *) options->disks,
                                  .directory = options->directory };
  g_autoptr (HvfsDomain) domain = NULL;

  if (from == KIND_VMX && to == KIND_VMX)
    {
      *ret_notes = hvfs_notes_new ();
      return hvfs_vmx_edit (text, len, hw_version, *ret_notes, error);
    }
  domain = from == KIND_XML ? hvfs_domain_xml_adopt (text, len, &adoption, error)
                            : hvfs_vmx_read_as (text, len, files, options->flags, error);
  if (domain == NULL)
    return NULL;
  if (from == KIND_VMX)
    set_name (domain, name);
  *ret_notes = g_ptr_array_ref (domain->notes);
  if (from == KIND_XML)
    {
      hvfs_domain_draw_uuid (domain);
      hvfs_domain_draw_macs (domain);
    }
  if (to == KIND_XML)
    hvfs_domain_xml_note_lost (domain, flags, domain->notes);
  return to == KIND_XML
           ? hvfs_domain_xml_write (domain, flags)
           : hvfs_vmx_write (domain, hw_version, files, domain->notes, error);
}

static const char *
shown_name (const char *name)
{
  return strcmp (name, "-") == 0 ? "standard input" : name;
}

/* Prints on standard error what is left out. */
static void
print_notes (const char *name, const GPtrArray *notes)
{
  g_autofree char *file = hvfs_error_line (name);

  for (guint i = 0; i < notes->len; i++)
    {
      const HvfsNote *note = notes->pdata[i];
      g_autofree char *line = note->line > 0 ? g_strdup_printf ("line %u: ", note->line) : NULL;

      fprintf (stderr, "hvfs-convert: %s: %snote: %s\n", file, line != NULL ? line : "",
               note->text);
    }
}

static gboolean
convert_file (const Options *options, const HvfsFiles *files, const char *name, GError **error)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();
  g_autoptr (GPtrArray) notes = NULL;
  g_autofree char *output = NULL;

  if (!read_input (name, input, error))
    return FALSE;
  output = convert (options, files, name, input, &notes, error);
  if (output == NULL)
    return FALSE;
  if (!options->quiet)
    print_notes (shown_name (name), notes);
  if (options->strict && notes->len > 0)
    {
      hvfs_error_set (error, EINVAL, "%u things are left out, which --strict forbids",
                      notes->len);
      return FALSE;
    }
  fputs (output, stdout); /* close_output() sees whether it got there */
  return TRUE;
}

/* Says on one line what is wrong, with @name, if any. */
static int
complain (const char *name, const char *message)
{
  g_autofree char *line = g_strdup_printf ("%s%s%s", name != NULL ? name : "",
                                           name != NULL ? ": " : "", message);

  fprintf (stderr, "hvfs-convert: %s\n", g_strdelimit (line, "\r\n", ' '));
  return EXIT_FAILURE;
}

/* Whatever was printed, --help too, must have got there. */
static void
close_output (void)
{
  gboolean any = __fpending (stdout) > 0, lost = ferror (stdout);

  errno = 0;
  if ((fclose (stdout) == 0 || (errno == EBADF && !any)) && !lost)
    return;
  complain ("standard output", g_strerror (errno != 0 ? errno : EIO));
  _exit (EXIT_FAILURE);
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { .hw_version = HW_VERSION_NONE };
  g_autoptr (HvfsOfflineFiles) files = NULL;
  g_autofree char *beside = NULL;
  g_autoptr (GError) error = NULL;
  const char *name;

  hvfs_memory_init ();
  setlocale (LC_ALL, "");
  atexit (close_output);
  if (!parse_options (&options, &argc, &argv, &error) || !check_options (&options, &error))
    return complain (NULL, error->message);
  if (options.version)
    {
      printf ("hvfs-convert " PACKAGE_VERSION "\n");
      return EXIT_SUCCESS;
    }
  files = hvfs_offline_files_new (
    options.directory != NULL ? options.directory : HVFS_OFFLINE_DIRECTORY,
    (const char *const *) options.datastores, &error);
  if (files == NULL)
    return complain (NULL, error->message);
  name = options.names != NULL && options.names[0] != NULL ? options.names[0] : "-";
  beside = strcmp (name, "-") == 0 ? g_strdup (".") : g_path_get_dirname (name);
  hvfs_offline_files_look (files, beside);
  if (convert_file (&options, hvfs_offline_files_get (files), name, &error))
    return EXIT_SUCCESS;
  return complain (shown_name (name), error->message);
}
