"""Recordings: what is written, what tshark makes of it, and what comes back out of it."""
import datetime
import json
import os
import re
import socket
import subprocess
import unittest

import rig

START = "2026-06-15T10:00:07Z"
# The first multiple of the period of 10 s after it.
FIRST = datetime.datetime(2026, 6, 15, 10, 0, 10, tzinfo=datetime.timezone.utc).timestamp()


class Recording(rig.Case):
    def setUp(self):
        super().setUp()
        self.pcap = self.folder / "line.pcap"

    def record(self, *arguments, profile="kaifa-ma304c", count=3):
        """A meter on stdout, written down; what it sent."""
        result = rig.run("simulate", profile, "--line", "stdout", "--count", count, "--start",
                         START, "--speed", "max", "--record", self.pcap, *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout

    def test_a_replay_sends_the_same_bytes(self):
        sent = self.record()
        for speed in ("max", "1000"):
            result = rig.run("replay", self.pcap, "--line", "stdout", "--speed", speed)
            self.assertEqual((result.returncode, result.stderr), (0, b""))
            self.assertEqual(result.stdout, sent)

    def test_a_replay_goes_round(self):
        sent = self.record()
        again = ["replay", self.pcap, "--line", "stdout", "--speed", "max"]
        self.assertEqual(rig.run(*again, "--times", 3).stdout, 3 * sent)
        endless = self.start(*again, "--loop", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(endless.stdout.read(10 * len(sent)), 10 * sent)
        endless.stdout.close()  # the line ends with its reader
        self.assertEqual(endless.wait(rig.HANG), 1)
        for times in ("0", "-1", "x", "9" * 30):
            self.assert_fails(2, "--times: expected a number, at least 1", *again, f"--times={times}")
        self.assert_fails(2, "cannot be combined", *again, "--loop", "--times", 2)

    def test_nothing_is_replayed_of_nothing(self):
        self.record()
        self.pcap.write_bytes(self.pcap.read_bytes()[:24])  # without a packet
        for often in ([], ["--loop"], ["--times", "2"]):
            self.assert_fails(1, "line.pcap: contains nothing that a meter sent", "replay",
                              self.pcap, "--line", "stdout", *often)

    def test_a_replay_says_that_it_waits(self):
        sent = self.record()
        replay = self.start("replay", self.pcap, "--line", "tcp-listen:0", stderr=subprocess.PIPE)
        port = int(re.search(rb"127.0.0.1:(\d+)", replay.stderr.readline())[1])
        self.assertEqual(replay.stderr.readline(), b"waiting for a reader\n")
        with socket.create_connection(("127.0.0.1", port), rig.HANG) as reader:
            self.assertEqual(reader.recv(1), sent[:1])
        self.assertEqual(replay.stderr.readline(), b"the reader disconnected before the end of the recording: "
                                                   b"waiting for a reader\n")
        self.assertIsNone(replay.poll())

    def test_nothing_is_late_without_gaps(self):
        sent = self.record()
        told = [rig.run("replay", self.pcap, "--line", "stdout", "--speed", speed,
                        "--stats").stderr.decode() for speed in ("max", "1000")]
        self.assertEqual(told[0], f"{len(sent)} bytes sent\n")
        self.assertIn("late by", told[1])

    def test_a_reader_of_a_terminal_gets_the_same_bytes(self):
        sent = self.record()
        link = self.folder / "meter"
        replay = self.start("replay", self.pcap, "--line", f"pty:{link}", "--speed", "20",
                            stderr=subprocess.DEVNULL)
        rig.wait_for(link.is_symlink, "the link")
        again = self.folder / "again.pcap"
        result = rig.run("record", link, "-o", again, "--count", "3")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(replay.wait(rig.HANG), 0)
        self.assertEqual(rig.run("replay", again, "--line", "stdout", "--speed", "max").stdout,
                         sent)

    def test_gaps_are_kept(self):
        """Three telegrams ten seconds apart, at 20 times the speed: one second and a little."""
        self.record()
        begin = os.times().elapsed
        self.assertEqual(rig.run("replay", self.pcap, "--line", "stdout", "--speed",
                                 "20").returncode, 0)
        self.assertGreater(os.times().elapsed - begin, 1.0)

    def test_read_and_lint_take_recordings(self):
        sent = self.record()
        text = self.folder / "text"
        text.write_bytes(sent)
        for command in ("read", "lint"):
            from_text, from_recording = rig.run(command, text), rig.run(command, self.pcap)
            self.assertEqual(from_recording.returncode, from_text.returncode)
            self.assertEqual(from_recording.stdout.replace(b"line.pcap", b"text"),
                             from_text.stdout)

    def test_the_note_says_how(self):
        self.record("--seed", "7", "--fault", "crc-wrong,every=2")
        note = self.pcap.with_suffix(".toml").read_text()
        for line in ('profile = "kaifa-ma304c"', 'settings = "115200 8N1"', 'seed = "7"',
                     'line = "stdout"'):
            self.assertIn(line, note.splitlines())
        self.assertIn("crc-wrong,every=2", note)

    def test_the_same_seed_makes_the_same_file(self):
        self.record()
        first = self.pcap.read_bytes()
        self.record()
        self.assertEqual(self.pcap.read_bytes(), first)

    def test_record_from_the_network(self):
        meter = self.start("simulate", "kaifa-ma304c", "--line", "tcp-listen:127.0.0.1:0",
                           "--speed", "20", stderr=subprocess.PIPE)
        port = meter.stderr.readline().decode().split("127.0.0.1:")[1].split()[0].strip(",;")
        result = rig.run("record", f"tcp:127.0.0.1:{port}", "-o", self.pcap, "--count", "2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(rig.run("read", self.pcap).returncode, 0)

    def test_record_ends_in_time(self):
        meter = self.start("simulate", "kaifa-ma304c", "--line", f"pty:{self.folder / 'meter'}",
                           stderr=subprocess.DEVNULL)
        rig.wait_for((self.folder / "meter").is_symlink, "the link")
        result = rig.run("record", self.folder / "meter", "-o", self.pcap, "--duration", "0.2")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIsNone(meter.poll())

    def test_what_cannot_be_read(self):
        self.record()
        whole = self.pcap.read_bytes()
        for command in (["read"], ["lint"], ["replay", "--line", "stdout", "--speed", "max"]):
            self.pcap.write_bytes(whole[:-3])
            result = rig.run(*command, self.pcap)
            self.assertEqual(result.returncode, 4, result.stderr)
            self.assertIn(b"line.pcap: ends within a packet, after 3 events", result.stderr)
            self.assertNotEqual(result.stdout, b"")  # what is before that
            # Link type 1 in place of 250.
            self.pcap.write_bytes(whole[:20] + b"\1\0\0\0" + whole[24:])
            self.assert_fails(2, ["EN10MB", "RTAC_SERIAL"], *command, self.pcap)
            # A length of 2 GB.
            self.pcap.write_bytes(whole[:32] + 2 * b"\xff\xff\xff\x7f" + whole[40:])
            result = rig.run(*command, self.pcap)
            self.assertEqual(result.returncode, 4, result.stderr)
            self.assertIn(b"2147483647", result.stderr)
            self.assertIn(b", after 0 events", result.stderr)
        self.assert_fails(2, "is not a recording", "replay", rig.SOURCE / "LICENSE")
        self.pcap.write_bytes(b"")
        self.assert_fails(2, "is empty", "replay", self.pcap)
        self.assert_fails(2, "is empty", "anonymise", self.pcap, "-o", self.folder / "out")
        self.assert_fails(2, "-o", "record", "/dev/null")
        said = self.assert_fails(2, "No such file", "replay", self.folder / "none.pcap")
        self.assertEqual(said.count("none.pcap"), 1)

    def test_pcapng_is_read_too(self):
        sent = self.record()
        saved = self.folder / "saved.pcapng"
        subprocess.run(["tshark", "-r", self.pcap, "-F", "pcapng", "-w", saved], check=True,
                       capture_output=True, timeout=rig.HANG,
                       env={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(saved.read_bytes()[:4], b"\n\r\r\n")
        self.assertEqual(rig.run("replay", saved, "--line", "stdout", "--speed", "max").stdout, sent)

    def tshark(self, *fields):
        arguments = [argument for field in fields for argument in ("-e", field)]
        result = subprocess.run(["tshark", "-r", self.pcap, "-T", "fields", *arguments],
                                capture_output=True, check=True, timeout=rig.HANG,
                                env={**os.environ, "HOME": str(self.folder)})
        return [line.split("\t") for line in result.stdout.decode().splitlines()]

    def test_tshark_reads_what_was_sent(self):
        sent = self.record()
        frames = self.tshark("frame.time_epoch", "rtacser.eventtype", "rtacser.rts",
                             "rtacser.cts", "data.data")
        # Data Request from the start on, then one packet for each telegram.
        self.assertEqual([frame[1] for frame in frames], ["0x00", "0x02", "0x02", "0x02"])
        self.assertEqual([frame[2] for frame in frames], ["1", "1", "1", "1"])
        self.assertEqual([frame[3] for frame in frames], ["0", "0", "0", "0"])
        packets = [bytes.fromhex(frame[4]) for frame in frames[1:]]
        self.assertEqual(b"".join(packets), sent)
        for number, (frame, packet) in enumerate(zip(frames[1:], packets)):
            # The last byte has passed after ten bits for each at 115200 baud.
            due = FIRST + 10 * number + len(packet) * 10 / 115200
            self.assertAlmostEqual(float(frame[0]), due, delta=1e-6)

    def test_tshark_sees_data_request(self):
        scenario = self.folder / "asked.toml"
        scenario.write_text("""
[scenario]
title = "Asked, not asked, asked again"
made_for = "kaifa-ma304c"
start = "2026-06-15T10:00:07Z"
until = "2026-06-15T10:05:00Z"
[[load]]
kind = "household"
[[event]]
at = "2026-06-15T10:00:15Z"
kind = "request-off"
[[event]]
at = "2026-06-15T10:00:42Z"
kind = "request-on"
""")
        self.record("--scenario", scenario, count=4)
        frames = self.tshark("frame.time_epoch", "rtacser.eventtype", "rtacser.rts")
        edges = [(float(frame[0]) - FIRST, frame[2]) for frame in frames if frame[1] == "0x00"]
        self.assertEqual(edges, [(-3, "1"), (5, "0"), (32, "1")])
        sent = [float(frame[0]) - FIRST for frame in frames if frame[1] == "0x02"]
        self.assertEqual(len(sent), 4)
        self.assertTrue(all(time < 5 or time > 32 for time in sent), sent)
        self.assertEqual({frame[2] for frame in frames if frame[1] == "0x02"}, {"1"})
        # What a reader gets of it is the same.
        self.assertEqual(rig.run("read", self.pcap).stdout.count(b"telegram"), 4)

    def test_pauses_are_in_the_recording(self):
        """A stall that nobody waits for at full speed: 0.8 s between two packets."""
        self.record("--fault", "stall=800ms,at=1-0:1.7.0", count=1)
        frames = [frame for frame in self.tshark("frame.time_epoch", "rtacser.eventtype",
                                                 "data.data") if frame[1] == "0x02"]
        first, second = (bytes.fromhex(frame[2]) for frame in frames)
        self.assertTrue(first.endswith(b"1-0:1.7.0("), first[-20:])
        self.assertAlmostEqual(float(frames[1][0]) - float(frames[0][0]),
                               0.8 + len(second) * 10 / 115200, delta=1e-6)
        told = rig.json_of("lint", self.pcap, "--json")["findings"]
        self.assertEqual([(finding["rule"], finding["severity"]) for finding in told],
                         [("transfer-gap", "warning")])

    def lint_rules(self, *arguments):
        result = rig.run("lint", *arguments, "--json")
        return {finding["rule"] for finding in json.loads(result.stdout)["findings"]}

    def test_lint_judges_the_times_of_recordings(self):
        self.record(count=5)
        self.assertEqual(self.lint_rules(self.pcap), set())
        # A meter that sends every ten seconds, taken for one that sends every second.
        self.assertIn("period", self.lint_rules(self.pcap, "--dialect", "dsmr-5.0"))
        # The text alone has no times.
        text = self.folder / "text"
        text.write_bytes(rig.run("replay", self.pcap, "--line", "stdout", "--speed",
                                 "max").stdout)
        self.assertNotIn("period", self.lint_rules(text, "--dialect", "dsmr-5.0"))

    def port_of(self, *arguments, scheme="rfc2217-listen"):
        meter = self.start("simulate", *arguments, "--line", f"{scheme}:127.0.0.1:0",
                           stderr=subprocess.PIPE)
        line = meter.stderr.readline().decode()
        return re.search(r"127\.0\.0\.1:(\d+)", line)[1]

    def test_readers_of_live_lines(self):
        """The same meter by network, by a serial port on the network, by a terminal."""
        arguments = ("iskra-am550", "--speed", "10")
        link = self.folder / "meter"
        self.start("simulate", *arguments, "--line", f"pty:{link}", stderr=subprocess.DEVNULL)
        rig.wait_for(link.is_symlink, "the link")
        tcp = self.port_of(*arguments, scheme="tcp-listen")
        rfc2217 = self.port_of(*arguments)
        for line in (link, f"tcp:127.0.0.1:{tcp}", f"rfc2217:127.0.0.1:{rfc2217}"):
            with self.subTest(line=line):
                result = rig.run("read", line, "--count", "2")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stdout.count(b'"telegram"'), 2)
                # The reader joined somewhere; the times depend on the host.
                result = rig.run("lint", line, "--count", "2")
                self.assertIn(b" 2 telegrams of dsmr-5.0", result.stdout)

    def check_request(self):
        """Released, then asked for, and data only from then on. Until the reader lets go, a port that
        was just opened may ask, and so does an inverted one that nobody has set: a whole telegram may
        come of that, where the reader is slow."""
        frames = self.tshark("rtacser.eventtype", "rtacser.rts")
        released = len(frames) - 1 - frames[::-1].index(["0x00", "0"])
        edges = [frame[1] for frame in frames[released:] if frame[0] == "0x00"]
        self.assertEqual(edges, ["0", "1"])
        asked = frames.index(["0x00", "1"], released)
        self.assertEqual({tuple(frame) for frame in frames[asked + 1:]}, {("0x02", "1")})

    def test_data_request_of_a_live_line_is_recorded(self):
        for wiring in ("rts", "dtr#"):
            meter = self.start("simulate", "sagemcom-smarty-lux", "--line",
                               f"rfc2217-listen:127.0.0.1:0?wiring={wiring}",
                               stderr=subprocess.PIPE)
            port = re.search(rb"127\.0\.0\.1:(\d+)", meter.stderr.readline())[1].decode()
            result = rig.run("record", f"rfc2217:127.0.0.1:{port}?wiring={wiring}", "-o",
                             self.pcap, "--count", "2")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.check_request()

    def test_data_request_of_a_serial_port_is_recorded(self):
        """The shim gives a pseudo terminal the modem lines of a serial port."""
        link = self.folder / "p1"
        for wiring in ("rts", "dtr"):
            result = rig.run("simulate", "sagemcom-smarty-lux", "--line",
                             f"pty:{link}?modem=shim&wiring={wiring}", "--", rig.PROGRAM, "record",
                             f"serial:{link}?wiring={wiring}", "-o", self.pcap, "--count", "2")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.check_request()

    def test_a_meter_that_ignores_data_request(self):
        """What lint says of it, live: `--request on` is a meter with a broken input."""
        port = self.port_of("iskra-am550", "--request", "on")
        result = rig.run("lint", f"rfc2217:127.0.0.1:{port}", "--count", "3", "--json")
        rules = {finding["rule"] for finding in json.loads(result.stdout)["findings"]}
        self.assertTrue(rules & {"silent-until-asked", "release-ignored"}, rules)
        self.assertEqual(result.returncode, 1)

    def test_lines_that_are_not_there(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]  # bound, and nobody listens
            self.assert_fails(4, "refused", "read", f"tcp:127.0.0.1:{port}")
            self.assert_fails(4, "refused", "record", f"rfc2217:127.0.0.1:{port}", "-o", self.pcap)
        self.assert_fails(4, "No such file", "read", "serial:/dev/ttyUSB99")
        self.assert_fails(2, "to read from is serial:", "read", "serail:/dev/ttyUSB0")
        self.assert_fails(2, "to read from is serial:", "read", "tcp-listen:4001")
        self.assert_fails(4, "expected wiring=", "read", "serial:/dev/null?wiring=cts")
        self.assert_fails(4, "HOST:PORT", "read", "tcp:4001")

    def test_a_server_without_port(self):
        """A telnet server that knows nothing of RFC 2217: DONT COM-PORT-OPTION."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            reader = self.start("read", f"rfc2217:127.0.0.1:{server.getsockname()[1]}",
                                stderr=subprocess.PIPE)
            client, _ = server.accept()
            with client:
                client.sendall(b"\xff\xfe\x2c")
                self.assertEqual(reader.wait(rig.HANG), 4)
        self.assertIn(b"not offer an RFC 2217 port", reader.stderr.read())

    def test_a_fifo_is_read_to_its_end(self):
        sent = self.record()
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        reader = self.start("read", fifo, stdout=subprocess.PIPE)
        fifo.write_bytes(sent)
        self.assertEqual(reader.wait(rig.HANG), 0)
        self.assertEqual(reader.stdout.read().count(b'"telegram"'), 3)

    def test_outputs_that_cannot_be_written(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for option in ("--truth", "--record", "--stats-json"):
            for place, words in ((self.folder, "directory"), (fifo, "FIFO without a reader"),
                                 (self.folder / "no" / "file", "No such file")):
                with self.subTest(option=option, place=place):
                    said = self.assert_fails(4, words, "simulate", "kaifa-ma304c", "--line",
                                             "stdout", "--count", "1", option, place)
                    self.assertIn(option, said)

    def test_truth_to_a_fifo_that_somebody_reads(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        result = rig.run("simulate", "kaifa-ma304c", "--line", "stdout", "--count", "1", "--speed",
                         "max", "--truth", fifo)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(json.loads(os.read(reader, 1 << 16)))
        os.close(reader)

    def test_anonymised_recordings_keep_all_but_the_names(self):
        """Same frames, times, Data Request and lengths; the identifiers of the profile are gone."""
        sent = self.record(profile="kaifa-ma304c")
        identifiers = re.findall(rb"96\.1\.[01]\(([0-9A-F]{8,})\)", sent)
        self.assertGreater(len(set(identifiers)), 1)
        fields = ("frame.time_epoch", "rtacser.eventtype", "rtacser.rts", "frame.len")
        before = self.tshark(*fields)
        original = self.pcap
        self.pcap = self.folder / "shared.pcap"
        result = rig.run("anonymise", original, "-o", self.pcap)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.tshark(*fields), before)
        after = rig.run("replay", self.pcap, "--line", "stdout", "--speed", "max").stdout
        self.assertEqual(len(after), len(sent))
        for identifier in identifiers:
            self.assertNotIn(identifier, after)
            self.assertNotIn(bytes.fromhex(identifier.decode()), after)
        # Every CRC is right, and every line but those of identifiers and the CRC is as it was.
        self.assertEqual(rig.run("read", self.pcap).returncode, 0)
        changed = {line.split(b"(")[0] for old, line in zip(sent.split(b"\r\n"),
                                                            after.split(b"\r\n")) if old != line}
        self.assertTrue(all(code.startswith(b"!") or b":96.1." in code for code in changed), changed)
        note = self.pcap.with_suffix(".toml").read_text()
        self.assertIn('profile = "kaifa-ma304c"', note)
        self.assertNotIn("line =", note)

    def test_anonymise_text(self):
        sent = self.record()
        text, shared = self.folder / "text", self.folder / "shared"
        text.write_bytes(sent)
        self.assertEqual(rig.run("anonymise", text, "-o", shared).returncode, 0)
        self.assertEqual(rig.run("anonymise", self.pcap, "-o", self.folder / "s.pcap").returncode, 0)
        self.assertEqual(shared.read_bytes(), rig.run("replay", self.folder / "s.pcap", "--line",
                                                      "stdout", "--speed", "max").stdout)
        # What is anonymous stays as it is.
        again = self.folder / "again"
        self.assertEqual(rig.run("anonymise", shared, "-o", again).returncode, 0)
        self.assertEqual(again.read_bytes(), shared.read_bytes())

    def test_anonymise_refuses(self):
        self.record()
        output = self.folder / "out"
        self.assert_fails(2, "is read by the same command", "anonymise", self.pcap, "-o", self.pcap)
        self.assert_fails(2, "-o", "anonymise", self.pcap)
        self.assert_fails(1, "no complete telegram", "anonymise", rig.SOURCE / "LICENSE", "-o", output)
        self.assert_fails(2, "read twice", "anonymise", "/dev/zero", "-o", output)
        self.pcap.write_bytes(self.pcap.read_bytes()[:-3])
        self.assert_fails(4, "ends within a packet", "anonymise", self.pcap, "-o", output)
        self.assertFalse(output.exists())

    def test_anonymise_sealed_telegrams(self):
        key, new_key = self.folder / "key", self.folder / "new-key"
        for file, text in ((key, "000102030405060708090A0B0C0D0E0F"), (new_key, "FF" * 16)):
            file.touch(mode=0o600)
            file.write_text(text + "\n")
        self.record("--key-file", key, profile="sagemcom-smarty-lux-encrypted")
        self.assertNotIn("0001020304", self.pcap.with_suffix(".toml").read_text())
        output = self.folder / "shared.pcap"
        self.assert_fails(2, "--key-file", "anonymise", self.pcap, "-o", output)
        self.assert_fails(2, "does not decrypt", "anonymise", self.pcap, "-o", output, "--key-file",
                          new_key)
        self.assertFalse(output.exists())
        result = rig.run("anonymise", self.pcap, "-o", output, "--key-file", key,
                         "--new-key-file", new_key)
        self.assertEqual(result.returncode, 0, result.stderr)
        before = json.loads(rig.run("read", self.pcap, "--key-file", key).stdout.splitlines()[0])
        after = json.loads(rig.run("read", output, "--key-file", new_key).stdout.splitlines()[0])
        names = {code for code in before["telegram"]
                 if before["telegram"][code] != after["telegram"][code]}
        self.assertTrue(names)
        self.assertTrue(all(re.match(r"0-\d:(96\.1\.|42\.0\.0|96\.13\.)", name) for name in names),
                        names)


if __name__ == "__main__":
    unittest.main()
