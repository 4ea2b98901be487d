"""Meters on the network: many clients, slow and dead ones, ports that are taken."""
import json
import re
import resource
import socket
import subprocess
import time
import unittest

import rig

# A telegram a second, at the true pace of the line.
FAST = ["--speed", "10", "--start", "2026-06-15T10:00:07Z"]


def read_up_to(client, end):
    got = b""
    while not got.endswith(end):
        byte = client.recv(1)
        if not byte:
            raise AssertionError(f"ended after {got[-80:]!r}")
        got += byte
    return got


class Tcp(rig.Case):
    def meter(self, *arguments, host=""):
        self.stats = self.folder / "stats.json"
        process = self.start("simulate", "kaifa-ma304c", "--line", f"tcp-listen:{host}0",
                             "--stats-json", self.stats, *arguments, stderr=subprocess.PIPE)
        self.said = process.stderr.readline().decode()
        self.port = int(re.match(r"tcp-listen:[0-9.]+:(\d+)\b", self.said)[1])
        return process

    def connect(self, **options):
        client = socket.socket()
        for option, value in options.items():
            client.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
        client.settimeout(rig.HANG)
        client.connect(("127.0.0.1", self.port))
        self.addCleanup(client.close)
        return client

    def check_next_telegram(self, client):
        read_up_to(client, b"/")
        telegram = b"/" + read_up_to(client, b"!") + read_up_to(client, b"\r\n")
        covered, crc = rig.parts_of(telegram)
        self.assertEqual(int(crc, 16), rig.crc16(covered))
        return telegram

    def stats_of(self, meter):
        meter.terminate()
        self.assertEqual(meter.wait(rig.HANG), 130)
        return json.loads(self.stats.read_text())

    def test_every_client_gets_the_stream(self):
        self.meter(*FAST)
        clients = [self.connect() for _ in range(20)]
        got = {self.check_next_telegram(client) for client in clients}
        self.assertLessEqual(len(got), 2, "the same telegram, or the next for a late one")

    def test_without_a_host_only_this_machine_is_let_in(self):
        self.meter()
        self.assertIn("tcp-listen:127.0.0.1:", self.said)
        self.assertIn("this machine only", self.said)
        self.assertNotIn("this machine only", (self.meter(host="0.0.0.0:"), self.said)[1])

    def test_slow_and_dead_clients_cost_nobody_else_anything(self):
        # 20,000 bytes a second and more: a client that does not read is full soon.
        meter = self.meter("--speed", "400", "--pace", "none")
        slow = [self.connect(SO_RCVBUF=2048) for _ in range(10)]
        good = self.connect()
        got = b""
        while got.count(b"\r\n!") < 240:  # six seconds of it
            got += good.recv(65536)
        stats = self.stats_of(meter)
        self.assertGreater(stats["lines"][0]["dropped"], 0)
        while True:
            rest = good.recv(65536)
            if not rest:
                break
            got += rest
        # Nothing is missing for the good one: its telegrams are 10 s of the meter apart.
        seconds = [int(at[-3:-1]) for at in re.findall(rb"0-0:1\.0\.0\(\d{12}[SW]", got)]
        del slow
        steps = {(after - before) % 60 for before, after in zip(seconds, seconds[1:])}
        self.assertEqual(steps, {10})

    def test_what_clients_send_is_thrown_away(self):
        meter = self.meter(*FAST)
        client = self.connect()
        client.sendall(b"\xff\x00GET / HTTP/1.1\r\n" * 100_000)
        self.check_next_telegram(client)
        self.assertEqual(self.stats_of(meter)["lines"][0]["received"], 1_800_000)

    def test_at_max_speed_nobody_loses_anything(self):
        meter = self.meter("--speed", "max", "--count", "3000",
                           "--start", "2026-06-15T10:00:07Z")
        client = self.connect(SO_RCVBUF=2048)
        time.sleep(0.3)
        got = b""
        while True:
            portion = client.recv(65536)
            if not portion:
                break
            got += portion
        self.assertEqual(meter.wait(rig.HANG), 0)
        self.assertEqual(got.count(b"\r\n!"), 3000)
        self.assertEqual(json.loads(self.stats.read_text())["lines"][0]["dropped"], 0)

    def test_a_port_that_is_taken(self):
        self.meter()
        for scheme in ("tcp-listen", "rfc2217-listen"):
            self.assert_fails(4, [f"{scheme}:127.0.0.1:{self.port}: Address already in use"],
                              "simulate", "kaifa-ma304c", "--line",
                              f"{scheme}:127.0.0.1:{self.port}")

    def test_no_descriptor_left_for_a_client(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
        meter = self.start("simulate", "kaifa-ma304c", "--line", "tcp-listen:0", *FAST,
                           stderr=subprocess.PIPE, preexec_fn=limit)
        self.port = int(re.match(r"\S+:(\d+) ", meter.stderr.readline().decode())[1])
        clients = [self.connect() for _ in range(30)]
        self.check_next_telegram(clients[0])
        for client in clients[:29]:
            client.close()
        self.check_next_telegram(clients[29])


class TcpOut(rig.Case):
    def test_the_meter_connects(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            meter = self.start("simulate", "kaifa-ma304c", "--line", f"tcp:127.0.0.1:{port}",
                               "--count", "3", *FAST)
            server.settimeout(rig.HANG)
            peer, _ = server.accept()
            with peer:
                peer.settimeout(rig.HANG)
                got = b""
                while portion := peer.recv(65536):
                    got += portion
        self.assertEqual(meter.wait(rig.HANG), 0)
        self.assertEqual(got.count(b"\r\n!"), 3)

    def test_the_line_ends_with_the_connection(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            meter = self.start("simulate", "kaifa-ma304c", "--line", f"tcp:localhost:{port}")
            server.settimeout(rig.HANG)
            server.accept()[0].close()
        self.assertEqual(meter.wait(rig.HANG), 0)

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.assert_fails(4, f"tcp:127.0.0.1:{port}: Connection refused", "simulate",
                          "kaifa-ma304c", "--line", f"tcp:127.0.0.1:{port}")

    def test_an_address_that_is_none(self):
        for uri in ("tcp:nowhere", "tcp:4001", "tcp:host:0", "tcp-listen:host:9999x"):
            said = self.assert_fails(2, "is not an address, expected", "simulate", "kaifa-ma304c",
                                     "--line", uri)
            self.assertIn(uri, said)
        self.assert_fails(2, "a port is 0 to 65535", "simulate", "kaifa-ma304c", "--line",
                          "tcp-listen:99999")


class ManyLines(rig.Case):
    def test_one_meter_has_several_readers(self):
        files = [self.folder / "a", self.folder / "b"]
        result = rig.run("simulate", "kaifa-ma304c", "--line", f"file:{files[0]}", "--line",
                         "stdout", "--line", f"file:{files[1]}", "--count", "5", "--speed", "max",
                         "--start", "2026-06-15T10:00:07Z", "--stats")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stdout.count(b"\r\n!"), 5)
        for file in files:
            self.assertEqual(file.read_bytes(), result.stdout)
        self.assertIn(b"5 telegrams", result.stderr)

    def test_the_pace_does_not_change_the_bytes(self):
        outputs = {rig.run("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "3",
                           "--pace", pace, *FAST).stdout for pace in ("line", "byte", "none")}
        self.assertEqual(len(outputs), 1)
        self.assertEqual(outputs.pop().count(b"\r\n!"), 3)

    def test_lateness_is_told(self):
        stats = self.folder / "stats.json"
        result = rig.run("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "2",
                         "--stats-json", stats, *FAST)
        told = json.loads(stats.read_text())
        self.assertEqual(told["telegrams"], 2)
        self.assertEqual(told["bytes"], len(result.stdout))
        late = told["lateness_us"]
        self.assertGreater(late["pieces"], 2)
        self.assertLessEqual(late["p50"], late["p99"])
        self.assertLessEqual(late["p99"], late["max"])

    def test_wrong_words(self):
        for option in ("--request", "--pace"):
            self.assert_fails(2, [option, "expected line,"], "simulate", "kaifa-ma304c", option,
                              "sometimes")


class Requests(rig.Case):
    def send(self, *arguments):
        return rig.run("simulate", "kaifa-ma304c", "--line", "stdout", "--speed", "max",
                       "--start", "2026-06-15T10:00:07Z", "--until", "2026-06-15T10:02:00Z",
                       *arguments)

    def test_nothing_is_sent_that_nobody_asks_for(self):
        result = self.send("--request", "off")
        self.assertEqual((result.returncode, result.stdout), (0, b""))
        self.assertEqual(self.send("--request", "on").stdout.count(b"\r\n!"), 11)

    def test_a_scenario_asks_and_releases(self):
        scenario = self.folder / "request.toml"
        scenario.write_text("""
[scenario]
title = "Asked for a while"
made_for = "kaifa-ma304c"
start = "2026-06-15T10:00:00Z"

[[event]]
at = "2026-06-15T10:00:05Z"
kind = "request-off"

[[event]]
at = "2026-06-15T10:00:33Z"
kind = "request-on"

[[event]]
at = "2026-06-15T10:01:00Z"
kind = "request-off"
""")
        result = self.send("--scenario", scenario)
        self.assertEqual(result.returncode, 0, result.stderr)
        # At once, then on the multiples of ten seconds, and not at the moment of the release.
        self.assertEqual([at.decode() for at in re.findall(rb"1\.0\.0\((\d+)S\)", result.stdout)],
                         ["260615120033", "260615120040", "260615120050"])
        self.assertEqual(self.send("--scenario", scenario, "--request", "on")
                         .stdout.count(b"\r\n!"), 11)


if __name__ == "__main__":
    unittest.main()
