#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/mount/test-mount-prompt.py - a mount that asks for user and password on a terminal

Run by test-mount-prompt.sh: HVFS URI MOUNTPOINT [vcenter].  Ctrl-C at the question leaves a
terminal that echoes and nothing running.
"""
import os
import pty
import select
import signal
import sys
import termios

LIMIT_S = 60


class Terminal:
    def __init__(self, argv):
        self.shown = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            # Ignored where the tests run in the background of a shell.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(argv[0], argv)

    def await_text(self, text):
        while not self.shown.endswith(text):
            if not select.select([self.master], [], [], LIMIT_S)[0]:
                sys.exit(f"FAIL: no {text!r} after {self.shown!r}")
            self.shown += os.read(self.master, 1024)
        return self

    def type(self, text):
        os.write(self.master, text)
        return self

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def end(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def check(what, got, wanted):
    if got != wanted:
        sys.exit(f"FAIL: {what}: got {got!r}, not {wanted!r}")


def ask_for_two(hvfs, uri, mountpoint):
    t = Terminal([hvfs, uri, mountpoint])
    for default, user in (b"root", b"me"), (b"administrator", b"mover"):
        t.await_text(b"Enter username for 127.0.0.1 [%s]: " % default).type(user + b"\n")
        t.await_text(b"Enter %s's password for 127.0.0.1: " % user).type(b"secret\n")
    check("status", t.end(), 0)
    check("mounted", os.path.ismount(mountpoint), True)


def main(hvfs, uri, mountpoint):
    ask_user = b"Enter username for 127.0.0.1 [administrator]: "
    ask_password = b"Enter user's password for 127.0.0.1: "

    t = Terminal([hvfs, uri, mountpoint])
    t.await_text(ask_user).type(b"user\n").await_text(ask_password)
    check("echo at the question", t.echoes(), False)
    t.type(b"\x03")
    check("status after Ctrl-C", t.end(), -signal.SIGINT)
    check("echo after Ctrl-C", t.echoes(), True)
    check("mounted after Ctrl-C", os.path.ismount(mountpoint), False)

    t = Terminal([hvfs, uri, mountpoint])
    t.await_text(ask_user).type(b"user\n").await_text(ask_password).type(b"pass word\n")
    check("status", t.end(), 0)
    check("mounted", os.path.ismount(mountpoint), True)
    if b"pass word" in t.shown:
        sys.exit("FAIL: the password was shown")


if sys.argv[4:]:
    ask_for_two(*sys.argv[1:4])
else:
    main(*sys.argv[1:])
