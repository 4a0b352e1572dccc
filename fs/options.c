/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/options.c - the command line
 *
 * Exists to take what a user types, what mount(8) passes on for a line of fstab,
 * and nothing else: an option that is not known is an error that names it.
 */
#include "fs/options.h"

#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/vmconfig/vmconfig.h"
#include "convert/error.h"
#include "fs/conf.h"
#include "fs/fs.h"
#include "fs/govc.h"

#define DEFAULT_TIMEOUT_S 30
#define MAX_TIMEOUT_S 3600
#define DEFAULT_CACHE_MIB (HVFS_CONFIG_BUDGET >> 20)
#define MAX_CACHE_MIB (64 * 1024)

enum { KEY_KEEP, KEY_IGNORE, KEY_TIMEOUT, KEY_CACHE, KEY_UID, KEY_GID, KEY_UMASK };

#define OPTION(template, member) { template, offsetof (HvfsOptions, member), 1 }

static const struct fuse_opt table[] = {
  OPTION ("-f", foreground),
  OPTION ("-d", debug),
  OPTION ("debug", debug),
  OPTION ("--all", all),
  OPTION ("-h", help),
  OPTION ("--help", help),
  OPTION ("-V", version),
  OPTION ("--version", version),
  { "username=%s", offsetof (HvfsOptions, username), 0 },
  { "password_file=%s", offsetof (HvfsOptions, password_file), 0 },
  { "vcenter_username=%s", offsetof (HvfsOptions, vcenter_username), 0 },
  { "vcenter_password_file=%s", offsetof (HvfsOptions, vcenter_password_file), 0 },
  OPTION ("legacy_tls", legacy_tls),
  OPTION ("content", content),
  OPTION ("allow_delete", allow_delete),
  { "spool=%s", offsetof (HvfsOptions, spool), 0 },
  FUSE_OPT_KEY ("timeout=", KEY_TIMEOUT),
  FUSE_OPT_KEY ("cache=", KEY_CACHE),
  FUSE_OPT_KEY ("uid=", KEY_UID),
  FUSE_OPT_KEY ("gid=", KEY_GID),
  FUSE_OPT_KEY ("umask=", KEY_UMASK),
  /* For libfuse. */
  FUSE_OPT_KEY ("ro", KEY_KEEP),
  FUSE_OPT_KEY ("rw", KEY_KEEP),
  FUSE_OPT_KEY ("allow_other", KEY_KEEP),
  FUSE_OPT_KEY ("auto_unmount", KEY_KEEP),
  FUSE_OPT_KEY ("suid", KEY_KEEP),
  FUSE_OPT_KEY ("nosuid", KEY_KEEP),
  FUSE_OPT_KEY ("dev", KEY_KEEP),
  FUSE_OPT_KEY ("nodev", KEY_KEEP),
  FUSE_OPT_KEY ("exec", KEY_KEEP),
  FUSE_OPT_KEY ("noexec", KEY_KEEP),
  FUSE_OPT_KEY ("atime", KEY_KEEP),
  FUSE_OPT_KEY ("noatime", KEY_KEEP),
  FUSE_OPT_KEY ("async", KEY_KEEP),
  FUSE_OPT_KEY ("sync", KEY_KEEP),
  /* For mount(8) and systemd, which pass some of them on. */
  FUSE_OPT_KEY ("_netdev", KEY_IGNORE),
  FUSE_OPT_KEY ("nofail", KEY_IGNORE),
  FUSE_OPT_KEY ("auto", KEY_IGNORE),
  FUSE_OPT_KEY ("noauto", KEY_IGNORE),
  FUSE_OPT_KEY ("defaults", KEY_IGNORE),
  FUSE_OPT_KEY ("relatime", KEY_IGNORE),
  FUSE_OPT_KEY ("user", KEY_IGNORE),
  FUSE_OPT_KEY ("user=", KEY_IGNORE),
  FUSE_OPT_KEY ("users", KEY_IGNORE),
  FUSE_OPT_KEY ("nouser", KEY_IGNORE),
  FUSE_OPT_KEY ("owner", KEY_IGNORE),
  FUSE_OPT_KEY ("group", KEY_IGNORE),
  FUSE_OPT_KEY ("x-", KEY_IGNORE),
  FUSE_OPT_KEY ("comment=", KEY_IGNORE),
  FUSE_OPT_END
};

