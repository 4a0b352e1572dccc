#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/words/test-readme.py - README.md's session on the demo's mount prints what it says

    test-readme.py README.md [--rewrite]

Run where mnt is the mount.  Lines of the section "The first ten minutes" that begin
with "    $ " are given to one bash, in order; what follows up to the next is what it
prints then, but for times.  --rewrite writes what is printed, to be reviewed as a diff.
"""
import re
import subprocess
import sys

HEADING = '## The first ten minutes\n'
END = '\x1eend of a command\x1e'
TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z')


def session(text):
    """The lines of the section, and where they are."""
    start = text.index(HEADING) + len(HEADING)
    end = text.index('\n## ', start)
    return start, end, text[start:end].splitlines(keepends=True)


def run(commands):
    script = ''.join(f'{command}\nprintf "{END}\\n"\n' for command in commands)
    done = subprocess.run(['bash', '-c', f'exec 2>&1\n{script}'], stdout=subprocess.PIPE, text=True, check=False)
    # As in an interactive shell.
    return re.sub('^bash: line [0-9]+: ', 'bash: ', done.stdout, flags=re.M).split(END + '\n')


def with_output(lines):
    """The lines with what the commands in them print now, and each command's old lines."""
    commands = [line[6:].rstrip('\n') for line in lines if line.startswith('    $ ')]
    printed = run(commands)
    new, skipping = [], False
    for line in lines:
        if line.startswith('    $ '):
            new.append(line)
            new += [f'    {text}\n' for text in printed.pop(0).splitlines()]
            skipping = True
        elif not (skipping and line.startswith('    ')):
            new.append(line)
            skipping = False
    return new


def main():
    path = sys.argv[1]
    with open(path, encoding='utf-8') as file:
        text = file.read()
    start, end, lines = session(text)
    new = with_output(lines)
    if '--rewrite' in sys.argv:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text[:start] + ''.join(new) + text[end:])
        return
    plain = [[TIME.sub('TIME', line) for line in some] for some in (lines, new)]
    for was, now in zip(*plain):
        if was != now:
            sys.exit(f'FAIL: README.md says {was!r}, but this is {now!r}\n' + ''.join(new))
    if len(lines) != len(new):
        sys.exit(f'FAIL: README.md has {len(lines)} lines, not {len(new)}\n' + ''.join(new))


main()
