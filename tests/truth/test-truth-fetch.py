#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/truth/test-truth-fetch.py - failure x request x file, each with what a tool then gets

Run by test-truth-fetch.sh, on a mount of a simulator whose hosts have one machine each.
Everything that reads is a child of its own, so that it can be interrupted; it has ten
seconds.
"""
import collections
import errno
import functools
import http.client
import json
import mmap
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error

import simulator

MNT, CONTROL, TMP, API = sys.argv[1:5]
ROUNDS = int(os.environ.get("HVFS_ROUNDS", "12"))
SEED = int(os.environ.get("HVFS_SEED", time.time_ns() % 1000000))
# What fetches: properties, and a VMX file from its datastore.
METHODS = ["RetrievePropertiesEx" if float(API) >= 4.1 else "RetrieveProperties", "GET /folder"]
CHILD_S = 30

rng = random.Random(SEED)
done = collections.Counter()


def fail(text):
    sys.exit("FAIL: %s (seed %d, API %s)" % (text, SEED, API))


control = functools.partial(simulator.control, CONTROL)


def until(condition, what, limit=60):
    simulator.until(condition, what, limit, fail)


def content(path):
    """The file's bytes, or None."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def connected():
    return b"state=connected" in (content(MNT + "/.hvfs/status") or b"")


# --- what goes wrong

class Failure:
    """Misbehaviour from begin to end; a reader is let go on, or not, by meanwhile."""
    def __init__(self, what, lasts=True, **query):
        self.what, self.lasts, self.query = what, lasts, query
        self.name = query.get("fault", what)

    def begin(self, _file):
        for method in METHODS:
            control("/fail", what=self.what, method=method, times=0 if self.lasts else 1, **self.query)

    def meanwhile(self, _child):
        pass

    def hits(self):
        return sum(rule["hits"] for rule in json.loads(control("/rules")))

    def end(self, file, child_status):
        if self.lasts and not self.hits():
            fail("%s of %s: nothing was asked for (%s)" % (self.name, file, child_status))
        control("/heal")

    def allows(self, code):
        return code != 0


class Interrupt(Failure):
    """Ctrl-C while the server takes its time."""
    def __init__(self):
        super().__init__("slow", ms=60000)
        self.name = "interrupt"

    def meanwhile(self, child):
        until(lambda: self.hits() or is_over(child), "a request that can be interrupted")
        interrupt(child)


class Lost(Failure):
    """The server goes away: before anybody asks, or with the question on its way."""
    def __init__(self, name, in_flight):
        super().__init__("slow", ms=60000)
        self.name, self.in_flight = name, in_flight

    def begin(self, file):
        if self.in_flight:
            super().begin(file)
        else:
            control("/down")
            until(lambda: not connected(), "the loss is noticed")

    def meanwhile(self, child):
        if self.in_flight:
            until(lambda: self.hits() or is_over(child), "a request on its way")
            control("/down")

    def end(self, file, child_status):
        if self.in_flight:
            super().end(file, child_status)
            until(lambda: not connected(), "the loss is noticed")
        control("/up")
        until(connected, "the connection is back")


class Denied(Failure):
    """The server says of each property that it may not be read."""
    paths = {"config.xml": ["config"], "config.vmx": ["config", "layoutEx", "summary.config.vmPathName"],
             "stats": ["summary.quickStats", "summary.storage"], "info": ["summary.hardware"]}

    def __init__(self):
        super().__init__("denied")
        self.said = False

    def change(self, file, what):
        for path in self.paths[file.base]:
            control(what, path=path, object=file.moref)

    def begin(self, file):
        self.change(file, "/deny")

    def end(self, file, child_status):
        self.change(file, "/allow")

    def allows(self, code):
        return code == errno.EACCES


FAILURES = [Failure(what, bytes=40000000) for what in
            ("drop", "lost", "half", "truncate", "garbage", "empty", "html", "401", "500", "503", "type",
             "other", "deep", "entity", "huge", "silent")]
FAILURES += [Failure("fault", fault=fault) for fault in
             ("SystemError", "NoPermission", "RequestCanceled", "InvalidProperty", "ManagedObjectNotFound",
              "HostCommunication")]
