"""A panel that is used by those who mean harm, and by those who make mistakes."""
import json
import os
import pathlib
import re
import socket
import subprocess
import unittest

import rig
from panel import PanelCase, WebSocket, Wire


class Hostile(PanelCase):
    def raw(self, data, close=True):
        """What the panel answers to these bytes, to the end."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=rig.HANG) as peer:
            try:
                peer.sendall(data)
                if close:
                    peer.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused while it was sent
            answer = b""
            try:
                while got := peer.recv(65536):
                    answer += got
            except ConnectionError:
                pass
            return answer

    def status(self, data, close=True):
        answer = self.raw(data, close)
        found = re.match(rb"HTTP/1\.1 (\d+) ", answer)
        return int(found[1]) if found else answer

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def test_other_names_and_other_sites_are_refused(self):
        self.meter()
        here = f"127.0.0.1:{self.port}"
        for status, headers in (
                (200, {}), (200, {"Host": f"localhost:{self.port}"}), (200, {"Host": f"[::1]:{self.port}"}),
                (200, {"Host": "192.168.1.7:8080"}), (403, {"Host": "evil.example"}),
                (403, {"Host": f"evil.example:{self.port}"}), (403, {"Host": "127.0.0.1.evil.example"}),
                (200, {"Origin": f"http://{here}"}), (403, {"Origin": "http://evil.example"}), (403, {"Origin": "null"}),
                (403, {"Origin": f"https://{here}"}), (403, {"Origin": "http://127.0.0.1:1"})):
            with self.subTest(headers):
                self.assertEqual(self.ask("GET", "/api/v1/meter", headers=headers).status, status)
        self.assertEqual(WebSocket(self.port, headers=["Origin: http://evil.example"]).status, 403)
        self.assertEqual(WebSocket(self.port, headers=[f"Origin: http://{here}"]).status, 101)
        # What a form of another site can send without asking.
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = self.ask("POST", "/api/v1/events", raw=b'{"kind":"port-off"}', headers={"Content-Type": kind})
            self.assertEqual(answer.status, 415)
        # No page of another site may show it in a frame.
        self.assertEqual(self.ask("GET", "/").headers["x-frame-options"], "DENY")
        self.assertIn("frame-ancestors 'none'", self.ask("GET", "/").headers["content-security-policy"])

    def test_other_machines_need_a_token(self):
        said = self.assert_fails(2, "--panel-token-file", "simulate", "iskra-am550", "--panel", "0.0.0.0:0")
        self.assertIn("0.0.0.0", said)
        file = self.folder / "token"
        for wrong in ("short\n", "with a blank in between\n", ""):
            file.write_text(wrong)
            self.assert_fails(2, "16 letters and digits", "simulate", "iskra-am550", "--panel", "0",
                              "--panel-token-file", file)
        self.assert_fails(2, "none", "simulate", "iskra-am550", "--panel", "0", "--panel-token-file", self.folder / "none")
        self.assert_fails(2, "requires --panel", "simulate", "iskra-am550", "--panel-token-file", file)
        file.write_text("0123456789abcdef\n")
        self.meter("--panel-token-file", file, panel="0.0.0.0:0")
        for status, token in ((401, None), (401, "0123456789abcdeg"), (401, "0123456789abcde"), (200, "0123456789abcdef")):
            self.token = token
            self.assertEqual(self.ask("GET", "/api/v1/meter").status, status)
            self.assertEqual(self.ask("GET", "/").status, 200, "the page has no secrets, and asks for the token")
        self.assertEqual(WebSocket(self.port).status, 401)
        self.assertEqual(WebSocket(self.port, "/api/v1/stream?token=0123456789abcdef").status, 101)

    def test_a_port_that_is_taken_is_said_before_anything_is_begun(self):
        link = self.folder / "p1"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.assert_fails(4, "Address already in use", "simulate", "iskra-am550", "--line", f"pty:{link}",
                              "--panel", taken.getsockname()[1])
        self.assertFalse(os.path.lexists(link))
        for wrong in ("x", "70000", "1:2:3", ""):
            self.assert_fails(2, "--panel", "simulate", "iskra-am550", "--panel", wrong)

    def test_bytes_that_are_no_request(self):
        self.meter()
        head = f"Host: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n".encode()
        self.assertEqual(self.status(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 400)
        self.assertEqual(self.status(b"GET / HTTP/9.9\r\n" + head + b"\r\n"), 400)
        self.assertEqual(self.status(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"), 431)
        self.assertEqual(self.status(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n"), 431)
        self.assertEqual(self.status(b"GET / HTTP/1.1\r\n\r\n"), 403, "no host")
        post = b"POST /api/v1/events HTTP/1.1\r\n" + head
        self.assertEqual(self.status(post + b"Content-Length: 10000000\r\n\r\n" + b"x" * 10_000_000), 413)
        chunks = b"".join(b"10000\r\n" + b"x" * 65536 + b"\r\n" for _ in range(10))
        self.assertEqual(self.status(post + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"), 413)
        self.assertEqual(self.status(post + b"Content-Length: -1\r\n\r\n"), 400)
        self.assertEqual(self.status(post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456"), 400)
        self.assertEqual(self.raw(post + b"Content-Length: 100\r\n\r\n{"), b"", "it ended in the middle")
        self.assertEqual(self.ask("GET", "/api/v1/meter").status, 200)

    def test_json_that_is_meant_to_hurt(self):
        self.meter()
        for body in (b"[" * 100_000, b'{"a":' * 50_000, b"[" + b"[]," * 80_000 + b"[]]", b"nul", b"\xff\xfe", b"",
                     b"[null]", b'{"kind":null}', b'{"kind":["fixed"]}', b'{"kind":"fixed","l1":' + b"9" * 100_000 + b"}",
                     b'{"kind":"fixed","l1":"' + b"9" * 100_000 + b' W"}',
                     b'{"kind":"fixed","kind":"fixed"}', b'{"kind":"message","text":"' + b"x" * 200_000 + b'"}',
                     b'{"kind":"set","values":{"":""}}', b'{"kind":"table","csv":"' + b"\\n" * 100_000 + b'"}',
                     b'{"kind":"fixed","l1":"1 kW","name":"' + b"\\ud800" + b'"}'):
            with self.subTest(body[:40]):
                answer = self.ask("POST", "/api/v1/events", raw=body)
                self.assertEqual(answer.status, 400, answer.body[:200])
                self.assertTrue(answer.json()["detail"])
        for path in ("/api/v1/request", "/api/v1/speed", "/api/v1/pause", "/api/v1/faults"):
            for body in (b"", b"null", b"[]x", b"true", b'"on"', b"[[[]]]"):
                self.assertEqual(self.ask("PUT", path, raw=body).status, 400, (path, body))
        self.assertEqual(len(self.get("/api/v1/events")["items"]), 1)

    def test_crowds_slow_senders_and_floods_do_not_stop_the_meter(self):
        port = rig.free_port()
        self.meter("--line", f"tcp-listen:{port}")
        wire = Wire(("127.0.0.1", port))
        self.addCleanup(wire.close)
        first = wire.telegram()
        peers = []
        before = self.memory()
        for number in range(500):
            peer = socket.create_connection(("127.0.0.1", self.port), timeout=rig.HANG)
            peers.append(peer)
            try:
                if number % 3:
                    peer.sendall(b"GET /api/v1/meter HTTP/1.1\r\nHost: 127.")  # and then no more
            except OSError:
                pass  # it had to make room
        self.addCleanup(lambda: [peer.close() for peer in peers])
        self.assertEqual(self.ask("GET", "/api/v1/meter").status, 200, "the newest is served")
        streams = [WebSocket(self.port) for _ in range(10)]
        for stream in streams:
            self.addCleanup(stream.close)
            try:
                for _ in range(100):
                    stream.send("x" * 100)
            except OSError:
                pass  # closed: it has nothing to say
        for _ in range(300):
            self.ask("POST", "/api/v1/events", raw=b"[" * 100_000)
        self.assertEqual(self.ask("GET", "/api/v1/meter").status, 200)
        self.assertNotEqual(wire.telegram(), first)
        self.assertLess(self.memory() - before, 64 * 1024, "kB more than before")

    def test_a_listener_too_many_is_sent_away(self):
        self.meter()
        streams = [WebSocket(self.port) for _ in range(17)]
        for stream in streams:
            self.addCleanup(stream.close)
        self.assertEqual([stream.status for stream in streams], [101] * 16 + [503])


class Documented(PanelCase):
    def test_the_commands_of_the_document_work(self):
        (self.folder / "p1rig").symlink_to(rig.PROGRAM)
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        text = (rig.SOURCE / "docs/panel.md").read_text()
        for known in ("8080", "8081", "2001"):
            text = text.replace(known, str(rig.free_port()))
        blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
        self.assertGreater(len(blocks), 5)
        commands = [command for block in blocks for command in block.replace("\\\n", " ").splitlines()]
        said = {}
        for command in commands:
            if " --panel " in command:
                words = re.match(r"(\(.*\)|p1rig .*)", command)[0].split()
                meter = self.start(*words[1:], stderr=subprocess.PIPE, cwd=self.folder)
                while (line := meter.stderr.readline()) and not line.startswith(b"panel:"):
                    pass
                self.assertTrue(line, command)
                continue
            result = subprocess.run(["bash", "-c", command], cwd=self.folder, env=environment, capture_output=True)
            self.assertEqual(result.returncode, 0, (command, result.stderr))
            said[command] = result.stdout.decode()
        answers = [json.loads(answer) for answer in said.values() if answer.startswith("{")]
        refused = [answer for answer in answers if answer.get("status") == 400]
        self.assertEqual(len(refused), 1)
        self.assertIn('did you mean "message"', refused[0]["detail"])
        self.assertIn(["fixed"], [[item["what"]["kind"] for item in answer.get("items", [])] for answer in answers])
        played = next(answer for command, answer in said.items() if "--scenario run.toml" in command)
        self.assertRegex(played, r"^/ISK5")


if __name__ == "__main__":
    unittest.main()
