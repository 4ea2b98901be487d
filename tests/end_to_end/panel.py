"""What the tests of the panel share: a meter with one, its API, and a WebSocket without a library."""
import base64
import http.client
import json
import os
import re
import select
import socket
import struct
import subprocess

import rig

# A house in which nothing happens: what is added is all that flows.
EMPTY = """[scenario]
title = "Nothing is on"

[[load]]
kind = "fixed"
l1 = "0 W"
"""


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class PanelCase(rig.Case):
    """A test with a meter that has a panel."""
    token = None

    def meter(self, *arguments, profile="iskra-am550", **options):
        """Starts a meter with a panel, and returns when it runs."""
        self.process = self.start("simulate", profile, "--panel", options.pop("panel", "0"), *arguments,
                                  stderr=subprocess.PIPE, **options)
        self.said = b""
        while True:
            line = self.process.stderr.readline()
            self.said += line
            if not line:
                raise AssertionError(f"the meter ended: {self.said.decode()}")
            found = re.match(rb"panel: http://(.*):(\d+)/", line)
            if found:
                self.host, self.port = found[1].decode().strip("[]"), int(found[2])
                break
        return self.process

    def empty(self):
        file = self.folder / "empty.toml"
        file.write_text(EMPTY)
        return file

    def ask(self, method, path, body=None, headers=None, raw=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=rig.HANG)
        self.addCleanup(connection.close)
        given = dict(headers or {})
        if self.token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            given.setdefault("Content-Type", "application/json")
        connection.request(method, path, body=raw, headers=given)
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def get(self, path):
        answer = self.ask("GET", path)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def post(self, *changes):
        answer = self.ask("POST", "/api/v1/events", list(changes))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json()["items"]

    def put(self, what, body):
        answer = self.ask("PUT", f"/api/v1/{what}", body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def quantity(self, name):
        return next(row["value"] for row in self.get("/api/v1/meter")["quantities"] if row["name"] == name)


class WebSocket:
    """RFC 6455, as much of it as a test needs."""

    def __init__(self, port, path="/api/v1/stream", headers=(), receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(rig.HANG)
        self.socket.connect(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self._more()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])

    def _more(self):
        got = self.socket.recv(65536)
        if not got:
            raise EOFError
        self.data += got

    def _take(self, size):
        while len(self.data) < size:
            self._more()
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def message(self):
        """The next message as JSON; EOFError at the end."""
        text = b""
        while True:
            first, size = self._take(2)
            size &= 127
            if size == 126:
                size, = struct.unpack(">H", self._take(2))
            elif size == 127:
                size, = struct.unpack(">Q", self._take(8))
            body = self._take(size)
            if first & 15 == 8:
                raise EOFError(struct.unpack(">H", body[:2])[0] if body else None)
            if first & 15 in (0, 1):  # in fragments, the last of which says so
                text += body
                if first & 0x80:
                    return json.loads(text)

    def until(self, kind):
        """The next message of this type."""
        while True:
            message = self.message()
            if message["type"] == kind:
                return message

    def send(self, text):
        body = text.encode()
        size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + struct.pack(">H", len(body))
        self.socket.sendall(b"\x81" + size + b"\0\0\0\0" + body)

    def close(self):
        self.socket.close()


class Wire:
    """A reader on a TCP line: telegrams, one after the other."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=rig.HANG)
        self.data = b""

    def telegram(self):
        """The next one that begins from now on."""
        while True:
            found = re.search(rb"/[^!]*![0-9A-F]*\r\n", self.data)
            if found:
                self.data = self.data[found.end():]
                return found[0]
            got = self.socket.recv(65536)
            if not got:
                raise EOFError
            self.data += got

    def is_silent_for(self, seconds):
        ready, _, _ = select.select([self.socket], [], [], seconds)
        return not ready

    def close(self):
        self.socket.close()
