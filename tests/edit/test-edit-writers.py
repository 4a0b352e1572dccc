# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/edit/test-edit-writers.py - N writers of one machine, by random tools, against a model

   test-edit-writers.py DIRECTORY ROUNDS SEED VIM.PY URL NAME

Each writer reads and changes one line of config.xml, as tools do: description, memory,
vcpu, each of which a writer gives a value that no other gives. A writer beside them changes the machine through pyVmomi. What ended with 0
must be there at the end, unless a later one changed the same line; a text that is there
and that nobody wrote is a mixture.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

directory, rounds, seed, vim, url, name = sys.argv[1:]
rounds, seed = int(rounds), int(seed)
rng = random.Random(seed)
config = os.path.join(directory, 'config.xml')
scratch = tempfile.mkdtemp()

LINES = {'description': ('<description>', '[^<]*'),
         'memory': ("<memory unit='KiB'>", '[0-9]*'),
         'vcpu': ("<vcpu placement='static'>", '[0-9]*')}


def sh(script, *args):
    return subprocess.run(['bash', '-c', script, '-', *args], cwd=directory, capture_output=True).returncode


def sed(before, old, value):
    return f's@{before}{old}@{before}{value}@'


def by_sed(writer, script): return sh('exec sed -i "$1" config.xml', script)
def by_sed_bak(writer, script): return sh('sed -i.b$2 "$1" config.xml && rm -f config.xml.b$2', script, str(writer))
# It ends with 0 also where it could not open the file.
def by_perl(writer, script): return sh('exec perl -i -pe "\$n++; $1; END { \$? ||= !\$n }" config.xml', script)
def by_ed(writer, script): return sh('printf "%s\\nw\\nq\\n" "g/.*/$1" | ed -s config.xml', script)
# Where the file changed since it was read vim asks, finds nobody, and ends with 0 and nothing
# written, in any file system: what says that it has is the line after the one that writes.
def by_vim(writer, script): return sh('rm -f "$2.done"; printf "%s\\nw!\\nif &modified | cquit | endif\\ncall writefile([], \\"$2.done\\")\\nqa!\\n" "%$1" >"$2"; timeout 20 vim -es -n -u NONE -S "$2" config.xml && test -e "$2.done"', script, f'{scratch}/vim{writer}')
def by_tee(writer, script): return sh('sed "$1" config.xml >"$2" && tee config.xml <"$2" >/dev/null', script, f'{scratch}/tee{writer}')
def by_cp(writer, script): return sh('cp config.xml "$2" && sed -i "$1" "$2" && cp "$2" config.xml', script, f'{scratch}/cp{writer}')
def by_awk(writer, script): return sh('sed "$1" config.xml >new$2 && mv new$2 config.xml', script, str(writer))
def by_pipe(writer, script): return sh('cat config.xml | sed "$1" >new$2; mv new$2 config.xml', script, str(writer))


def by_replace(writer, script):
    return subprocess.run([sys.executable, '-c', '''
import os, re, sys, tempfile
_, before, value = sys.argv[1].split("@")[:3]
text = open("config.xml").read()
text = re.sub(before, value, text)
fd, made = tempfile.mkstemp(dir=".")
with os.fdopen(fd, "w") as f: f.write(text)
os.replace(made, "config.xml")''', script], cwd=directory, capture_output=True).returncode


def by_pyvmomi(writer, what, value):
    spec = {'description': {'annotation': value}, 'memory': {'memoryMB': int(value or 0) // 1024 if what == 'memory' else 0},
            'vcpu': {'numCPUs': int(value) if what == 'vcpu' else 0}}[what]
    import json
    return subprocess.run([sys.executable, vim, url, 'call', name, 'ReconfigVM_Task', json.dumps({'spec': spec})],
                          capture_output=True).returncode


TOOLS = [by_sed, by_sed_bak, by_perl, by_ed, by_vim, by_tee, by_cp, by_awk, by_pipe, by_replace]


def value_of(what, number):
    return {'description': f'text {number}', 'memory': str(1048576 + 4096 * number), 'vcpu': str(1 + number % 60)}[what]


def whole():
    """The text; after a sed -i.bak that was refused the file is back a moment later."""
    end = time.monotonic() + 30
    while True:
        try:
            with open(config) as file:
                return file.read()
        except FileNotFoundError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def shown(what):
    before, old = LINES[what]
    found = re.search(before + '(' + old + ')<', whole())
    return found.group(1) if found else ''


def main():
    counts = {}
    number = 0
    for tool in TOOLS:
        number += 1
        status = tool(0, sed(*LINES['description'], f'text {number}'))
        if status != 0 or shown('description') != f'text {number}':
            sys.exit(f'{tool.__name__} alone: status {status}, {shown("description")!r}')
    for round_ in range(rounds):
        results, threads = [], []
        wanted_lines = rng.sample(list(LINES), 3) if rng.random() < 0.7 else [rng.choice(list(LINES)) for _ in range(3)]
        start = {what: shown(what) for what in LINES}
        jobs = []
        for writer, what in enumerate(wanted_lines):
            number += 1
            value = value_of(what, number)
            if writer == 2 and rng.random() < 0.2 and what != 'description':
                jobs.append((by_pyvmomi, what, value, (writer, what, value)))
            else:
                before, old = LINES[what]
                jobs.append((rng.choice(TOOLS), what, value, (writer, sed(before, old, value))))

        def run(job):
            status = job[0](*job[3])
            results.append((job[0].__name__, job[1], job[2], status))

        for job in jobs:
            thread = threading.Thread(target=run, args=(job,))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()
        for what in LINES:
            good = [r for r in results if r[1] == what and r[3] == 0]
            tried = [r for r in results if r[1] == what]
            now = shown(what)
            if good and now not in [r[2] for r in good]:
                sys.exit(f'seed {seed}, round {round_}: {what} is {now!r}, it was {start[what]!r}, of {results}')
            if not good and now != start[what] and now not in [r[2] for r in tried]:
                sys.exit(f'seed {seed}, round {round_}: nobody wrote {what} {now!r}: {results}')
        for tool, _, _, status in results:
            ok, all_ = counts.get(tool, (0, 0))
            counts[tool] = (ok + (status == 0), all_ + 1)
        for left in os.listdir(directory):
            if re.match('new|tmp|sed|config.xml[.~]', left):
                os.unlink(os.path.join(directory, left))
    print(f'seed {seed}: {rounds} rounds; with 0 / of: ' +
          ', '.join(f'{tool[3:]} {ok}/{all_}' for tool, (ok, all_) in sorted(counts.items())))
    shutil.rmtree(scratch)


main()
