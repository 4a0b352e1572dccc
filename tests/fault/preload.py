# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/fault/preload.py - what preload.c is to do

    preload.py FILE [KEY=VALUE...]    makes the file, or changes it
    preload.py FILE KEY               prints a value
"""
import os
import struct
import sys

KEYS = ["allocations", "fail_at", "fail_all", "failed", "clock_s"]
SIZE = 8 * len(KEYS) + 64


class Preload:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.fstat(self.fd).st_size < SIZE:
            os.truncate(self.fd, SIZE)

    def __setitem__(self, key, value):
        if key == "address":
            os.pwrite(self.fd, value.encode().ljust(64, b"\0"), 8 * len(KEYS))
        else:
            os.pwrite(self.fd, struct.pack("q", int(value)), 8 * KEYS.index(key))

    def __getitem__(self, key):
        return struct.unpack("q", os.pread(self.fd, 8, 8 * KEYS.index(key)))[0]


def main():
    preload = Preload(sys.argv[1])
    for argument in sys.argv[2:]:
        key, equals, value = argument.partition("=")
        if equals:
            preload[key] = value
        else:
            print(preload[key])


if __name__ == "__main__":
    main()
