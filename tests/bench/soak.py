# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/bench/soak.py - hvfs in use for long, compared with a model all the time

Run by tests/bench/run --soak MINUTES.  Workers change machines and files of a datastore, each
its own, as people do; readers read all of them; meanwhile the server is lost now and then, in
each way there is.  The model has, for each value, what it may be now: one value, or two while a
change is under way or its outcome is unknown.  What is read must be one of those that it may
have been since the read began; an error is allowed only if the server was lost meanwhile.

Each minute all pause, everything is compared, also with what pyVmomi says, and a line of figures
is printed.  At the end memory, descriptors and threads must be flat.
"""
import contextlib
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import traceback

VC = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib", "vc.py")
STATES = {"running": ("off", "suspended", "running"), "off": ("running", "off"),
          "suspended": ("running", "off")}


class Wrong(Exception):
    pass


class Cell:
    """A value: what it may be now, and since when each was possible."""

    def __init__(self, value):
        self.possible, self.history, self.lock = [value], [], threading.Lock()

    def begin(self, value):
        with self.lock:
            self.history.append(value)
            if value not in self.possible:
                self.possible.append(value)

    def settle(self, value):
        with self.lock:
            if value not in self.possible:
                raise Wrong("is %r, which can only be %r" % (value, self.possible))
            self.possible = [value]

    def now(self):
        with self.lock:
            return self.possible[-1]

    def known(self):
        with self.lock:
            return len(self.possible) == 1

    def mark(self):
        with self.lock:
            return list(self.possible), len(self.history)

    def allowed_since(self, mark):
        with self.lock:
            return mark[0] + self.history[mark[1]:]


class Domain:
    def __init__(self, path, uuid):
        self.path, self.uuid, self.sizes = path, uuid, []
        self.cells = {"name": Cell(os.path.basename(os.path.realpath(path)))}
        for name in ("state", "memory", "annotation"):
            self.cells[name] = Cell(read(os.path.join(path, name)))
        self.cells["snapshots"] = Cell(snapshots(path))


def read(path):
    with open(path) as file:
        return file.read().rstrip("\n")


def write(path, text):
    fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def snapshots(path):
    """Each is a directory with those taken after it and its disks; "current" and "parent" are links."""
    found, top = [], os.path.join(path, "snapshots")
    for where, names, _ in os.walk(top, onerror=raise_it):
        names[:] = [name for name in names if name != "disks"]
        found += [name for name in names if not os.path.islink(os.path.join(where, name))]
    return tuple(sorted(found))


def listing(path):
    return subprocess.run(["find", path + "/snapshots", "-ls"], check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


def raise_it(error):
    raise error


def digest(path):
    sha = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while True:
                block = file.read(1 << 17)
                if not block:
                    return sha.hexdigest()
                sha.update(block)
    except FileNotFoundError:
        return None


class Soak:
    def __init__(self, args, simulator, mount, tmp):
        self.args, self.simulator, self.mount, self.tmp = args, simulator, mount, tmp
        self.rng = random.Random(args.seed)
        self.losses, self.lost = 0, False
        self.problems, self.counts = [], {}
        self.lock, self.stopped = threading.Lock(), False
        self.paused, self.active = False, 0
        self.turn = threading.Condition()
        by_uuid = os.path.join(mount.path, "by-uuid")
        self.domains = [Domain(os.path.join(by_uuid, name), name) for name in sorted(os.listdir(by_uuid))]
        stores = os.path.join(mount.path, "datacenters/DC0/datastores")
        store = os.path.join(stores, sorted(os.listdir(stores))[0])
        self.files = os.path.join(store, "files")
        self.root = re.search("^url=(.*)$", read(store + "/info"), re.M).group(1)

    # --- who works, and who pauses

    @contextlib.contextmanager
    def working(self):
        with self.turn:
            self.turn.wait_for(lambda: not self.paused or self.stopped)
            self.active += 1
        try:
            yield
        finally:
            with self.turn:
                self.active -= 1
                self.turn.notify_all()

    @contextlib.contextmanager
    def pause(self):
        with self.turn:
            self.paused = True
            if not self.turn.wait_for(lambda: self.active == 0, 300):
                self.problem("pause", "somebody hangs")
                self.stopped = True
        try:
            yield
        finally:
            with self.turn:
                self.paused = False
                self.turn.notify_all()

    def problem(self, where, what):
        with self.lock:
            self.problems.append("%s: %s" % (where, what))
        print("PROBLEM after %d s: %s: %s" % (time.monotonic() - self.start, where, what), flush=True)

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def is_lost(self):
        if self.mount.process.poll() is not None:
            self.problem("hvfs", "it ended with %d" % self.mount.process.returncode)
            self.stopped = True
        try:
            return not re.search("^state=connected$", read(self.mount.path + "/.hvfs/status"), re.M)
        except OSError:
            return True

    def calm(self):
        """For may_fail: what begins in a loss may fail, also when that is told after its end."""
        return None if self.lost else self.losses

    def may_fail(self, calm):
        return self.lost or self.losses != calm or self.is_lost()

    def until_connected(self):
        end = time.monotonic() + 120
        while self.lost or self.is_lost():
            if self.stopped:
                raise Wrong("the end")
            if time.monotonic() > end:
                raise Wrong("not connected again within 120 s")
            time.sleep(0.05)

    # --- readers

    def read_cell(self, domain, name):
        cell, calm = domain.cells[name], self.calm()
        mark = cell.mark()
        for attempt in range(10):
            try:
                if name == "name":
                    value = os.path.basename(os.path.realpath(domain.path, strict=True))
                elif name == "snapshots":
                    value = snapshots(domain.path)
                else:
                    value = read(os.path.join(domain.path, name))
                break
            except (FileNotFoundError, NotADirectoryError) as error:
                # The link was read before the machine was renamed, and followed after it.
                if attempt == 9 and not self.may_fail(calm):
                    raise Wrong("%s %s: %s" % (domain.uuid, name, error))
                time.sleep(0.02)
            except OSError as error:
                if not self.may_fail(calm):
                    raise Wrong("%s %s: %s, without a loss" % (domain.uuid, name, error))
                self.count("failed reads")
                return None
        else:
            return None
        allowed = cell.allowed_since(mark)
        # A listing of a tree is no snapshot: it may have any of what was there meanwhile.
        if name == "snapshots" and len(allowed) > 1:
            if not set(value) <= set().union(*allowed):
                raise Wrong("%s snapshots: %r, never among %r\n%s"
                            % (domain.uuid, value, allowed, listing(domain.path)))
        elif value not in allowed:
            raise Wrong("%s %s: read %r, which can only be %r\n%s"
                        % (domain.uuid, name, value, allowed, listing(domain.path) if name == "snapshots" else ""))
        self.count("reads")
        return value

    def read_any(self, rng):
        domain = rng.choice(self.domains)
        if rng.random() < 0.8:
            self.read_cell(domain, rng.choice(list(domain.cells)))
            return
        calm = self.calm()
        name = rng.choice(["config.xml", "config.vmx", "stats", "sched", "error", "uuid"])
        try:
            text = read(os.path.join(domain.path, name))
        except FileNotFoundError:
            return
        except OSError as error:
            if not self.may_fail(calm):
                raise Wrong("%s %s: %s, without a loss" % (domain.uuid, name, error))
            return
        if name == "config.xml" and "</domain>" not in text or not text and name != "error":
            raise Wrong("%s %s: half a text: %r" % (domain.uuid, name, text[-80:]))
        self.count("reads")

    # --- writers

    def change(self, domain, name, value, what, doing):
        """doing () makes name of domain value; if it fails, the outcome is found out."""
        cell, calm = domain.cells[name], self.calm()
        cell.begin(value)
        try:
            doing()
        except OSError as error:
            if not self.may_fail(calm):
                said = read(os.path.join(domain.path, "error"))
                raise Wrong("%s %s to %r: %s, without a loss; error says: %s"
                            % (domain.uuid, what, value, error, said))
            self.count("failed writes")
            self.find_out(domain, name)
            return
        with cell.lock:
            cell.possible = [value]
        self.count(what)

    def find_out(self, domain, name):
        while True:
            self.until_connected()
            calm = self.calm()
            time.sleep(0.3)
            found = self.read_cell(domain, name)
            if found is not None and not self.may_fail(calm):
                domain.cells[name].settle(found)
                return

    def power(self, rng, domain):
        state = domain.cells["state"].now()
        wanted = rng.choice(STATES[state])
        self.change(domain, "state", wanted, "power changes",
                    lambda: write(domain.path + "/state", wanted))

    def note(self, rng, domain):
        text = "note %d of %s" % (rng.randrange(10 ** 6), "x" * rng.randrange(500))
        self.change(domain, "annotation", text, "notes",
                    lambda: write(domain.path + "/annotation", text))

    def edit(self, rng, domain):
        """config.xml, as an editor does: read, changed, written over or renamed over."""
        if domain.cells["state"].now() != "off":
            return
        # Each size once: a text that is nearer to one that another thread here read long ago than to
        # the present one is refused, as made of that.
        if not domain.sizes:
            domain.sizes = rng.sample(range(64, 1024), 960)
        kib = str(4096 * domain.sizes.pop())

        def doing():
            text = read(domain.path + "/config.xml")
            text = re.sub(r"(emory unit='KiB'>)\d+<", r"\g<1>%s<" % kib, text) + "\n"
            if rng.random() < 0.5:
                write(domain.path + "/config.xml", text)
                return
            where = os.path.realpath(domain.path)
            with open(where + "/config.xml.new", "w") as file:
                file.write(text)
            os.replace(where + "/config.xml.new", where + "/config.xml")

        self.change(domain, "memory", kib, "edits", doing)

    def rename(self, rng, domain):
        new = "%s-%d" % (domain.uuid[:8], rng.randrange(10 ** 6))

        def doing():
            path = os.path.realpath(domain.path, strict=True)
            os.rename(path, os.path.join(os.path.dirname(path), new))

        self.change(domain, "name", new, "renames", doing)

    def snapshot(self, rng, domain):
        there = domain.cells["snapshots"].now()
        if len(there) < 3 and rng.random() < 0.6:
            name = "s%d" % rng.randrange(10 ** 6)
            self.change(domain, "snapshots", tuple(sorted(there + (name,))), "snapshots",
                        lambda: os.mkdir(domain.path + "/snapshots/" + name))
        elif there:
            name = rng.choice(there)
            self.change(domain, "snapshots", tuple(n for n in there if n != name), "snapshots deleted",
                        lambda: write(domain.path + "/snapshots/delete", name + "\n"))

    def transfer(self, rng, number, cells):
        """A file of the datastore is made, overwritten, changed inside, moved or removed."""
        names = ["soak-%d-%d" % (number, n) for n in range(2)]
        name = rng.choice(names)
        path, cell, calm = os.path.join(self.files, name), cells.setdefault(name, Cell(None)), self.calm()
        old, marks = cell.now(), {n: cells.setdefault(n, Cell(None)).mark() for n in names}
        data = rng.randbytes(rng.choice([0, 10, 70000, 3 << 20]))
        kind = rng.choice(["write", "write", "remove", "move", "read"])
        try:
            if kind == "write":
                cell.begin(hashlib.sha256(data).hexdigest())
                with open(path, "wb") as file:
                    for at in range(0, len(data), 1 << 16):
                        file.write(data[at:at + (1 << 16)])
                self.settle_file(cell, hashlib.sha256(data).hexdigest())
            elif kind == "remove" and old:
                cell.begin(None)
                os.unlink(path)
                self.settle_file(cell, None)
            elif kind == "move" and old:
                other = names[1 - names.index(name)]
                if cells[other].now() is not None:
                    return
                cell.begin(None)
                cells[other].begin(old)
                os.rename(path, os.path.join(self.files, other))
                self.settle_file(cell, None)
                self.settle_file(cells[other], old)
            found = digest(path)
            if found not in cell.allowed_since(marks[name])[-1:] + [cell.now()]:
                raise Wrong("%s after %s: %s, not %s\n%s"
                            % (name, kind, found, cell.now(), self.differences(name, cell, data)))
            self.count("transfers")
        except OSError as error:
            if not self.may_fail(calm):
                raise Wrong("%s %s: %s, without a loss" % (kind, name, error))
            self.count("failed transfers")
            for each in names:
                self.find_out_file(cells[each], each)

    def differences(self, name, cell, data):
        """What was read, and what the server has, beside what was written last."""
        said = ["earlier: %s" % " ".join(str(value)[:12] for value in cell.history[-6:])]
        for path in (os.path.join(self.files, name), os.path.join(self.root, name)):
            try:
                with open(path, "rb") as file:
                    there = file.read()
            except OSError as error:
                said.append("%s: %s" % (path, error))
                continue
            differs = [at for at in range(min(len(data), len(there))) if data[at] != there[at]]
            said.append("%s: %s, %d bytes of %d; %d differ, from %s to %s, %d of them zero"
                        % (path, hashlib.sha256(there).hexdigest()[:12], len(there), len(data), len(differs),
                           differs[:1], differs[-1:], sum(there[at] == 0 for at in differs)))
        return "\n".join(said)

    @staticmethod
    def settle_file(cell, value):
        with cell.lock:
            cell.possible = [value]

    def find_out_file(self, cell, name):
        """A server that stood still may do what it was sent after it is there again."""
        while True:
            self.until_connected()
            calm = self.calm()
            time.sleep(2)
            try:
                found = digest(os.path.join(self.files, name))
            except OSError as error:
                if not self.may_fail(calm):
                    raise Wrong("%s: %s, without a loss" % (name, error))
                continue
            if not self.may_fail(calm):
                cell.settle(found)
                return

    # --- the threads

    def guard(self, where, work):
        while not self.stopped:
            with self.working():
                try:
                    work()
                except Wrong as wrong:
                    self.problem(where, wrong)
                except Exception: # pylint: disable=broad-except
                    self.problem(where, traceback.format_exc())
            time.sleep(self.args.think)

    def writer(self, number):
        rng = random.Random(self.args.seed + number)
        mine = self.domains[number::self.args.writers]
        works = [self.power, self.note, self.edit, self.edit, self.rename, self.snapshot]
        self.guard("writer %d" % number, lambda: rng.choice(works)(rng, rng.choice(mine)))

    def reader(self, number):
        rng = random.Random(self.args.seed + 100 + number)
        self.guard("reader %d" % number, lambda: self.read_any(rng))

    def carrier(self, number):
        rng, cells = random.Random(self.args.seed + 200 + number), {}
        self.guard("carrier %d" % number, lambda: self.transfer(rng, number, cells))

    def walker(self):
        """All of the tree, by a program that knows nothing of it; of disks no bytes, which are many, and
        no exports nor screenshots, during which a machine is not to be changed."""
        def walk():
            subprocess.run("find . -type f ! -name events ! -path '*/files/*' ! -path '*/export/*' ! -name raw ! -name screenshot.png"
                           " -exec cat {} + >/dev/null 2>&1;"
                           " find . -name export -prune -o -ls >/dev/null 2>&1", shell=True, check=False, cwd=self.mount.path)
            self.count("walks")
            time.sleep(5)
        self.guard("walker", walk)

    def lose(self):
        kind = self.rng.choice(["down", "cut", "expire", "stop"])
        self.lost = True
        self.losses += 1
        try:
            if kind == "down":
                self.simulator.control("/down")
                time.sleep(self.rng.uniform(0, 4))
                self.simulator.control("/up")
            elif kind == "stop":
                self.simulator.process.send_signal(signal.SIGSTOP)
                time.sleep(self.rng.uniform(0, 8))
                self.simulator.process.send_signal(signal.SIGCONT)
            else:
                self.simulator.control("/" + kind)
            self.count("losses: " + kind)
            # It takes a moment until a lost connection is seen by each.
            time.sleep(1)
            end = time.monotonic() + 120
            while self.is_lost() and not self.stopped:
                if time.monotonic() > end:
                    self.problem("server", "not connected 120 s after " + kind)
                    break
                time.sleep(0.05)
        finally:
            self.lost = False

    def figures(self):
        pid = self.mount.process.pid
        # Threads without work end after a while, and connections are closed.
        best = None
        for _ in range(8):
            now = (len(os.listdir("/proc/%d/fd" % pid)), len(os.listdir("/proc/%d/task" % pid)))
            best = now if best is None else (min(best[0], now[0]), min(best[1], now[1]))
            time.sleep(0.25)
        return (self.mount.rss_kib(),) + best

    def compare(self):
        for domain in self.domains:
            for name, cell in domain.cells.items():
                self.until_connected()
                got = self.read_cell(domain, name)
                if cell.known() and got is not None and got != cell.now():
                    raise Wrong("%s %s: %r, not %r" % (domain.uuid, name, got, cell.now()))
        listed = subprocess.run(["/usr/bin/python3", VC, self.simulator.hostport, "domains"], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        server = {row[4]: row for row in (line.split("\t") for line in listed.splitlines())}
        for domain in self.domains:
            ours = [domain.cells[n].now() for n in ("name", "state", "memory")]
            theirs = server[domain.uuid][:3]
            if ours != theirs:
                raise Wrong("%s: the server says %r, the model %r" % (domain.uuid, theirs, ours))
        self.count("comparisons")

    def minute(self, number, rows):
        if self.stopped:
            return
        with self.pause():
            try:
                self.until_connected()
                self.compare()
            except Wrong as wrong:
                self.problem("comparison", wrong)
            rows.append(self.figures())
            print("%4d min  %8d KiB  %4d descriptors  %4d threads  %s" % (
                number, *rows[-1], " ".join("%s=%d" % pair for pair in sorted(self.counts.items()))), flush=True)

    def run(self):
        self.start, rows = time.monotonic(), []
        works = [(self.writer, (n,)) for n in range(self.args.writers)]
        works += [(self.reader, (n,)) for n in range(3)] + [(self.carrier, (n,)) for n in range(2)]
        works += [(self.walker, ())]
        threads = [threading.Thread(target=work, args=args, daemon=True) for work, args in works]
        for thread in threads:
            thread.start()
        step = max(2.0, min(60.0, self.args.soak * 60 / 8))
        next_minute = self.start + step
        while time.monotonic() < self.start + self.args.soak * 60 and not self.stopped:
            time.sleep(self.rng.uniform(0, self.args.between * 2))
            self.lose()
            if time.monotonic() >= next_minute:
                self.minute(round((time.monotonic() - self.start) / 60), rows)
                next_minute = time.monotonic() + step
        self.minute(round((time.monotonic() - self.start) / 60), rows)
        self.stopped = True
        for thread in threads:
            thread.join(60)
        return self.verdict(rows)

    def verdict(self, rows):
        """Flat: the last quarter is not above the third one, but for noise.  Before that, what hvfs
        keeps within a budget may still be filling it."""
        if not rows:
            return False
        quarter = max(1, len(rows) // 4)
        early, late = rows[-2 * quarter:-quarter], rows[-quarter:]
        for which, (what, room) in enumerate((("KiB of memory", 0.10), ("descriptors", 0.10), ("threads", 0.10))):
            before, after = (sum(row[which] for row in some) / len(some) for some in (early, late))
            print("%-14s %10.1f in the third quarter, %10.1f in the last" % (what, before, after))
            if len(rows) >= 8 and after > before * (1 + room) + 2:
                self.problem(what, "grew")
        print("%d problems" % len(self.problems))
        return not self.problems
