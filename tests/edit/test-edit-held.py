# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/edit/test-edit-held.py - what others see of a file while a writer has emptied it

   test-edit-held.py FILE OLD NEW

A writer opens FILE with O_TRUNC, writes half of its text, in which OLD is NEW, and holds
it. After each of its steps others have the whole text of the server: who had it open or
mapped before, and who comes now, by every way in which the kernel gives bytes away. What
it has written it sees itself, and all do when it is closed.
"""
import mmap
import os
import subprocess
import sys
import tempfile

path, old, new = sys.argv[1:]
old, new = old.encode(), new.encode()
scratch = tempfile.mkdtemp()
copy = os.path.join(scratch, 'copy')
failures = []


class Writer:
    """Another process, which runs one statement at a time."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, '-u', '-c', '''
import os, sys
path = sys.argv[1]
for line in sys.stdin:
    try:
        exec(line)
        print("done")
    except OSError as e:
        print(e)
    except AssertionError:
        print(line.strip())''', path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, statement):
        self.process.stdin.write(statement + '\n')
        self.process.stdin.flush()
        said = self.process.stdout.readline().strip()
        if said != 'done':
            failures.append(f'{path}: {statement[:60]}: {said}')


def by_sendfile(fd, size):
    with open(copy, 'wb') as out:
        at = 0
        while (n := os.sendfile(out.fileno(), fd, at, size)) > 0:
            at += n
    return open(copy, 'rb').read()


def by_program(*command):
    return subprocess.run(command, stdout=subprocess.PIPE).stdout


def by_cp():
    subprocess.run(['cp', path, copy], check=True)
    return open(copy, 'rb').read()


# In a process of its own, which SIGBUS ends.
MAPPER = '''
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
at = mmap.mmap(fd, os.fstat(fd).st_size, mmap.MAP_PRIVATE, mmap.PROT_READ)
print("mapped", flush=True)
for line in sys.stdin:
    sys.stdout.buffer.write(at[:])
    sys.stdout.flush()
'''


class Mapper:
    def __init__(self):
        self.process = subprocess.Popen([sys.executable, '-c', MAPPER, path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b'mapped\n'

    def read(self):
        self.process.stdin.write(b'\n')
        return self.process.communicate()[0]


def look(step, text, fd, mapper, is_told=True):
    def check(what, got):
        if got != text:
            failures.append(f'{path}: {step}: {what} gives {len(got)} bytes, and {len(text)} are there')

    # Those who were there before come first: they ask for no attributes.
    if is_told:
        check('sendfile of one opened before', by_sendfile(fd, 1 << 20))
        check('a read of one opened before', os.pread(fd, 1 << 20, 0))
    mapped = mapper.read()
    if is_told:
        check('one mapped before', mapped)
    if os.stat(path).st_size != len(text):
        failures.append(f'{path}: {step}: stat says {os.stat(path).st_size}, and {len(text)} are there')
    check('cat', by_program('cat', path))
    check('cp', by_cp())
    check('tar', by_program('sh', '-c', 'tar -chf - "$1" 2>/dev/null | tar -xOf -', '-', path))
    check('mmap', Mapper().read())
    with open(path, 'rb') as file:
        check('a read', file.read())
        check('sendfile', by_sendfile(file.fileno(), 1 << 20))


def main():
    with open(path, 'rb') as file:
        text = file.read()
    wanted = text.replace(old, new)
    if wanted == text:
        sys.exit(f'{path}: {old!r} is not there')
    writer = Writer()
    half = len(wanted) // 2
    steps = ['fd = os.open(path, os.O_RDWR | os.O_TRUNC)',
             'assert os.fstat(fd).st_size in (0, %d)' % len(text),
             'assert os.read(fd, 100) == b""',
             'os.write(fd, %r)' % wanted[:half],
             'os.fstat(fd)',
             'assert os.pread(fd, 1 << 20, 0) == %r' % wanted[:half],
             'os.ftruncate(fd, %d)' % (half // 2),
             'assert os.lseek(fd, 0, os.SEEK_END) == %d' % (half // 2)]
    for step in steps:
        fd, mapper = os.open(path, os.O_RDONLY), Mapper()
        os.fstat(fd)
        writer.run(step)
        # Who seeks to its end has the kernel take his size for everybody's, until one asks.
        look(step[:40], text, fd, mapper, 'SEEK_END' not in step)
        os.close(fd)
    writer.run('os.pwrite(fd, %r, %d)' % (wanted[half // 2:], half // 2))
    writer.run('os.close(fd)')
    with open(path, 'rb') as file:
        shown = file.read()  # of config.xml, in the server's own way
        if new not in shown or old in shown or (b'<domain' not in text and shown != wanted):
            failures.append(f'{path}: after the close it is not what was written')
    if os.stat(path).st_size != len(shown):
        failures.append(f'{path}: after the close its size is {os.stat(path).st_size}')
    # Whoever appends does so at the end of what he has written, whatever others see.
    writer.run('fd = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_APPEND)')
    look('emptied to append', shown, os.open(path, os.O_RDONLY), Mapper())
    writer.run('os.write(fd, %r); os.write(fd, %r); os.close(fd)' % (text[:half], text[half:]))
    if old not in open(path, 'rb').read():
        failures.append(f'{path}: what was appended to the emptied file is not there')
    if failures:
        sys.exit('\n'.join(failures))


main()
