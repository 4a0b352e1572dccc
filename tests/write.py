"""tests/write.py FILE LINE - writes the line with one write(2) and prints the name of the errno, or ok"""
import errno
import os
import sys

try:
    fd = os.open(sys.argv[1], os.O_WRONLY)
    os.write(fd, os.fsencode(sys.argv[2]))
    os.close(fd)
    print('ok')
except OSError as e:
    print(errno.errorcode[e.errno])
