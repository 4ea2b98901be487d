"""Recordings: what is written, what tshark makes of it, and what comes back out of it."""
import datetime
import os
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
        self.pcap.write_bytes(whole[:-3])
        result = rig.run("read", self.pcap)
        self.assertEqual(result.returncode, 4)
        self.assertIn(b"ends within a packet, after", result.stderr)
        # Link type 1 in place of 250.
        self.pcap.write_bytes(whole[:20] + b"\1\0\0\0" + whole[24:])
        self.assert_fails(4, ["EN10MB", "RTAC_SERIAL"], "read", self.pcap)
        self.assert_fails(2, "is no capture", "replay", rig.SOURCE / "README.md")
        self.assert_fails(2, "-o", "record", "/dev/null")

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


if __name__ == "__main__":
    unittest.main()
