# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes with one write(2) each, and prints the name of the errno, or ok

    write.py FILE LINE          one
    write.py LINE FILE FILE...  all of them at once, each on a thread of its own
"""
import errno
import os
import sys


def write(path, line):
    try:
        fd = os.open(path, os.O_WRONLY)
        os.write(fd, os.fsencode(line))
        os.close(fd)
        return 'ok'
    except OSError as e:
        return errno.errorcode[e.errno]


if len(sys.argv) == 3:
    results = [write(sys.argv[1], sys.argv[2])]
else:
    # Half of the time that a single one takes would go into this.
    from concurrent.futures import ThreadPoolExecutor
    line, *paths = sys.argv[1:]
    with ThreadPoolExecutor(len(paths)) as pool:
        results = list(pool.map(lambda path: write(path, line), paths))
print('\n'.join(results))
sys.exit(len(sys.argv) > 3 and any(r != 'ok' for r in results))