typedef struct
{
  HvfsOptions options; /* the first: the table's offsets are into it */
  GError *error;
} Parse;

/* @arg: "NAME=VALUE".  Not by libfuse's own %u, which takes "-1" and complains in a line of
 * its own. */
static void
take_number (Parse *parse, const char *arg, const char *unit, guint least, guint most,
             guint *ret_number)
{
  const char *value = strchr (arg, '=') + 1;
  guint64 number;

  if (g_ascii_string_to_unsigned (value, 10, least, most, &number, NULL))
    *ret_number = (guint) number;
  else
    g_set_error (&parse->error, HVFS_ERROR, EINVAL, "%.*s'%s': must be a number of %s, %u to %u",
                 (int) (value - arg), arg, value, unit, least, most);
}

/* A number, or the name of a user or a group.  @known: what the name says, NULL if nothing */
static void
take_id (Parse *parse, const char *arg, const char *what, const id_t *known, id_t *ret_id)
{
  const char *value = strchr (arg, '=') + 1;
  guint64 number;

  if (known != NULL)
    *ret_id = *known;
  else if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32 - 1, &number, NULL))
    *ret_id = (id_t) number;
  else
    g_set_error (&parse->error, HVFS_ERROR, EINVAL, "%s: no such %s; give a name or a number",
                 arg, what);
}

static void
take_umask (Parse *parse, const char *arg)
{
  const char *value = strchr (arg, '=') + 1;
  char *end;
  guint64 mask = g_ascii_strtoull (value, &end, 8);

  if (g_ascii_isdigit (*value) && *end == '\0' && mask <= 0777)
    parse->options.umask = (mode_t) mask;
  else
    g_set_error (&parse->error, HVFS_ERROR, EINVAL,
                 "umask='%s': must be an octal number, 000 to 777", value);
}

static int
take (void *data, const char *arg, int key, struct fuse_args *out)
{
  Parse *parse = data;

  if (key == KEY_KEEP || parse->error != NULL)
    return 1;
  if (key == KEY_IGNORE || g_str_has_prefix (arg, "x-"))
    return 0;
  if (key == KEY_TIMEOUT)
    take_number (parse, arg, "seconds", 1, MAX_TIMEOUT_S, &parse->options.timeout_s);
  else if (key == KEY_CACHE)
    take_number (parse, arg, "MiB", 0, MAX_CACHE_MIB, &parse->options.cache_mib);
  else if (key == KEY_UID)
    {
      const struct passwd *user = getpwnam (strchr (arg, '=') + 1);

      take_id (parse, arg, "user", user != NULL ? &user->pw_uid : NULL, &parse->options.uid);
    }
  else if (key == KEY_GID)
    {
      const struct group *group = getgrnam (strchr (arg, '=') + 1);

      take_id (parse, arg, "group", group != NULL ? &group->gr_gid : NULL, &parse->options.gid);
    }
  else if (key == KEY_UMASK)
    take_umask (parse, arg);
  else if (key == FUSE_OPT_KEY_OPT && g_str_equal (arg, "remount"))
    g_set_error (&parse->error, HVFS_ERROR, EINVAL,
                 "a mount cannot be changed; unmount it, then mount it anew");
  else if (key == FUSE_OPT_KEY_OPT)
    g_set_error (&parse->error, HVFS_ERROR, EINVAL,
                 "unknown option '%s'; hvfs --help lists those there are", arg);
  else if (parse->options.uri == NULL)
    parse->options.uri = g_strdup (arg);
  else if (parse->options.mountpoint == NULL)
    parse->options.mountpoint = g_strdup (arg);
  else
    g_set_error (&parse->error, HVFS_ERROR, EINVAL,
                 "one argument too many: '%s'; a URI and a mount point are enough", arg);
  return 0;
}

/* A script's unset variable is no user, no file, and not the directory it runs in. */
static gboolean
check (const HvfsOptions *options, GError **error)
{
  const struct { const char *name, *value; } texts[] = {
    { "username", options->username },
    { "password_file", options->password_file },
    { "vcenter_username", options->vcenter_username },
    { "vcenter_password_file", options->vcenter_password_file },
    { "spool", options->spool },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].value != NULL && *texts[i].value == '\0')
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "%s='': must be a name", texts[i].name);
        return FALSE;
      }
  if (options->all && (options->uri == NULL || options->mountpoint != NULL))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "--all wants one directory: hvfs [options] --all DIR");
      return FALSE;
    }
  if (options->all
      || (options->uri != NULL && options->mountpoint != NULL && *options->mountpoint != '\0'))
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL, "%s is missing: hvfs [options] URI MOUNTPOINT",
               options->uri == NULL ? "the URI" : "the mount point");
  return FALSE;
}

