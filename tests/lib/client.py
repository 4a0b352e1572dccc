# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/client.py - has pyVmomi loaded, and runs a script of this directory for whoever asks

    client.py FILE      writes its port to FILE, and serves until it is killed

Exists because pyVmomi takes 0.4 s of processor time to load, and tests ask the server by it
hundreds of times: here each run is a process that begins with all of it.  tests/lib/ask asks:
the number of words, then each of them, the script's name first, all ended by NUL.  The answer is
a line with the exit status and the length of what the script said on its standard error, then
that, then its output.
"""
import os
import runpy
import signal
import socket
import sys
import tempfile
import traceback

import pyVim.connect # pylint: disable=unused-import
import pyVmomi # pylint: disable=unused-import

HERE = os.path.dirname(os.path.abspath(__file__))


def receive(connection):
    asked = b''
    while asked.count(b'\0') < 1 or asked.count(b'\0') <= int(asked.split(b'\0')[0]):
        more = connection.recv(65536)
        if not more:
            sys.exit(1)
        asked += more
    return [os.fsdecode(word) for word in asked.split(b'\0')[1:-1]]


def run(script, args):
    """Returns: the exit status."""
    sys.argv = [script, *args]
    try:
        runpy.run_path(os.path.join(HERE, script), run_name='__main__')
    except SystemExit as e:
        if isinstance(e.code, str):
            print(e.code, file=sys.stderr)
        return e.code if isinstance(e.code, int) else int(e.code is not None)
    except Exception: # pylint: disable=broad-except
        traceback.print_exc()
        return 1
    return 0


def answer(connection):
    script, *args = receive(connection)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        status = run(script, args)
        sys.stdout.flush()
        sys.stderr.flush()
        out.seek(0)
        err.seek(0)
        said = err.read()
        connection.sendall(b'%d %d\n' % (status, len(said)) + said + out.read())


def main():
    server = socket.create_server(('127.0.0.1', 0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with open(sys.argv[1] + '.new', 'w', encoding='ascii') as file:
        print(server.getsockname()[1], file=file)
    os.rename(sys.argv[1] + '.new', sys.argv[1])
    while True:
        connection, _ = server.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            server.close()
            answer(connection)
            connection.close()
            os._exit(0)
        connection.close()


main()
