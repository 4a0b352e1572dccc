# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/simulator.py - the simulator's control port, and waiting, for tests in Python"""
import sys
import time
import urllib.parse
import urllib.request

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
READ = ("/rules", "/requests")


def control(url, path, /, **query):
    """@url: the port's; @path: "/heal"."""
    request = url + path + ("?" + urllib.parse.urlencode(query) if query else "")
    method = "GET" if path in READ else "POST"
    return OPENER.open(urllib.request.Request(request, method=method)).read()


def until(condition, what, limit=60, fail=sys.exit):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            fail("still not so after %d s: %s" % (limit, what))
        time.sleep(0.005)
