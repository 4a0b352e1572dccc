# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/fault/relay.py - a server at another address

    relay.py ADDRESS PORT HOST:PORT

Prints its port, and carries each connection there until it is ended.
"""
import socket
import socketserver
import sys
import threading

host, port = sys.argv[3].rsplit(":", 1)


def carry(source, target):
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.create_connection((host, int(port))) as there:
            threading.Thread(target=carry, args=(there, self.request), daemon=True).start()
            carry(self.request, there)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


server = Server((sys.argv[1], int(sys.argv[2])), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
