#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/truth/test-truth-race.sh - who reads a file while it changes gets one text or the other,
# whole; and who goes back to its beginning gets the present one
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires "$PYTHON"

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
d=$mnt/by-name/DC0_H0_VM0

# A reader whom a signal interrupts is told that, so that it tries again; "cancelled" would be an error.
control POST "/fail?what=slow&method=RetrievePropertiesEx&ms=60000" >/dev/null
"$PYTHON" - "$mnt/by-name/DC0_C0_RP0_VM0/config.xml" "$vcsim_control" <<'END'
import json, os, signal, sys, time, urllib.request
web = urllib.request.build_opener(urllib.request.ProxyHandler({}))
signals = 0
def count(*_):
    global signals
    signals += 1
signal.signal(signal.SIGUSR1, count)
reader = os.getpid()
other = os.fork()
if other == 0:
    while not any(rule["hits"] for rule in json.load(web.open(sys.argv[2] + "/rules"))):
        time.sleep(0.02)
    web.open(sys.argv[2] + "/heal", b"")
    while os.getppid() == reader:
        os.kill(reader, signal.SIGUSR1)
        time.sleep(0.5)
    os._exit(0)
text = open(sys.argv[1]).read()
os.kill(other, signal.SIGKILL)
assert signals and text.endswith("</domain>\n"), (signals, text)
END
"$PYTHON" - "$d" "${FLIPS:-150}" <<'END'
import os, re, signal, subprocess, sys

READER = """
import os, signal, sys
go_on = True
def stop(*_):
    global go_on
    go_on = False
signal.signal(signal.SIGUSR1, stop)
print(flush=True)
seen = {}
while go_on:
    file = os.open(sys.argv[1], os.O_RDONLY)
    text = b"".join(iter(lambda: os.read(file, 65536), b""))
    os.close(file)
    seen[text] = seen.get(text, 0) + 1
print(sorted(seen.items()))
"""
def race(path, is_whole, change):
    readers = [subprocess.Popen([sys.executable, "-c", READER, path], stdout=subprocess.PIPE, text=True)
               for _ in range(3)]
    for reader in readers:
        reader.stdout.readline()
    for n in range(flips):
        change(n)
    bad, total, texts = [], 0, set()
    for reader in readers:
        reader.send_signal(signal.SIGUSR1)
        seen = eval(reader.communicate()[0])
        total += sum(count for _, count in seen)
        texts.update(text for text, _ in seen)
        bad += [(text, count) for text, count in seen if not is_whole(text)]
    if bad or total < flips or len(texts) < 2:
        sys.exit("%s: %d reads of %d texts; these are no text: %s" % (path, total, len(texts), bad))


directory, flips = sys.argv[1], int(sys.argv[2])
path = directory + "/sched"
texts = {b"reservation=0\nlimit=%d\nshares=normal\n" % limit for limit in (-1, 999, 100000)}


def put(name, text):
    with open(f"{directory}/{name}", "w") as file:
        file.write(text)


race(path, lambda text: text in texts, lambda n: put("sched", "limit=%d" % (100000 if n % 2 else 999)))

# A text of less than a page and one of more, each as another text is long.
with open(directory + "/config.xml", "rb") as file:
    size = len(file.read())
for long in 0, 6000:
    first, second = b"x" * long + b"a", b"x" * long + b"b" * 400
    ends = {first, second}
    put("annotation", first.decode() + "\n")

    def is_whole(text):
        said = re.search(b"<description>(.*?)</description>", text, re.S)
        return text.endswith(b"</domain>\n") and (said is None or said[1] in ends)

    race(directory + "/config.xml", is_whole,
         lambda n: put("annotation", (second if n % 2 else first).decode() + "\n"))
assert size < 4096 - 400, "no short config.xml: %d" % size

# The same open file: the text that was there when it was read from its beginning.
file = os.open(path, os.O_RDONLY)
before = os.pread(file, 65536, 0)
with open(path, "w") as writer:
    writer.write("limit=7")
assert os.pread(file, 65536, 14) == before[14:], "the rest of another text"
assert b"limit=7\n" in os.pread(file, 65536, 0), "an old text from the beginning"
os.close(file)
file = os.open(path, os.O_RDWR)
os.pwrite(file, b"limit=8", 0)
assert b"limit=8\n" in os.pread(file, 65536, 0), "the text before the write"
END
unmount_hvfs
