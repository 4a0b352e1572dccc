/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/uri-params.h - what a URI says, and what follows its "?"
 *
 * Exists so that a parameter is one row of one table: its name, and the function
 * that checks and keeps its value.  hvfs(1) has an entry for each.
 */
#pragma once

#include <glib.h>

typedef enum { HVFS_URI_ESX, HVFS_URI_GSX, HVFS_URI_VPX } HvfsUriType;
typedef enum { HVFS_AUTO_ANSWER_NO, HVFS_AUTO_ANSWER_YES, HVFS_AUTO_ANSWER_ASK } HvfsAutoAnswer;

/* Immutable once parsed; strings are owned by it. */
typedef struct
{
  gatomicrefcount refs;
  HvfsUriType type;
  char *username;         /* nullable */
  char *host;             /* without the brackets of an IPv6 literal */
  guint port;             /* the default of type and transport filled in */
  char **path;            /* percent-decoded components, none empty; may have none */
  gboolean http;          /* transport=http */
  char *vcenter;          /* nullable; "*": the one that manages the host */
  gboolean no_verify;
  char *cacert;           /* nullable; absolute */
  char *pin;              /* nullable; "sha256//..." */
  HvfsAutoAnswer auto_answer;
  char *proxy;            /* nullable; as curl takes it: "socks5://host:1080" */
  char *authfile;         /* nullable; absolute */
  gboolean legacy_tls;    /* not in the text: an option of the mount (http.h) */
} HvfsUri;

/**
 * hvfs_uri_parse_params:
 * @uri: filled in
 * @query: "name=value&name=value", percent-encoded
 *
 * @error: EINVAL; names the parameter, and never repeats the value of an unknown one
 */
gboolean hvfs_uri_parse_params (HvfsUri *uri, const char *query, GError **error);
