# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/fault/test-fault-memory.py - out of memory at the n-th allocation, as SQLite tests it

   test-fault-memory.py HVFS PRELOAD.SO URI DIRECTORY ROOT-OF-DATASTORE ROUNDS SEED

For a mount, reads, an edit and a transfer, n is chosen at random among the allocations that
it makes, and that one fails, or that one and all after it.  hvfs may end then, by SIGABRT or
SIGTRAP as GLib does, or say an error; it may not crash otherwise, hang, or answer anything wrong.
Afterwards a new hvfs mounts at the same place, and shows what the server has.
"""
import os
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from preload import Preload # pylint: disable=wrong-import-position

HVFS, LIBRARY, URI, TMP, ROOT, ROUNDS, SEED = sys.argv[1:]
ENDS = {0, 1, -signal.SIGABRT, -signal.SIGTRAP}
# Where nothing can be allocated at all, GLib fails to say that it failed to say that it failed ...
ENDS_FOR_ALL = ENDS | {-signal.SIGSEGV}
MOUNT = os.path.join(TMP, "mnt")
VM = MOUNT + "/by-name/DC0_H0_VM0"
FILES = MOUNT + "/datacenters/DC0/datastores/LocalDS_0/files"
SH = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60}

rng = random.Random(int(SEED))
preload = Preload(os.path.join(TMP, "preload"))
figures = {}


def fail(what):
    sys.exit("FAIL: %s" % what)


def sh(script, *args):
    try:
        return subprocess.run(["sh", "-c", script, "sh", *args], check=False, **SH)
    except subprocess.TimeoutExpired:
        fail("hangs: %s" % script)


class Hvfs:
    def __init__(self, fail_at=0, fail_all=0):
        preload["allocations"], preload["failed"] = 0, 0
        preload["fail_at"], preload["fail_all"] = fail_at, fail_all
        environment = dict(os.environ, LD_PRELOAD=LIBRARY, HVFS_PRELOAD=os.path.join(TMP, "preload"))
        self.log = open(os.path.join(TMP, "memory.log"), "ab")
        self.process = subprocess.Popen([HVFS, "-f", "-o", "content,timeout=5,spool=" + TMP, URI, MOUNT],
                                        env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while not (ismount() or self.process.poll() is not None):
            if time.monotonic() > end:
                fail("neither mounted nor ended, allocation %d" % fail_at)
            time.sleep(0.002)

    def arm(self, n, fail_all):
        preload["fail_all"] = fail_all
        preload["fail_at"] = preload["allocations"] + n if n else 0

    def is_alive(self):
        return self.process.poll() is None

    def end(self, what):
        """Returns: whether it had ended by itself."""
        preload["fail_at"] = 0
        # Who dies closes what is mounted a moment before it can be waited for.
        if not os.path.exists(MOUNT + "/about"):
            try:
                self.process.wait(1)
            except subprocess.TimeoutExpired:
                pass
        ended = not self.is_alive()
        if ismount():
            sh('fusermount3 -u "$1" || fusermount3 -uz "$1"', MOUNT)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            fail("%s: it does not end" % what)
        self.log.close()
        if status not in (ENDS_FOR_ALL if preload["fail_all"] else ENDS):
            fail("%s: it ended with %d" % (what, status))
        return ended


def ismount():
    """Also of one that is dead."""
    return any(line.split()[1] == MOUNT for line in open("/proc/mounts"))


READS = {"config.xml": 'cat "$1/config.xml"', "config.vmx": 'cat "$1/config.vmx"', "sched": 'cat "$1/sched"',
         "extraconfig": 'cd "$1/extraconfig" && grep -r --exclude=set .', "snapshots": 'cd "$1/snapshots/s" && cat snapshot.xml',
         "files": 'ls "$2/datacenters/DC0/datastores/LocalDS_0/files"',
         "network": 'cat "$2/datacenters/DC0/networks"/*/network.xml',
         "listing": 'cd "$2" && find datacenters -type d ! -path "*/files/*"',
         "small": 'cat "$1/memory" "$1/uuid" "$1/state" "$2/inventory"'}


def read_all():
    """The output of each, or None if it failed."""
    texts = {}
    for name, script in READS.items():
        ran = sh(script, VM, MOUNT)
        texts[name] = None if ran.returncode else ran.stdout
    return texts


def compare(got, truth, what):
    for name, text in got.items():
        if text is not None and text != truth[name]:
            fail("%s: %s is wrong:\n%s" % (what, name, text.decode(errors="replace")[-2000:]))


def count(what, ended):
    ran, died = figures.get(what, (0, 0))
    figures[what] = (ran + 1, died + ended)


def mounting(truth, used):
    n, fail_all = rng.randrange(1, used), rng.randrange(2)
    what = "mount, allocation %d%s" % (n, " and all after it" * fail_all)
    hvfs = Hvfs(n, fail_all)
    if hvfs.is_alive():
        compare(read_all(), truth, what)
    count("mount", hvfs.end(what))


def reading(truth, used):
    n, fail_all = rng.randrange(1, used), rng.randrange(2)
    what = "reads, allocation %d%s" % (n, " and all after it" * fail_all)
    hvfs = Hvfs()
    hvfs.arm(n, fail_all)
    compare(read_all(), truth, what)
    count("reads", hvfs.end(what))


def new_text(text):
    kib = str(4096 * rng.randrange(64, 1024))
    path = os.path.join(TMP, "new.xml")
    with open(path, "wb") as out:
        out.write(re.sub(rb"(emory unit='KiB'>)\d+<", rb"\g<1>%s<" % kib.encode(), text))
    return path, kib


def editing(used):
    hvfs = Hvfs()
    text, old = sh('cat "$1/config.xml"', VM).stdout, sh('cat "$1/memory"', VM).stdout.strip().decode()
    path, kib = new_text(text)
    n, fail_all = rng.randrange(1, used), rng.randrange(2)
    what = "edit, allocation %d%s" % (n, " and all after it" * fail_all)
    hvfs.arm(n, fail_all)
    status = sh('cp "$2" "$1/config.xml"', VM, path).returncode
    count("edit", hvfs.end(what))
    hvfs = Hvfs()
    now = sh('cat "$1/memory"', VM).stdout.strip().decode()
    xml = sh('cat "$1/config.xml"', VM).stdout
    hvfs.end("after " + what)
    # All or nothing, and nothing only if that was said.
    if now not in ((kib,) if status == 0 else (old, kib)):
        fail("%s: memory is %s; it was %s, %s was written with status %d" % (what, now, old, kib, status))
    if xml.replace(b"'KiB'>%s<" % now.encode(), b"") != text.replace(b"'KiB'>%s<" % old.encode(), b""):
        fail("%s: another configuration:\n%s" % (what, xml.decode()))


def transferring(used, number):
    hvfs = Hvfs()
    path, name = os.path.join(TMP, "data"), "file-%d" % number
    data = rng.randbytes(300000)
    with open(path, "wb") as out:
        out.write(data)
    n, fail_all = rng.randrange(1, used), rng.randrange(2)
    what = "transfer, allocation %d%s" % (n, " and all after it" * fail_all)
    hvfs.arm(n, fail_all)
    status = sh('cp "$2" "$1" && cmp "$2" "$1"', FILES + "/" + name, path).returncode
    count("transfer", hvfs.end(what))
    there = os.path.exists(os.path.join(ROOT, name))
    if there and open(os.path.join(ROOT, name), "rb").read() != data:
        fail("%s: a part is there under its name" % what)
    if status == 0 and not there:
        fail("%s: it said that it is there" % what)
    sh('rm -f "$1"/file-* "$1"/.hvfs-*', ROOT)


def allocations_of(hvfs, work):
    before = preload["allocations"]
    work()
    if not hvfs.is_alive():
        fail("it ended without a fault")
    return preload["allocations"] - before


def main():
    hvfs = Hvfs()
    used = {"mount": preload["allocations"]}
    sh('echo off >"$1/state" && mkdir "$1/snapshots/s"', VM)
    hvfs.end("at first")
    hvfs = Hvfs()
    truth = {}
    used["reads"] = allocations_of(hvfs, lambda: truth.update(read_all()))
    for name, text in truth.items():
        if not text:
            fail("%s cannot be read" % name)
    path, _ = new_text(truth["config.xml"])
    used["edit"] = allocations_of(hvfs, lambda: sh('cp "$2" "$1/config.xml"', VM, path))
    used["transfer"] = allocations_of(hvfs, lambda: sh('cp "$2" "$1/file-0"', FILES, path))
    hvfs.end("at first")
    os.unlink(ROOT + "/file-0")
    print("allocations:", used)
    hvfs = Hvfs()
    truth = read_all()
    hvfs.end("at first")
    for number in range(int(ROUNDS)):
        mounting(truth, used["mount"])
        reading(truth, used["reads"])
        transferring(used["transfer"], number)
    for number in range(int(ROUNDS)):
        editing(used["edit"])
    for what, (ran, died) in figures.items():
        print("%s: %d times, %d of them hvfs ended" % (what, ran, died))


main()