FAILURES += [Interrupt(), Denied()]
LOST = [Lost("lost before", False), Lost("lost in the middle", True)]
# A VMX file is bytes: what is well framed is one.
NOT_OF_VMX = {"truncate", "garbage", "empty", "html", "type", "other", "deep", "entity", "huge"}
# These take their time: the whole time-out, and a reply of so many bytes.
SLOW = {"silent", "huge"}


# --- what is asked for

class File:
    def __init__(self, directory, base):
        self.directory, self.base, self.path = directory, base, directory + "/" + base
        self.moref = content(directory + "/moref").decode().strip()

    def __str__(self):
        return self.path[len(MNT) + 1:]

    def renew(self, text):
        """Its configuration is another one now, which nobody has fetched."""
        if self.base.startswith("config."):
            control("/set", object=self.moref, path="config.annotation", value=text)
            until(lambda: content(self.directory + "/annotation") == text.encode() + b"\n", "annotation is pushed")

    def is_right(self, data, text):
        if data is None:
            return False
        if self.base == "config.xml":
            return data.rstrip().endswith(b"</domain>") and (text is None or text.encode() in data)
        if self.base == "config.vmx":
            return b"displayName" in data and data.endswith(b"\n")
        if self.base == "info":
            return b"free_memory=" in data and b"uuid=" in data and b"free_memory=\n" not in data
        return b"cpu=" in data and b"memory=" in data and data.endswith(b"\n")


def is_over(pid):
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def start(function, *arguments):
    """A child, with a process group for what it runs, that ends with the errno of what it
    does, or 0.  It can be interrupted when it is no Python of the parent's any more."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    child = os.fork()
    os.setpgid(child, 0)
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        signal.alarm(CHILD_S)
        code = 255
        try:
            function(*arguments)
            code = 0
        except OSError as error:
            code = error.errno
        finally:
            os._exit(code)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    return child


def interrupt(child):
    """As Ctrl-C does: what it runs as well."""
    os.killpg(child, signal.SIGINT)


def is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def finish(child):
    """Its exit status, when what it ran has ended as well; of one that died of a signal,
    minus that."""
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    until(lambda: is_gone(child), "what the reader ran has ended")
    if code == -signal.SIGALRM:
        fail("a reader hangs")
    if code == 255:
        fail("a reader of the test's own broke")
    return code


def do_stat(file, _fd):
    size = os.stat(file.path).st_size
    if size == 0:
        raise OSError(254, "a false 0")


def do_listing(file, _fd):
    """As ls -l: what can be had of the others is had."""
    failure, names = None, 0
    for entry in os.scandir(file.directory):
        names += 1
        try:
            size = os.stat(entry.path, follow_symlinks=False).st_size
            if entry.name == file.base and size == 0:
                raise OSError(254, "a false 0")
        except OSError as error:
            if entry.name == file.base or error.errno == 254:
                failure = error
    if names < 5:
        raise OSError(253, "the listing is not whole")
    if failure:
        raise failure


def do_open(file, _fd):
    os.close(os.open(file.path, os.O_RDONLY))


def do_read(_file, fd):
    while os.read(fd, 4096):
        pass


def do_map(_file, fd):
    size = os.fstat(fd).st_size
    if size == 0:
        raise OSError(254, "a false 0")
    with mmap.mmap(fd, size, prot=mmap.PROT_READ) as pages:
        pages[:]


def run(*command, out=None):
    """A tool's own status matters, not its errno: all of them say EIO here."""
    for name in (out,) if out else ():
        if os.path.exists(name):
            os.unlink(name)
    with open(out, "wb") if out and command[0] == "cat" else open(os.devnull, "wb") as stdout:
        if subprocess.run(command, stdout=stdout, stderr=subprocess.DEVNULL).returncode:
            raise OSError(errno.EIO, command[0])


