/* backend/login/uri-params.h - what follows the "?" of a URI
 *
 * Exists so that a parameter is one row of one table: its name, and the function
 * that checks and keeps its value.  hvfs(1) has an entry for each.
 */
#pragma once

#include "backend/login/uri.h"

/**
 * hvfs_uri_parse_params:
 * @uri: filled in
 * @query: "name=value&name=value", percent-encoded
 *
 * @error: EINVAL; names the parameter, and never repeats the value of an unknown one
 */
gboolean hvfs_uri_parse_params (HvfsUri *uri, const char *query, GError **error);