/* libfuse takes a backslash away from what follows it, or reads three digits behind it as one
 * character: from "username=CORP\admin" too.  Here it escapes a comma and itself, and else
 * stands for itself.  (transfer full) */
static char *
dup_escaped (const char *list)
{
  GString *escaped = g_string_new (NULL);

  for (const char *p = list; *p != '\0'; p++)
    {
      g_string_append_c (escaped, *p);
      if (*p == '\\')
        g_string_append_c (escaped, p[1] == ',' || p[1] == '\\' ? *++p : '\\');
    }
  return g_string_free (escaped, FALSE);
}

/* The arguments, with the lists of -o as libfuse reads them.  (transfer full) */
static char **
dup_arguments (int argc, char **argv)
{
  char **copy = g_new0 (char *, argc + 1);
  gboolean list = FALSE, end = FALSE;

  for (int i = 0; i < argc; i++)
    {
      gboolean joined = !list && !end && g_str_has_prefix (argv[i], "-o") && argv[i][2] != '\0';

      copy[i] = list || joined ? dup_escaped (argv[i]) : g_strdup (argv[i]);
      end |= !list && strcmp (argv[i], "--") == 0;
      list = !list && !end && strcmp (argv[i], "-o") == 0;
    }
  return copy;
}

static gboolean
parse_arguments (HvfsOptions *options, int argc, char **argv, GError **error)
{
  g_auto (GStrv) copy = dup_arguments (argc, argv);
  Parse parse = { .options = { .uid = getuid (),
                               .gid = getgid (),
                               .umask = HVFS_NO_UMASK,
                               .timeout_s = DEFAULT_TIMEOUT_S,
                               .cache_mib = DEFAULT_CACHE_MIB } };
  struct fuse_args args = FUSE_ARGS_INIT (argc, copy);

  /* libfuse says so too, in a line of its own. */
  if (argc > 1 && g_str_equal (argv[argc - 1], "-o"))
    g_set_error (&parse.error, HVFS_ERROR, EINVAL,
                 "-o is the last argument: write an option after it");
  else if (fuse_opt_parse (&args, &parse, table, take) != 0 && parse.error == NULL)
    g_set_error (&parse.error, HVFS_ERROR, EINVAL, "the options cannot be read: see hvfs(1)");
  *options = parse.options;
  options->fuse = args;
  if (parse.error != NULL)
    g_propagate_error (error, parse.error);
  return parse.error == NULL;
}

/* The command line anew, with the group's options before it, which it may contradict. */
static gboolean
apply_group (HvfsOptions *options, const HvfsConfGroup *group, int argc, char **argv,
             GError **error)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  g_ptr_array_add (args, argv[0]);
  if (group->options != NULL && *group->options != '\0')
    {
      g_ptr_array_add (args, (char *) "-o");
      g_ptr_array_add (args, group->options);
    }
  for (int i = 1; i < argc; i++)
    g_ptr_array_add (args, argv[i]);
  hvfs_options_clear (options);
  if (!parse_arguments (options, (int) args->len, (char **) args->pdata, error))
    return FALSE;
  options->source = options->uri;
  options->uri = g_strdup (group->uri);
  if (options->mountpoint == NULL)
    options->mountpoint = g_strdup (group->mountpoint);
  return TRUE;
}

/* The only argument is the mount point then. */
static gboolean
apply_govc (HvfsOptions *options, GError **error)
{
  const char *password_file;
  char *uri;

  if (!hvfs_govc_find (&uri, &password_file, error))
    return FALSE;
  if (uri == NULL)
    return TRUE;
  options->mountpoint = options->uri;
  options->uri = uri;
  if (options->password_file == NULL && password_file != NULL)
    options->password_file = strdup (password_file);
  return TRUE;
}

