/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/options.h - the command line */
#pragma once

#include <fuse_lowlevel.h>
#include <glib.h>

typedef struct
{
  char *uri;
  char *source;          /* what the mount table shows: the URI, or the name in hvfs.conf */
  char *mountpoint;
  gboolean all;          /* every group of hvfs.conf, below @mountpoint; no @uri */
  gboolean foreground;
  gboolean debug;
  gboolean help;
  gboolean version;
  char *username;        /* nullable */
  char *password_file;   /* nullable */
  char *vcenter_username;      /* nullable */
  char *vcenter_password_file; /* nullable */
  gboolean legacy_tls;
  gboolean content;      /* bulk content is in the tree */
  gboolean allow_delete; /* ... and may be removed and overwritten */
  char *spool;           /* nullable: the default */
  uid_t uid;             /* whose the files are */
  gid_t gid;
  mode_t umask;          /* HVFS_NO_UMASK: the modes are as they are */
  guint timeout_s;
  guint cache_mib;
  struct fuse_args fuse; /* what libfuse is told */
} HvfsOptions;

/**
 * hvfs_options_parse:
 *
 * Reads hvfs.conf where the first argument is no URI, and GOVC_URL where it is the only one.
 *
 * @error: EINVAL, naming what is wrong
 */
gboolean hvfs_options_parse (HvfsOptions *options, int argc, char **argv, GError **error);

/* One of those that a command line with --all is for: the group @name, mounted at its name in
 * the directory. */
gboolean hvfs_options_parse_group (HvfsOptions *options, const char *name, int argc, char **argv,
                                   GError **error);
void hvfs_options_clear (HvfsOptions *options);

/* To stdout. */
void hvfs_options_print_help (void);