def copied(tool, file):
    """What the tool made of it."""
    copy = TMP + "/copy"
    if os.path.exists(copy): # cp -p has made one that nobody may write
        os.unlink(copy)
    if tool == "cat":
        run("cat", file.path, out=copy)
    elif tool == "cp":
        run("cp", "-p", file.path, copy, out=copy)
    elif tool == "rsync":
        run("rsync", "-a", file.path, copy, out=copy)
    else:
        run("tar", "cf", TMP + "/copy.tar", "-C", file.directory, file.base, out=TMP + "/copy.tar")
        with open(copy, "wb") as out:
            subprocess.run(["tar", "xOf", TMP + "/copy.tar"], stdout=out, check=True)
    return content(copy)


def do_tool(tool):
    def act(file, _fd):
        if not file.is_right(copied(tool, file), None):
            raise OSError(252, "status 0, and wrong bytes: %r" % content(TMP + "/copy"))
    act.__name__ = tool
    return act


TOOLS = {tool: do_tool(tool) for tool in ("cat", "cp", "rsync", "tar")}
REQUESTS = {"stat": do_stat, "listing": do_listing, "open": do_open}
WITH_FD = {"read": do_read, "map": do_map}
LIES = {252: "status 0 and wrong bytes", 253: "the listing is not whole", 254: "a false size 0"}


def check(file, text, after):
    """Healed: the next reader gets it, and so does each tool; its size is true."""
    until(connected, "connected after " + after)
    end = time.monotonic() + 20
    # A server that was lost, or whose session was, may need a moment more.
    while not file.is_right(content(file.path), text):
        if time.monotonic() > end:
            fail("%s: healed, and it is %r" % (after, content(file.path)))
        time.sleep(0.01)
    data = content(file.path)
    if file.base.startswith("config.") and os.stat(file.path).st_size != len(data):
        fail("%s: its size is %d, it has %d bytes" % (after, os.stat(file.path).st_size, len(data)))
    tool = rng.choice(list(TOOLS))
    if not file.is_right(copied(tool, file), text):
        fail("%s: healed, and %s copies %r" % (after, tool, content(TMP + "/copy")))


def may_hide(failure, file, request):
    """Where nothing failed that can be seen: what is read from a file's handle or the kernel's
    cache was right when it was opened, and an answer may be right, whatever it is called."""
    return request in WITH_FD or failure.name == "type" or (file.base == "config.vmx" and failure.name in NOT_OF_VMX)


def act(request, file, fd):
    return {**REQUESTS, **WITH_FD, **TOOLS}[request](file, fd)


def case(failure, request, file, heal=True):
    what = "%s in %s of %s" % (failure.name, request, file)
    text = "text-%06d" % rng.randrange(1000000)
    began, fd = time.monotonic(), None
    if request in WITH_FD:
        file.renew("before-" + text)
        fd = os.open(file.path, os.O_RDONLY)
    file.renew(text)
    failure.begin(file)
    child = start(act, request, file, fd)
    failure.meanwhile(child)
    code = finish(child)
    if code in LIES:
        fail("%s: %s" % (what, LIES[code]))
    if code == 0 and not may_hide(failure, file, request) and not known_refused(failure, request):
        fail("%s: it ends with 0" % what)
    tool = rng.choice(list(TOOLS))
    # Whoever comes next, while it goes on.
    if failure.lasts and failure.name not in SLOW and not isinstance(failure, (Interrupt, Lost)):
        child = start(act, tool, file, None)
        later = finish(child)
        if later in LIES:
            fail("%s: then %s: %s" % (what, tool, LIES[later]))
        if later == 0 and not may_hide(failure, file, tool):
            fail("%s: then %s ends with 0" % (what, tool))
    failure.end(file, code)
    if fd is not None:
        os.close(fd)
    if heal:
        check(file, text, what)
    if os.environ.get("HVFS_TIMES"):
        print("%6.2f s %s" % (time.monotonic() - began, what), flush=True)
    done[failure.name, request, file.base] += 1


def known_refused(failure, request):
    """What may not be read is there all the same; its size is not 0."""
    return failure.name in ("denied", "NoPermission", "401", "InvalidProperty") and request in ("stat", "listing")


# --- the table

def machines():
    root = MNT + "/by-name"
    return [root + "/" + name for name in sorted(os.listdir(root))]


