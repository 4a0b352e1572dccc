/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/xml-error.h - what libxml2 hands to a handler of its errors
 *
 * Exists because it is const from libxml2 2.12 on, and a handler's type must be exact.
 */
#pragma once

#include <libxml/xmlversion.h>
#include <libxml/xmlerror.h>

#if LIBXML_VERSION >= 21200
typedef const xmlError HvfsXmlError;
#else
typedef xmlError HvfsXmlError;
#endif
