#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/mount/find-secret.py PID FILE - where the memory of PID that a core dump would hold
has the first line of FILE; prints each place, and fails if there is one
"""
import re
import sys


def dumped_mappings(pid):
    """Of each mapping that is written to: start and end, unless VmFlags has dd."""
    span = None
    with open(f"/proc/{pid}/smaps") as smaps:
        for line in smaps:
            header = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) .*?(\S*)$", line)
            if header:
                span = int(header[1], 16), int(header[2], 16), header[3], header[4]
            elif line.startswith("VmFlags:") and "w" in span[2] and " dd" not in line:
                yield span


def main(pid, path):
    with open(path, "rb") as file:
        secret = file.readline().rstrip(b"\n")
    found = False
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, _, name in dumped_mappings(pid):
            try:
                memory.seek(start)
                text = memory.read(end - start)
            except OSError:
                continue
            for match in re.finditer(re.escape(secret), text):
                print(f"{start + match.start():x} in {name}: "
                      f"{text[max(match.start() - 40, 0):match.end() + 20]!r}")
                found = True
    sys.exit(found)


main(*sys.argv[1:])
