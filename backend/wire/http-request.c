/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-request.c - see http-request.h */
#include "backend/wire/http-request.h"

void
hvfs_http_reply_clear (HvfsHttpReply *reply)
{
  g_clear_pointer (&reply->location, g_free);
  g_clear_pointer (&reply->range, g_free);
}
