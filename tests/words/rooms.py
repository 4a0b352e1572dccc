# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/words/rooms.py SOURCE BUILD - whether the house has no circle

A room is a folder with sources.  A file is a .c and the .h of its name.  It uses another
one if it includes its header, or if it calls one of its functions or reads one of its
tables, which the linker's symbols say.  Floors only use lower floors; no files, and no
rooms of a floor, use each other in a circle.  ARCHITECTURE.md has a row for each room.
"""
import os
import re
import subprocess
import sys

FLOORS = ('convert', 'backend', 'fs')


def sources(top):
    for floor in FLOORS:
        for folder, _, names in os.walk(os.path.join(top, floor)):
            for name in names:
                if name.endswith(('.c', '.h')):
                    yield os.path.relpath(os.path.join(folder, name), top)


def includes(top):
    """(file, used file): by #include"""
    for path in sources(top):
        with open(os.path.join(top, path), encoding='utf-8') as text:
            for used in re.findall(r'^#include "([a-z]+/[^"]+)\.h"', text.read(), re.M):
                yield path[:-2], used


def calls(build, files):
    """(file, used file): by what the linker resolves"""
    defined, wanted = {}, []
    objects = {os.path.join(build, file + '.o'): file for file in files}
    built = [name for name in objects if os.path.exists(name)]
    for line in subprocess.check_output(['nm', '-P', '-A', *built], text=True).splitlines():
        name, symbol, kind = line.split()[:3]
        file = objects[name[:-1]]
        if kind == 'U':
            wanted.append((file, symbol))
        elif kind.isupper():
            defined.setdefault(symbol, file)
    for file, symbol in wanted:
        if symbol in defined:
            yield file, defined[symbol]


def circles(graph):
    """the sets of nodes that reach each other (Tarjan)"""
    number, low, stack, found = {}, {}, [], []

    def visit(node):
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in number:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], number[other])
        if low[node] == number[node]:
            circle = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(circle) > 1:
                found.append(sorted(circle))

    sys.setrecursionlimit(5000)
    for node in sorted(graph):
        if node not in number:
            visit(node)
    return found


def main(top, build):
    files = sorted({path[:-2] for path in sources(top)})
    uses = {(a, b) for a, b in [*includes(top), *calls(build, files)] if a != b}
    bad = []
    if len(uses) < len(files):
        bad.append(f'only {len(uses)} uses among {len(files)} files: is {build} built?')
    by_file, by_room = {}, {}
    for a, b in uses:
        by_file.setdefault(a, set()).add(b)
        if FLOORS.index(a.split('/')[0]) < FLOORS.index(b.split('/')[0]):
            bad.append(f'{a} uses {b}, of a higher floor')
        if os.path.dirname(a) != os.path.dirname(b):
            by_room.setdefault(os.path.dirname(a), set()).add(os.path.dirname(b))
    bad += [f'files in a circle: {" ".join(c)}' for c in circles(by_file)]
    # What stands beside a floor's rooms (fs/fs.h, fs/main.c) is in none of them.
    rooms = {a: {b for b in used if b not in FLOORS} for a, used in by_room.items() if a not in FLOORS}
    bad += [f'rooms in a circle: {" ".join(c)}' for c in circles(rooms)]
    with open(os.path.join(top, 'ARCHITECTURE.md'), encoding='utf-8') as text:
        page = text.read()
    bad += [f'ARCHITECTURE.md has no row for {room}/' for room in sorted({os.path.dirname(f) for f in files})
            if f'`{room}/`' not in page]
    print('\n'.join(bad))
    return bool(bad)


sys.exit(main(*sys.argv[1:]))
