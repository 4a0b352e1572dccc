# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/edit/test-edit-replaced.py - config.xml opened while another text is being renamed over it

   test-edit-replaced.py CONFIG.XML CONTROL-URL

The server has the new text already, and the rename waits for the server to show it: who opens
the file then is noted as a reader of the new text, so that this is what he must read, also
when he reads it after the rename, which has left the old text to the old inode.
"""
import errno
import json
import os
import platform
import sys
import threading

from simulator import control, until

config, url = sys.argv[1:]
OPENAT = {'x86_64': '257 ', 'aarch64': '56 '}[platform.machine()]


class Opener(threading.Thread):
    def run(self):
        self.tid = threading.get_native_id()
        self.fd = os.open(config, os.O_RDONLY)

    def waits(self):
        with open(f'/proc/self/task/{getattr(self, "tid", 0)}/syscall') as file:
            return file.read().startswith(OPENAT)


def is_waiting(opener):
    try:
        return opener.waits()
    except OSError:
        return False


def round_(number):
    text = open(config).read().replace('replaced %d<' % (number - 1), 'replaced %d<' % number)
    made = config + '.made'
    with open(made, 'w') as file:
        file.write(text)
    # The first is what the commit compares with, the second what it reads back.
    control(url, '/fail', what='slow', ms=60000, method='RetrievePropertiesEx', n=2, times=1)
    renamer = threading.Thread(target=os.rename, args=(made, config))
    renamer.start()
    until(lambda: sum(rule['hits'] for rule in json.loads(control(url, '/rules'))), 'the text is read back')
    opener = Opener()
    opener.start()
    until(lambda: is_waiting(opener), 'another opens it')
    control(url, '/heal')
    renamer.join()
    opener.join()
    got = os.read(opener.fd, 1 << 20).decode()
    os.close(opener.fd)
    if 'replaced %d<' % number not in got:
        sys.exit('round %d: who opened it meanwhile reads the old text' % number)
    if 'replaced %d<' % number not in open(config).read():
        sys.exit('round %d: it is not there' % number)


with open(config) as file:
    before = file.read()
with open(config, 'w') as file:
    file.write(before.replace('</uuid>', '</uuid>\n  <description>replaced 0</description>', 1))
for number in range(1, 6):
    round_(number)

# Opened as config.xml and emptied, cut or written when it has been put away: the backup is whole.
with open(config) as file:
    text = file.read()
backup = config + '.bak'
for act in (lambda fd: os.ftruncate(fd, 0), lambda fd: os.ftruncate(fd, 10),
            lambda fd: os.write(fd, b'x'), lambda fd: os.pwrite(fd, b'x', 10)):
    fd = os.open(config, os.O_WRONLY)
    os.rename(config, backup)
    try:
        act(fd)
        sys.exit('what was config.xml can be changed under its new name')
    except OSError as error:
        if error.errno != errno.ESTALE:
            raise
    os.close(fd)
    with open(backup) as file:
        if file.read() != text:
            sys.exit('the backup is another text')
    os.rename(backup, config)
    with open(config) as file:
        if file.read() != text:
            sys.exit('config.xml is another text')
