# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/driver.py - a program of ours that answers each line with a line

It reads and writes files in a directory that both know.
"""
import subprocess
import sys
import tempfile


class Driver:
    def __init__(self, program, hint=''):
        """hint: what is said where it ends before its time"""
        self.program, self.hint = program, hint
        self.tmp = tempfile.mkdtemp(prefix='hvfs-driver-')
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def ask(self, command):
        self.process.stdin.write(command + '\n')
        answer = self.process.stdout.readline().strip()
        if not answer:
            sys.exit(f'FAIL: {self.program} ended at: {command}{self.hint}')
        return answer

    def put(self, name, text):
        with open(f'{self.tmp}/{name}', 'w') as f:
            f.write(text)

    def get(self, name):
        with open(f'{self.tmp}/{name}') as f:
            return f.read()