def table(configs):
    free = [machine for machine in machines() if machine not in configs]
    rng.shuffle(free)
    n = 0
    for failure in FAILURES:
        if failure.name in SLOW:
            case(failure, "open", File(configs[0], "config.xml"))
            continue
        for request in (*REQUESTS, *WITH_FD):
            case(failure, request, File(configs[n % len(configs)], "config.xml"))
            n += 1
        if failure.name not in NOT_OF_VMX:
            for request in REQUESTS:
                case(failure, request, File(configs[n % len(configs)], "config.vmx"))
                n += 1
    for failure in FAILURES:
        if failure.name in SLOW:
            continue
        for request in rng.sample(list(REQUESTS), 2):
            # These are known once they were fetched: each machine is good for one.
            case(failure, request, File(free.pop(), "stats"))
    for failure in LOST:
        for request in ("stat", "open"):
            case(failure, request, File(rng.choice(configs), "config.xml"))
        case(failure, rng.choice(list(REQUESTS)), File(rng.choice(configs), "config.vmx"))
    case(LOST[0], "stat", File(free.pop(), "stats"))


def hosts():
    """All hosts are fetched at once, so nothing may succeed before the last."""
    root = MNT + "/datacenters/DC0/hosts"
    directory = root + "/" + sorted(os.listdir(root))[0]
    failures = [failure for failure in FAILURES
                if failure.name not in SLOW | {"type"} and not isinstance(failure, Denied)]
    for failure in failures:
        for base in ("stats", "info"):
            case(failure, rng.choice(list(REQUESTS)), File(directory, base), heal=False)
    for base in ("stats", "info"):
        check(File(directory, base), None, "all that failed of " + base)


def one_cannot_be_had(directories):
    """Of several, one alone: whoever walks goes on with the others, and says which."""
    bad = directories[0]
    for directory in directories:
        File(directory, "config.xml").renew("walk-%d" % rng.randrange(1000000))
    control("/deny", path="config", object=File(bad, "config.xml").moref)
    until(lambda: content(bad + "/annotation") is None, "the denial is pushed")
    for command in (["grep", "-l", "<domain", *[d + "/config.xml" for d in directories]],
                    ["cp", "--parents", *[d + "/config.xml" for d in directories], TMP]):
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode == 0 or bad not in result.stderr or result.stderr.count("\n") != 1:
            fail("%s: status %d, %r" % (command[0], result.returncode, result.stderr))
        if command[0] == "grep" and result.stdout.count("\n") != len(directories) - 1:
            fail("grep found %r" % result.stdout)
    control("/allow", path="config", object=File(bad, "config.xml").moref)
    done["denied", "walk", "config.xml"] += 1


def random_rounds(directories):
    for _ in range(ROUNDS):
        base = rng.choice(("config.xml", "config.xml", "config.vmx", "stats"))
        file = File(rng.choice(directories), base)
        failures = [f for f in FAILURES if f.name not in SLOW
                    and not (base == "config.vmx" and f.name in NOT_OF_VMX)]
        chosen = rng.choice(failures)
        request = rng.choice(list({**REQUESTS, **TOOLS}))
        text = "text-%06d" % rng.randrange(1000000)
        what = "round: %s in %s of %s" % (chosen.name, request, file)
        file.renew(text)
        # A few calls, from the n-th on; any of the methods.
        if isinstance(chosen, (Interrupt, Denied)):
            chosen.begin(file)
        else:
            control("/fail", what=chosen.what, n=rng.randint(1, 3), times=rng.randint(1, 3),
                    **chosen.query, **({"method": rng.choice(METHODS)} if rng.random() < 0.7 else {}))
        children = [start(act, request, file, None)]
        if isinstance(chosen, Interrupt):
            time.sleep(rng.random() * 0.05)
            interrupt(children[0])
        for child in children:
            code = finish(child)
            if code in LIES:
                fail("%s: %s" % (what, LIES[code]))
        if isinstance(chosen, Denied):
            chosen.end(file, code)
        control("/heal")
        check(file, text, what)
        done[chosen.name, request, base] += 1


print("seed %d" % SEED)
walked = rng.sample(machines(), 4)
if API == "6.5":
    table(walked)
    hosts()
one_cannot_be_had(walked)
random_rounds(walked)
print("%d combinations, %d rounds in all" % (len(done), sum(done.values())))
