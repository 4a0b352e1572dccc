#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/table.py - lines of a table that says what a mount does; for test-ops-table.py

sys.argv is MOUNTPOINT URL CONTROL-URL.  works () prints a command, run by bash in the
domain's directory, what is read back, and what another client of the server says;
fails () one that must fail, its errno, and the reason in the domain's file "error".  A
line that is not as it should be says so, and end () fails for it.
"""
import errno
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from types import SimpleNamespace

from pyVmomi import vim

import vc

LIMIT_S = 60
MNT, URL, CONTROL = sys.argv[1:4]
ERRNO_OF = {os.strerror(number): name for number, name in errno.errorcode.items()}
bad = 0


# ---- the server, by others ----

CONTENT = vc.connect(urllib.parse.urlparse(URL).netloc).RetrieveContent()
SERVER = SimpleNamespace(content=CONTENT) # asked for once
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def control(action, /, **values):
    query = urllib.parse.urlencode(values)
    OPENER.open(urllib.request.Request(f'{CONTROL}/{action}?{query}', method='POST')).read()


def find(name, kind=vim.ManagedEntity):
    for entity, props in vc.read(SERVER, kind, ['name']):
        if name in (props['name'], urllib.parse.unquote(props['name'])):
            return entity
    return None


def make_folder(datacenter, name):
    find(datacenter, vim.Datacenter).vmFolder.CreateFolder(name)
    await_path(f'by-folder/{datacenter}/{name}')


def words(value):
    """A value as one line."""
    if isinstance(value, (list, tuple)):
        return ' '.join(words(v) for v in value)
    if isinstance(value, vim.ManagedEntity):
        return value.name
    return '' if value is None else str(value)


def server_says(name, paths):
    """Properties of an entity, or gone; a path of None is no question."""
    obj = find(name)
    if obj is None:
        return 'gone'
    said = []
    for path in paths.split():
        value = obj
        for step in path.split('.'):
            value = None if value is None else value[int(step)] if step.isdigit() else getattr(value, step)
        said.append(words(value))
    return ' '.join(said)


# ---- the mount ----

def directory(name):
    return os.path.join(MNT, 'by-name', name.replace('%', '%25').replace('/', '%2f'))


def await_path(path):
    end_of_patience = time.monotonic() + LIMIT_S
    while not os.path.lexists(os.path.join(MNT, path)):
        if time.monotonic() > end_of_patience:
            sys.exit(f'FAIL: no {path} after {LIMIT_S} s')
        time.sleep(0.02)


def read_path(path):
    with open(os.path.join(MNT, path), encoding='utf-8') as file:
        return file.read().strip()


def bash_in(where, command):
    env = dict(os.environ, LC_ALL='C.UTF-8', MNT=MNT)
    return subprocess.run(['bash', '-c', 'cd -P "$1" && eval "$2"', 'bash', where, command],
                          capture_output=True, text=True, errors='replace', env=env, check=False)


def bash(name, command):
    return bash_in(directory(name), command)


def read(name, what):
    """What a file says, or of a command its output, on one line."""
    if what is None:
        return ''
    if ' ' not in what:
        try:
            with open(os.path.join(directory(name), what), encoding='utf-8', errors='replace') as file:
                return ' '.join(file.read().split())
        except OSError as e:
            return f'{what}: {e.strerror}'
    done = bash(name, what)
    return ' '.join((done.stdout if done.returncode == 0 else done.stderr).split())


# ---- the tables ----

def matches(got, wanted):
    return wanted is None or (re.fullmatch(wanted[1:], got) if wanted.startswith('~') else got == wanted)


def line(*columns, wrong=''):
    global bad
    cells = [' '.join(str(c).split()).replace('|', '\\|') for c in columns]
    print(' | '.join(cells) + (f'   <== {wrong}' if wrong else ''), flush=True)
    bad += bool(wrong)


def works(file, vm, command, reads=None, wanted=None, paths=None, said=None, new_name=None, of=None):
    """@reads: a file or a command; @wanted, @said: text, or ~REGEXP; @paths: pyVmomi's, of the machine or @of."""
    done = bash(vm, command)
    vm = new_name or vm
    got = read(vm, reads)
    other = server_says(of or vm, paths) if paths is not None else ''
    wrong = []
    if done.returncode != 0:
        wrong.append(f'{done.stderr.strip()}; error: {read(vm, "error")}')
    if not matches(got, wanted):
        wrong.append(f'read, not {wanted}')
    if not matches(other, said):
        wrong.append(f'pyVmomi, not {said}')
    shown = f'{reads}: {got}' if reads and reads != file else got
    line(file, command, shown, f'{paths}: {other}' if paths else '-', wrong='; '.join(wrong))


def fails(file, vm, command, code, text, error='error', before=None, **fault):
    """@before: what must still be read of the file; @fault: what the server is told to answer."""
    if fault:
        control('fail', what='fault', **fault)
    was, was_error = read(vm, before), read(vm, error)
    done = bash(vm, command)
    ends = [text.rsplit(': ', 1)[-1] for text in done.stderr.splitlines()]
    reason = next((ERRNO_OF[e] for e in ends if e in ERRNO_OF), done.stderr.strip() or 'success')
    said = read(vm, error)
    wrong = []
    if reason != code:
        wrong.append(f'not {code}')
    if text not in said:
        wrong.append(f'the text, not {text}')
    if read(vm, before) != was:
        wrong.append('it changed something')
    if fault:
        control('heal')
    line(file, command, reason, said.split(' ', 1)[-1] if said != was_error else '-', wrong='; '.join(wrong))


def end():
    sys.exit(1 if bad else 0)


def machines(prefix='DC0_H0_'):
    """Names of the machines called so, by their states, as the mount tells them."""
    chosen = {}
    for name in sorted(os.listdir(os.path.join(MNT, 'by-name'))):
        state, tools, template = (read(name, f) for f in ('state', 'tools', 'template'))
        key = 'template' if template == 'yes' else state
        if state == 'running' and 'running=guestToolsRunning' not in tools:
            key = 'no tools'
        if name.startswith(prefix):
            chosen.setdefault(key, []).append(name)
    return chosen
