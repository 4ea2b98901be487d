"""Readers of every kind are judged alike: by what they print, over TCP, HTTP and MQTT, as gateways,
started by p1rig or attached; and the doctor tells what is wrong with an adapter."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import unittest

import rig

READERS = rig.SOURCE / "tests" / "end_to_end" / "readers"
METER = "iskra-am550"
FLIPPED = "dsmr-5.0.2/6.2/crc-bit-flip"

# What publisher.py says, in its own JSON.
MAP = """
    [map]
    "1-0:1.8.1" = { path = "/energy/import_low", unit = "kWh" }
    "1-0:1.8.2" = { path = "/energy/import_normal", unit = "kWh" }
    "1-0:2.8.1" = { path = "/energy/export_low", unit = "kWh" }
    "1-0:2.8.2" = { path = "/energy/export_normal", unit = "kWh" }
    "1-0:1.7.0" = { path = "/power/import", unit = "kW" }
    "1-0:2.7.0" = { path = "/power/export", unit = "kW" }
    "mbus[medium=gas]" = { path = "/gas/m3", unit = "m3", at = "/gas/at" }
"""


# For one that never says a telegram, all of the time to start in is waited for.
BRIEF = 'startup = "5s"'


class Readers(rig.Case):
    def reader_file(self, text, name="reader.toml"):
        file = self.folder / name
        file.write_text(textwrap.dedent(text))
        return file

    def publisher(self, observe, *words, more=""):
        """A reader file for publisher.py, started by p1rig."""
        command = [sys.executable, str(READERS / "publisher.py"), "{endpoint}", *words]
        return self.reader_file(textwrap.dedent(f"""
            [reader]
            name = "publisher"
            command = {command}
            {more}
            [observe]
            """) + textwrap.dedent(observe) + textwrap.dedent(MAP))

    def conform(self, *arguments, case=FLIPPED):
        return rig.run("conform", *arguments, "--profile", METER, "--case", case)

    def assert_right(self, *arguments):
        result = self.conform(*arguments)
        self.assertEqual(result.returncode, 0, (result.stdout + result.stderr).decode())
        self.assertIn(b"1 pass", result.stdout)

    def assert_believes_a_wrong_crc(self, *arguments):
        result = self.conform(*arguments)
        said = (result.stdout + result.stderr).decode()
        self.assertEqual(result.returncode, 1, said)
        self.assertIn("was reported, but must be rejected", said)

    def assert_too_deep(self, reader, commands=("doctor", "conform", "bench")):
        """Each command says what is wrong, and lives."""
        for command in commands:
            with self.subTest(command=command):
                more = ["--case", FLIPPED] if command == "conform" else []
                result = rig.run(command, reader, "--profile", METER, *more)
                said = (result.stdout + result.stderr).decode(errors="replace")
                self.assertEqual(result.returncode, 3, said[:2000])
                self.assertIn("deeper than 64 levels", said)

    def apart(self, *command):
        """A program that p1rig knows nothing of."""
        process = subprocess.Popen([sys.executable, *map(str, command)])
        self.addCleanup(self._end, process)
        return process


class Observed(Readers):
    HTTP = 'kind = "http"\naddress = "http://127.0.0.1:0/readings"\ninterval = "30ms"\n'
    TCP = 'kind = "tcp"\naddress = "127.0.0.1:0"\n'

    def test_http(self):
        self.assert_right(self.publisher(self.HTTP, "--http", "{observe}"))

    def test_http_one_that_believes_everything(self):
        self.assert_believes_a_wrong_crc(
            self.publisher(self.HTTP, "--http", "{observe}", "--no-crc"))

    def test_tcp(self):
        self.assert_right(self.publisher(self.TCP, "--tcp", "{observe}"))

    def test_tcp_one_that_believes_everything(self):
        self.assert_believes_a_wrong_crc(self.publisher(self.TCP, "--tcp", "{observe}", "--no-crc"))

    def test_deep_json(self):
        self.assert_too_deep(self.publisher(self.TCP, "--tcp", "{observe}", "--deep", more=BRIEF))
        # By HTTP no speed is measured.
        self.assert_too_deep(self.publisher(self.HTTP, "--http", "{observe}", "--deep", more=BRIEF),
                             ["doctor", "conform"])
        self.assert_too_deep(self.publisher('kind = "stdout"\n', "--stdout", "-", "--deep", more=BRIEF))
        contract = self.publisher('kind = "stdout"\n', "--contract", "-", "--deep", more=BRIEF)
        contract.write_text(contract.read_text().split("[map]")[0])
        self.assert_too_deep(contract)

    def test_every_way_to_observe_is_tried_with_deep_json(self):
        # MQTT: below. A gateway passes on telegrams, and no JSON.
        file = self.reader_file('[reader]\ncommand = ["x"]\n[observe]\nkind = "none"\n')
        listed = rig.run("check", file).stdout.decode().split("expected one of ")[1].split("\n")[0]
        self.assertEqual(set(listed.split(", ")), {"stdout", "tcp", "http", "mqtt", "raw"})

    def test_another_unit_is_seen(self):
        result = self.conform(self.publisher(self.TCP, "--tcp", "{observe}", "--flat-power"),
                              case="*/ordinary/*")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"1-0:1.7.0", result.stdout)

    def test_nobody_answers(self):
        reader = self.publisher(f'kind = "http"\naddress = "http://127.0.0.1:{rig.free_port()}/"\n',
                                "--tcp", f"127.0.0.1:{rig.free_port()}", more='startup = "2s"\npatience = "1s"')
        result = self.conform(reader)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn(b"Connection refused", result.stdout + result.stderr)


class Mqtt(Readers):
    def setUp(self):
        super().setUp()
        program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        if program is None:
            raise AssertionError("there is no mosquitto: run scripts/install-deps.sh")
        self.broker = f"127.0.0.1:{rig.free_port()}"
        settings = self.folder / "mosquitto.conf"
        settings.write_text(f"listener {self.broker.split(':')[1]} 127.0.0.1\nallow_anonymous true\n"
                            "persistence false\n")
        broker = subprocess.Popen([program, "-c", str(settings)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(self._end, broker)
        rig.wait_for(self.answers, "the broker")

    def test_a_broker_that_is_not_there_is_the_environment(self):
        self.broker = f"127.0.0.1:{rig.free_port()}"
        reader = self.publisher(f'kind = "mqtt"\naddress = "{self.broker}"\ntopic = "x"\n',
                                "--tcp", f"127.0.0.1:{rig.free_port()}", more='startup = "2s"\npatience = "1s"')
        for result in (self.conform(reader), rig.run("doctor", reader)):
            said = (result.stdout + result.stderr).decode()
            self.assertEqual(result.returncode, 4, said)
            self.assertIn(f"the reader cannot be observed: mqtt: {self.broker}: Connection refused", said)

    def answers(self):
        with socket.socket() as probe:
            host, port = self.broker.split(":")
            return probe.connect_ex((host, int(port))) == 0

    def observe(self, topic):
        return f'kind = "mqtt"\naddress = "{self.broker}"\ntopic = "{topic}"\n'

    def test_json(self):
        self.assert_right(self.publisher(self.observe("p1"), "--mqtt", "{observe}"))

    def test_one_that_believes_everything(self):
        self.assert_believes_a_wrong_crc(
            self.publisher(self.observe("p1"), "--mqtt", "{observe}", "--no-crc"))

    def topics(self, *words, more=""):
        """A reader that tells each value by a topic of its own."""
        reader = self.publisher(self.observe("p1/#"), "--mqtt-topics", "{observe}", *words,
                                more=more)
        reader.write_text(reader.read_text().replace('= "/', '= "/p1/'))
        return reader

    def test_a_topic_for_each_value(self):
        self.assert_right(self.topics())

    def test_a_topic_for_each_value_one_that_believes_everything(self):
        self.assert_believes_a_wrong_crc(self.topics("--no-crc"))

    def test_a_topic_that_says_nothing_of_a_telegram(self):
        # Between two telegrams there is time for one, and for the silence after it.
        self.assert_right(self.topics("--heartbeat", more='min_interval = "1s"'))

    def test_a_value_that_does_not_come_again_is_not_told_again(self):
        result = self.conform(self.topics(), case="dsmr-4.2.2/4.5.18/missing-object-1-0-1.7.0")
        self.assertEqual(result.returncode, 0, (result.stdout + result.stderr).decode())
        self.assertIn(b"1 pass", result.stdout)


    def test_deep_json(self):
        self.assert_too_deep(self.publisher(self.observe("p1"), "--mqtt", "{observe}", "--deep", more=BRIEF))
        self.assert_too_deep(self.topics("--deep", more=BRIEF))

    def test_topics_of_many_levels(self):
        self.assert_too_deep(self.topics("--many-levels", more=BRIEF))

    def test_numbers_in_topics_are_names(self):
        # As the index of an array, this one would take 64 GB.
        self.assert_right(self.topics("--numbered"))


class Attached(Readers):
    """A device that was there before."""

    def test_on_a_terminal(self):
        for flags, judged in (((), self.assert_right),
                              (("--no-crc",), self.assert_believes_a_wrong_crc)):
            link, where = self.folder / f"p1{''.join(flags)}", f"127.0.0.1:{rig.free_port()}"
            device = self.apart(READERS / "publisher.py", link, "--tcp", where, *flags)
            judged(self.reader_file(f"""
                [reader]
                name = "device"
                attached = true
                endpoints = ["pty:{link}"]
                [observe]
                kind = "tcp"
                address = "{where}"
                """ + MAP))
            self.assertIsNone(device.poll(), "a device that is attached is not ours to end")

    def gateway(self, *flags):
        link, where = self.folder / "p1", f"127.0.0.1:{rig.free_port()}"
        self.apart(READERS / "gateway.py", link, where, *flags)
        return self.reader_file(f"""
            [reader]
            name = "gateway"
            attached = true
            endpoints = ["pty:{link}"]
            [observe]
            kind = "raw"
            address = "{where}"
            """)

    def test_a_gateway_that_passes_on_all(self):
        # It also passes on what nobody should believe; that is not its business.
        self.assert_right(self.gateway())

    def test_a_gateway_that_loses_characters(self):
        result = self.conform(self.gateway("--no-cr"))
        self.assertIn(result.returncode, (1, 3), result.stdout)
        self.assertIn(b"passes on bytes that were not sent", result.stdout + result.stderr)
        self.assertIn(b"0D was sent but 0A received", result.stdout + result.stderr)


class Network(Readers):
    """A connection that dies without a word."""
    DEAD = "field/dsmrreader-dsmr-reader-929/dead-connection"

    def conform_dead(self, *arguments):
        report = self.folder / "report.json"
        result = rig.run("conform", "--case", self.DEAD, "--level", "quirk", "--json", report, *arguments)
        return result, json.loads(report.read_text())["results"]

    def test_a_reader_that_doubts_a_silent_connection(self):
        for line in ("tcp", "rfc2217"):
            result, results = self.conform_dead("--line", line, "--profile", METER, "--", rig.PROGRAM,
                                                "read", "--reconnect", "1", "{endpoint}")
            self.assertEqual(result.returncode, 0, (result.stdout + result.stderr).decode())
            self.assertEqual([one["outcome"] for one in results], ["pass"], line)

    def test_one_that_trusts_it(self):
        reader = self.reader_file(f"""
            [reader]
            command = ["{rig.PROGRAM}", "read", "--reconnect", "1000", "{{endpoint}}"]
            endpoints = ["tcp"]
            patience = "1s"
            reconnect = "2s"
            """)
        result, results = self.conform_dead(reader, "--profile", METER)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("the reader did not open the line again within 2 s", results[0]["messages"])

    def test_one_meter_answers_for_all(self):
        result, results = self.conform_dead("--line", "tcp", "--profile", METER, "--profile",
                                            "kaifa-ma304c", "--", rig.PROGRAM, "read", "--reconnect", "1",
                                            "{endpoint}")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual([one["profile"] for one in results], [METER])

    def test_a_terminal_has_none(self):
        result, results = self.conform_dead("--profile", METER, "--", rig.PROGRAM, "read", "{endpoint}")
        self.assertEqual(result.returncode, 75, result.stdout)
        self.assertIn("needs a network connection", results[0]["messages"][0])


class Shim(Readers):
    def test_the_reference_reader(self):
        self.assert_right("p1rig", "--line", "pty-shim")

    def test_what_was_set_is_seen(self):
        # 7E1 at a meter that sends 8N1: a UART makes of it what it makes of it.
        reader = self.reader_file(f"""
            [reader]
            name = "wrong"
            command = ["{sys.executable}", "-c", "import os, sys, termios\\nf = os.open(sys.argv[1], os.O_RDWR)\\na = termios.tcgetattr(f)\\na[2] = a[2] & ~termios.CSIZE | termios.CS7 | termios.PARENB\\na[4] = a[5] = termios.B115200\\ntermios.tcsetattr(f, 0, a)\\nwhile 1: os.read(f, 1)", "{{endpoint}}"]
            endpoints = ["pty-shim"]
            startup = "1h"
            patience = "1s"
            """)
        result = rig.run("doctor", reader, "--profile", METER)
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn(b"it opened 115200 7E1, the meter sends 115200 8N1", result.stdout)


class Doctor(Readers):
    def examine(self, code, words, *arguments):
        result = rig.run("doctor", *arguments, "--profile", METER)
        said = (result.stdout + result.stderr).decode()
        self.assertEqual(result.returncode, code, said)
        for word in words:
            self.assertIn(word, said)

    def script(self, text, more="", patience=rig.ENDLESS):
        script = self.folder / "reader.py"
        script.write_text("import json, sys\nline = open(sys.argv[1], 'rb', buffering=0)\n" +
                          textwrap.dedent(text))
        return self.reader_file(f"""
            [reader]
            name = "script"
            command = ["{sys.executable}", "{script}", "{{endpoint}}"]
            startup = "{rig.ENDLESS}"
            patience = "{patience}"
            {more}
            """)

    TELLING = """
        import re, tty
        tty.setraw(line.fileno())
        got = ""
        while True:
            got += line.read(4096).decode("latin1")
            while "\\n!" in got and got.endswith("\\n"):
                power = re.search(r"1-0:1.7.0.([0-9.]*)", got)[1]
                energy = re.search(r"1-0:1.8.1.([0-9.]*)", got)[1]
                out = re.search(r"1-0:2.8.1.([0-9.]*)", got)[1]
                stamp = re.search(r"0-0:1.0.0.([0-9]*)", got)[1]
                got = ""
                print(json.dumps({"telegram": TOLD}), flush=True)
        """

    def telling(self, told, more=""):
        return self.script(self.TELLING.replace("TOLD", told), more)

    def test_the_reference_reader(self):
        self.examine(0, ["pty: hello from p1rig read", "stdin:", "of p1rig works: continue"], "p1rig")

    def test_each_dialect_is_tried_and_sealed_ones_too(self):
        result = rig.run("doctor", "p1rig")
        said = result.stdout.decode()
        self.assertEqual(result.returncode, 0, said)
        dialects = json.loads(rig.run("dialects", "--json").stdout)
        # One that came before the reader was ready may be missing.
        self.assertEqual(len(re.findall(" on pty: 5 of .* reported", said)), len(dialects), said)
        self.assertRegex(said, "sagemcom-smarty-lux-encrypted on pty: 5 of .* reported")

    GAS_OF_ONE_COUNTRY = """
        import re, tty
        tty.setraw(line.fileno())
        got = ""
        while True:
            got += line.read(4096).decode("latin1")
            while "\\n!" in got and got.endswith("\\n"):
                told = {"1-0:1.7.0": re.search(r"1-0:1.7.0.([0-9.]*)", got)[1] + " kW"}
                gas = re.search(r"0-1:24.2.1[(].*[)][(]([0-9.]*)", got)
                if gas:
                    told["0-1:24.2.1"] = {"value": gas[1] + " m3"}
                got = ""
                print(json.dumps({"telegram": told}), flush=True)
        """

    def test_a_code_of_another_country_is_missed(self):
        reader = self.script(self.GAS_OF_ONE_COUNTRY, 'dialects = ["dsmr-5.0", "emucs-1.7"]')
        result = rig.run("doctor", reader)
        said = result.stdout.decode()
        self.assertEqual(result.returncode, 0, said)
        self.assertIn("sagemcom-t211-d-emucs17: the reading of gas, 0-1:24.2.3: never reported, but "
                      "at iskra-am550 as 0-1:24.2.1", said)

    def test_a_claim_that_is_not_kept(self):
        self.examine(1, ["it claims 1-0:2.7.0, and never reports it"],
                     self.telling('{"1-0:1.7.0": power + " kW"}', 'claims = ["1-0:?.7.0"]'))

    def test_the_dialects_of_its_hello(self):
        reader = self.script("""
        print('{"hello": {"name": "x", "version": "1", "dialects": ["dsmr-5.0", "dsmr-4.2"]}}', flush=True)
        """ + self.TELLING.replace("TOLD", '{"1-0:1.7.0": power + " kW"}'))
        result = rig.run("doctor", reader)
        said = result.stdout.decode()
        self.assertEqual(result.returncode, 0, said)
        self.assertRegex(said, "kaifa-ma304c on pty: 5 of .* reported")

    def test_one_that_is_right(self):
        self.examine(0, [" telegrams reported, the slowest", "; 2 codes", "it reports 1-0:1.7.0 1-0:1.8.1"],
                     self.telling('{"1-0:1.7.0": power + " kW", "1-0:1.8.1": energy + " kWh"}'))

    def test_units(self):
        self.examine(1, ["the unit is missing", "write the unit", "another unit"],
                     self.telling('{"1-0:1.7.0": power, "1-0:1.8.1": energy + " kW"}'))

    def test_decimals(self):
        self.examine(1, ["with decimals = 1 in [reader] it is correct"], self.telling(
            '{"1-0:1.7.0": power + " kW", "1-0:1.8.1": "%.1f kWh" % float(energy)}'))

    def test_times(self):
        told = ('{"1-0:1.8.1": energy + " kWh", "0-0:1.0.0": "20" + "-".join([stamp[:2], stamp[2:4], '
                'stamp[4:6]]) + "T" + ":".join([stamp[6:8], stamp[8:10], stamp[10:12]])}')
        self.examine(1, ['with time = "local" in [reader] it is correct'], self.telling(told))
        self.examine(0, [], self.telling(told, 'time = "local"'))

    def test_directions(self):
        self.examine(1, ["that is the value of 1-0:2.8.1: are the two swapped?"], self.telling(
            '{"1-0:1.7.0": power + " kW", "1-0:1.8.1": out + " kWh"}'))

    def test_a_code_that_is_none(self):
        self.examine(3, ["expected an OBIS code"], self.telling('{"power": power}'))

    def test_one_that_is_silent(self):
        self.examine(3, ["reported no telegram", "does not work yet"],
                     self.script("print('hello', flush=True)\nwhile line.read(100): pass",
                                 patience="1s"))

    def test_one_that_ends(self):
        self.examine(3, ["ended by status 7; it said: no such meter"],
                     self.script("print('no such meter', file=sys.stderr)\nsys.exit(7)"))

    def test_one_that_opens_nothing(self):
        self.examine(3, ["did not open its end within 2000 ms", "{endpoint}"],
                     self.reader_file('[reader]\ncommand = ["sleep", "1000"]\nstartup = "2s"\n'))

    def test_one_that_is_not_there(self):
        self.examine(4, ["command: /nowhere/reader does not exist", "cannot be run here"],
                     self.reader_file('[reader]\ncommand = ["/nowhere/reader"]\n'))

    def test_a_map_that_misses(self):
        reader = self.script(self.TELLING.replace('{"telegram": TOLD}', '{"energie": float(energy)}'))
        reader.write_text(reader.read_text() +
                          '[map]\n"1-0:1.8.1" = { path = "/energy", unit = "kWh" }\n')
        self.examine(3, ["its JSON has /energie"], reader)

    def test_a_name_that_is_none(self):
        self.assert_fails(2, ["unknown reader", "did you mean"], "doctor", "p1-readr")
        self.assert_fails(2, '--line: unknown "usb"', "doctor", "p1-reader", "--line", "usb")

    def test_it_can_be_interrupted(self):
        doctor = self.start("doctor", self.reader_file(
            '[reader]\ncommand = ["sleep", "1000"]\nstartup = "1000s"\n'), stdout=subprocess.PIPE)
        doctor.stdout.readline()  # which meter
        doctor.send_signal(signal.SIGINT)
        self.assertEqual(doctor.wait(rig.HANG), 130)
        doctor.stdout.close()


class Files(Readers):
    def test_all_that_are_shipped(self):
        folder = rig.SOURCE / "conformance"
        files = [*(folder / "readers").glob("*.toml"), *(folder / "cases").glob("*.toml")]
        files = [file for file in files if ".waivers" not in file.name]
        result = rig.run("check", *files)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_what_is_wrong_has_its_place(self):
        file = self.reader_file("""\
            [reader]
            name = "x"
            command = ["x"]
            endpoints = ["ptty"]
            dialects = ["dsmr-6.*"]
            publish = "throttled"
            tme = "local"
            [observe]
            kind = "htp"
            [map]
            "1-0:1.7" = { path = "/a" }
            "1-0:1.7.0" = { path = "a", unit = "kilowatt" }
            "mbus[medium=gas]" = { at = "/b" }
            """)
        result = rig.run("check", file)
        said = result.stdout.decode()
        self.assertEqual(result.returncode, 2, said)
        for line, words in ((4, 'unknown "ptty", did you mean "pty"'), (5, "dsmr-6.*"),
                            (7, 'tme'), (9, 'unknown "htp", did you mean "http"'), (11, "neither an OBIS code"),
                            (12, "JSON pointer"), (12, 'unknown "kilowatt"'), (13, "path")):
            self.assertTrue(any(f"{file}:{line}:" in text and words in text
                                for text in said.splitlines()), (line, words, said))
        self.assertIn("min_interval", said)
        for command in ("conform", "doctor"):
            self.assert_fails(2, f"{file}:4:", command, file)

    def test_a_command_is_looked_at(self):
        file = self.reader_file("""\
            [reader]
            attached = true
            endpoints = ["pty:/tmp/p1"]
            command = ["awk", "{print}", "{endpoints}", "{here}/x", "--baud={bauds}"]
            """)
        said = rig.run("check", file).stdout.decode()
        for words in ("is not started", 'unknown {endpoints}, did you mean "endpoint"?',
                      'unknown {bauds}, did you mean "baud"?'):
            self.assertIn(f"{file}:4:11: command: ", said)
            self.assertIn(words, said)
        self.assertNotIn("unknown {print}", said)

    def test_attached_devices_have_a_place(self):
        file = self.reader_file("""\
            [reader]
            attached = true
            endpoints = ["serial", "stdin"]
            [observe]
            kind = "http"
            address = "192.168.1.20"
            """)
        result = rig.run("check", file)
        said = result.stdout.decode()
        self.assertEqual(result.returncode, 2, said)
        self.assertIn(f"{file}:3:", said)
        self.assertIn("serial:/dev/ttyUSB0", said)
        self.assertIn("stdin is only for readers that p1rig starts", said)
        self.assertIn(f"{file}:6:", said)

    def test_cases(self):
        file = self.folder / "cases.toml"
        file.write_text('["a/b/c"]\nrequirement = "R-CRC-01"\nlevle = "must"\n')
        result = rig.run("check", file)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn(f"{file}:".encode(), result.stdout)

    def check_case(self, lines, name="x/1/a", head=True):
        file = self.folder / "cases.toml"
        text = f'["{name}"]\n'
        if head:
            text += ('requirement = "R-CRC-01"\ntitle = "t"\nclause = "c"\nargues = "a"\n'
                     'dialects = ["dsmr-5.0"]\n')
        file.write_text(text + lines + "\n")
        result = rig.run("check", file)
        return result.returncode, result.stdout.decode().replace(str(file), "FILE")

    def test_what_no_meter_can_send_is_said_by_one_that_is_meant(self):
        for step, words in (
                ('replace = { "9-9:9.9.9" = "(1)" }', "this meter sends no object 9-9:9.9.9"),
                ('fault = "flip-bit", at = "9-9:9.9.9"', 'they have no suitable "9-9:9.9.9"'),
                ('time = "260112120000S"', "time: ")):
            code, said = self.check_case('send = [{ id = "A" }, { id = "B", %s }]' % step)
            self.assertEqual(code, 2, said)
            self.assertIn("FILE:7:23: x/1/a: no meter can send it: ", said)
            self.assertIn(words, said)
            self.assertNotIn("other dialects", said)
        code, said = self.check_case('profiles = ["nobody-*"]\nsend = [{ id = "A" }]')
        self.assertEqual(code, 2, said)
        self.assertIn("FILE:7:12: x/1/a: its profiles match no meter of its dialects", said)
        # What the meter of the dialect has not, another may have.
        code, said = self.check_case('profiles = ["iskra-am5*"]\nsend = [{ id = "A" }]')
        self.assertEqual(code, 0, said)

    def test_cases_name_what_there_is(self):
        for lines, words in (
                ('mutants = ["no-crk"]', 'FILE:8:11: x/1/a: mutants: unknown "no-crk", did you mean "no-crc"?'),
                ('mutants = ["zzzzzz"]', "`p1rig mutants` lists them"),
                ('expect = { A = { "1-0:1.7.0" = "1.193" } }',
                 'FILE:8:32: x/1/a: 1-0:1.7.0: "1.193" has no unit; the meter sends kW')):
            code, said = self.check_case('send = [{ id = "A" }]\n' + lines)
            self.assertEqual(code, 2, said)
            self.assertIn(words, said)
        code, said = self.check_case(
            'requirement = "R-CRC-99"\ntitle = "t"\nclause = "c"\ndialects = ["*"]\n'
            'send = [{ id = "A" }]\nlevel = "should"', head=False)
        self.assertEqual(code, 2, said)
        self.assertIn('FILE:2:15: x/1/a: requirement: unknown "R-CRC-99", did you mean "R-CRC-', said)
        for lines in ('expect = { A = { "1-0:1.7.0" = "1.193 kW", "0-0:96.1.1" = "1" } }',
                      'expect = { A = { "0-0:17.0.0" = "1" } }', 'mutants = ["no-crc"]'):
            code, said = self.check_case('send = [{ id = "A" }]\n' + lines)
            self.assertEqual(code, 0, said)
        code, said = self.check_case('send = [{ id = "A", replace = { "1-0:1.7.0" = "(01.193)" } }]\n'
                                     'expect = { A = { "1-0:1.7.0" = "1.193" } }')
        self.assertEqual(code, 0, said)

    def test_what_kind_of_file_it_is(self):
        code, said = self.check_case('send = [{ id = "A" }]', name="foo bar")
        self.assertEqual(code, 2, said)
        self.assertIn('FILE:1:1: "foo bar": a case id is DOCUMENT-EDITION/CLAUSE/SLUG', said)
        self.assertNotIn("[telegram]", said)
        for text in ("", "# nothing\n"):
            file = self.folder / "empty.toml"
            file.write_text(text)
            result = rig.run("check", file)
            self.assertEqual(result.returncode, 2, result.stdout)
            self.assertIn(f"{file}: is empty", result.stdout.decode())

    def test_closed_lists_are_told(self):
        file = self.reader_file("""\
            [reader]
            command = ["x"]
            can = ["fly"]
            """)
        self.assertIn(f'{file}:3:7: can: unknown "fly": expected one of key, mbus, tariffs, process, '
                      "request, settings, line", rig.run("check", file).stdout.decode())


if __name__ == "__main__":
    unittest.main()