static gboolean
find_uri (HvfsOptions *options, int argc, char **argv, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (HvfsConfGroup) group = NULL;

  if (options->all || options->uri == NULL || strstr (options->uri, "://") != NULL)
    return TRUE;
  group = hvfs_conf_lookup (options->uri, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (group != NULL)
    return apply_group (options, group, argc, argv, error);
  return options->mountpoint != NULL || apply_govc (options, error);
}

gboolean
hvfs_options_parse (HvfsOptions *options, int argc, char **argv, GError **error)
{
  if (!parse_arguments (options, argc, argv, error))
    return FALSE;
  if (options->help || options->version)
    return TRUE;
  if (!find_uri (options, argc, argv, error) || !check (options, error))
    return FALSE;
  if (options->all)
    options->mountpoint = g_steal_pointer (&options->uri);
  else if (options->source == NULL)
    options->source = g_strdup (options->uri);
  return TRUE;
}

gboolean
hvfs_options_parse_group (HvfsOptions *options, const char *name, int argc, char **argv,
                          GError **error)
{
  g_autoptr (HvfsConfGroup) group = hvfs_conf_lookup (name, error);

  if (group == NULL || !parse_arguments (options, argc, argv, error)
      || !apply_group (options, group, argc, argv, error))
    return FALSE;
  options->all = FALSE;
  g_free (options->mountpoint);
  options->mountpoint = g_build_filename (options->source, name, NULL);
  g_free (options->source);
  options->source = g_strdup (name);
  return check (options, error);
}

void
hvfs_options_clear (HvfsOptions *options)
{
  g_free (options->uri);
  g_free (options->source);
  g_free (options->mountpoint);
  free (options->username); /* fuse_opt_parse's */
  free (options->password_file);
  free (options->vcenter_username);
  free (options->vcenter_password_file);
  free (options->spool);
  fuse_opt_free_args (&options->fuse);
  *options = (HvfsOptions){ 0 };
}

void
hvfs_options_print_help (void)
{
  printf (
    "Usage: hvfs [options] URI MOUNTPOINT\n"
    "       hvfs [options] NAME [MOUNTPOINT]    a group of hvfs.conf\n"
    "       hvfs [options] --all DIR            each of them, at DIR/NAME\n"
    "       hvfs [options] MOUNTPOINT           the vCenter that $GOVC_URL names\n"
    "\n"
    "Mounts a vCenter, ESX or GSX server as a tree of datacenters, clusters, hosts\n"
    "and domains.  URI is vpx://, esx:// or gsx://[USER@]HOST[:PORT]/[PATH][?NAME=VALUE&...]\n"
    "\n"
    "    -f                      stay in the foreground, log to stderr\n"
    "    -d, -o debug            the same, and log everything\n"
    "    --all                   mount every group of hvfs.conf\n"
    "    -h, --help              show this help\n"
    "    -V, --version           show the version\n"
    "    -o ro                   refuse every change\n"
    "    -o allow_other          let other users in, by the files' modes\n"
    "    -o uid=USER             whose the files are (default: who mounts)\n"
    "    -o gid=GROUP            which group's the files are\n"
    "    -o umask=OCTAL          what the modes lose, and nothing else: 002 lets a group write\n"
    "    -o auto_unmount         unmount also when hvfs is killed\n"
    "    -o username=NAME        who logs in, unless the URI says\n"
    "    -o password_file=FILE   where the password is\n"
    "    -o vcenter_username=NAME\n"
    "                            who logs in to the vCenter that vcenter= names\n"
    "    -o vcenter_password_file=FILE\n"
    "                            where the password for that is\n"
    "    -o legacy_tls           speak TLS 1.0, too, for servers before 6.0\n"
    "    -o timeout=SECONDS      how soon a lost server is noticed (default %d)\n"
    "    -o cache=MIB            memory for configurations and transfers (default %d)\n"
    "    -o content              show the files of datastores, too\n"
    "    -o allow_delete         let these be removed and overwritten\n"
    "    -o spool=DIR            where files are that are being written (default /var/tmp)\n"
    "\n"
    "Without a password file the password comes from $HVFS_PASSWORD_FILE, systemd's\n"
    "credential hvfs-password, libvirt's auth.conf, or is asked for.  To unmount:\n"
    "fusermount3 -u MOUNTPOINT.  See hvfs(1) and hvfs(5).\n",
    DEFAULT_TIMEOUT_S, DEFAULT_CACHE_MIB);
}
