"""A gateway: what it reads at a terminal, it passes on to whoever connects.

usage: gateway.py ENDPOINT HOST:PORT [--no-cr]      without the carriage returns
"""
import os
import socket
import sys
import threading
import time
import tty

endpoint, where, *flags = sys.argv[1:]
host, port = where.rsplit(":", 1)
server = socket.create_server((host, int(port)))
clients = []


def accept():
    while True:
        clients.append(server.accept()[0])


threading.Thread(target=accept, daemon=True).start()
while True:
    try:
        with open(endpoint, "rb", buffering=0) as line:
            tty.setraw(line.fileno())
            while chunk := line.read(4096):
                if "--no-cr" in flags:
                    chunk = chunk.replace(b"\r", b"")
                for client in list(clients):
                    try:
                        client.sendall(chunk)
                    except OSError:
                        clients.remove(client)
    except OSError:
        pass
    time.sleep(0.05)
