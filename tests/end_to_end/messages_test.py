"""Wrong input is answered with the documented exit code, the place and the nearest name."""
import os
import re
import shutil
import subprocess
import unittest

import rig

MISTAKE, ENVIRONMENT = 2, 4

BROKEN = """[meter]
name = "Broken"
brand = "Nobody"
dialect = "dsmr-5.1"
country = "NL"

[line]
framing = "8N1"
period = "10s"
zone = "Europe/Amsterdam"

[telegram]
text = '''
/ABC5

0-0:1.0.0({tme TST})
!{crc X4}
'''
"""


LISTS = ("profiles", "quantities", "dialects", "scenarios", "faults")


class Lists(rig.Case):
    def test_fit_into_a_hundred_columns(self):
        for name in LISTS:
            for line in rig.run(name).stdout.decode().splitlines():
                self.assertLessEqual(len(line), 100, line)

    def test_globs_choose(self):
        every = rig.json_of("profiles", "--json")
        some = rig.json_of("profiles", "iskra-*", "kaifa-ma1??", "--json")
        self.assertEqual(some, [profile for profile in every
                                if re.fullmatch("iskra-.*|kaifa-ma1..", profile["name"])])
        self.assertGreater(len(every), len(some))
        self.assert_fails(MISTAKE, 'profiles: there is no "iskr"', "profiles", "iskra-*", "iskr")

    def test_cases_are_chosen_by_what_they_are(self):
        every = rig.json_of("cases", "--json")
        some = rig.json_of("cases", "dsmr-*", "--level", "must", "--basis", "printed", "--basis",
                           "derived", "--dialect", "lux-*", "--json")
        about_lux = [case for case in every if {"*", "lux-*", "lux-1.1"} & set(case["dialects"])]
        self.assertEqual(some, [case for case in about_lux if case["level"] == "must" and
                                case["basis"] in ("printed", "derived") and
                                case["name"].startswith("dsmr-")])
        self.assertTrue(0 < len(some) < len(about_lux) < len(every))
        for words in (("--level", "shall"), ("--basis", "rumour"), ("--dialect", "dsmr-9")):
            self.assert_fails(MISTAKE, f'{words[0]}: ', "cases", *words)
            self.assert_fails(MISTAKE, f'"{words[1]}"', "cases", *words)
        self.assert_fails(MISTAKE, "none matches", "cases", "--level", "must", "--basis", "field")

    def test_a_case_is_shown_with_all_of_it(self):
        said = rig.run("cases", "show", "dsmr-5.0.2/6.2/crc-wrong").stdout.decode()
        for part in ("R-CRC-01", "must", "  A is rejected", "telegram A:", "/KFM5", "1-0:1.8.1(", "means {"):
            self.assertIn(part, said)

    def test_a_case_is_shown_as_json_with_all_of_it(self):
        name = "dsmr-5.0.2/6.2/crc-wrong"
        shown = rig.json_of("cases", "show", name, "--json")
        self.assertEqual((shown["name"], shown["since"], shown["may_lose"], shown["judges"]),
                         (name, "0.1", 1, []))
        self.assertEqual(shown["expected"][0], "A is rejected")
        self.assertEqual([step["name"] for step in shown["sent"]], ["A", "B", "C"])
        for step, is_right in zip(shown["sent"], (False, False, True)):
            data, crc = rig.parts_of(bytes.fromhex(step["bytes"]))
            self.assertEqual(crc == b"%04X" % rig.crc16(data), is_right)
            self.assertIn("telegram", step["meant"])
        self.assertNotIn("sent", rig.json_of("cases", name, "--json")[0])
        silent = rig.json_of("cases", "show", "dsmr-4.2.2/silence", "--json")
        self.assertIn("silence", [step.get("action") for step in silent["sent"]])

    def test_a_case_is_found_by_an_id_that_it_had_before(self):
        old = "field/jensjordan-p1-reader-2.0.0/no-blank-line"
        new = "field/ruudverheijden-node-p1-reader-2.0.0/no-blank-line"
        for words in (["cases", old], ["cases", "show", old], ["cases", "show", f"{old}@iskra-am550"]):
            result = rig.run(*words)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(new.encode(), result.stdout)
            self.assertEqual(result.stderr.decode(),
                             f'p1rig: cases: "{old}" is now {new}\n')
        (self.folder / "w.toml").write_text(f'[[waiver]]\ncase = "{old}"\nreason = "x"\n')
        result = rig.run("conform", "--profile", "iskra-am550", "--line", "stdin", "--case", old, "--waivers",
                         "w.toml", "--", rig.PROGRAM, "read", "{endpoint}", cwd=self.folder)
        self.assertEqual(result.returncode, 1, "it passes against its waiver")
        self.assertIn(b"1 xpass", result.stdout)
        for place in ("--case", "w.toml:1:1"):
            self.assertIn(f'p1rig: {place}: "{old}" is now {new}\n', result.stderr.decode())

    def test_a_case_is_shown_as_reports_name_it(self):
        name = "dsmr-5.0.2/6.2/crc-wrong"
        shown = rig.json_of("cases", "show", f"{name}@iskra-am550", "--json")
        self.assertEqual(shown["name"], name)
        self.assertEqual(shown["profile"], "iskra-am550")
        head = rig.run("render", "iskra-am550").stdout.split(b"\r\n")[0]
        self.assertTrue(bytes.fromhex(shown["sent"][0]["bytes"]).startswith(head))
        said = rig.run("cases", "show", f"{name}@iskra-am550").stdout
        self.assertIn(b"What is sent, by iskra-am550:\n\ntelegram A:\n" + head, said)
        sealed = [one["name"] for one in rig.json_of("cases", "--json") if "key" in one["needs"]][0]
        meter = [one["name"] for one in rig.json_of("profiles", "--json")
                 if rig.run("cases", "show", f"{sealed}@{one['name']}").returncode == 0][0]
        shown = rig.json_of("cases", "show", f"{sealed}@{meter}", "--json")
        self.assertEqual(len(shown["key"]), 32)
        self.assertTrue(shown["sent"][0]["bytes"].startswith("DB08"), "a frame begins so")
        self.assert_fails(MISTAKE, [f"{name}@iskra-am55: ", 'did you mean "iskra-am550"?'],
                          "cases", "show", f"{name}@iskra-am55")
        self.assert_fails(MISTAKE, f"{sealed} is not sent by iskra-am550: ",
                          "cases", "show", f"{sealed}@iskra-am550")
        self.assert_fails(MISTAKE, 'there is no "no/such@iskra-am550"', "cases", "show", "no/such@iskra-am550")


class Tables(rig.Case):
    """What stands in columns does not run together, whatever is in them."""

    def rows(self, *arguments):
        text = rig.run(*arguments).stdout.decode()
        return [re.split(" {2,}", line) for line in text.splitlines()]

    def test_the_objects_of_every_dialect(self):
        for dialect in rig.json_of("dialects", "--json"):
            rows = self.rows("dialects", "show", dialect["name"])
            self.assertGreater(len(dialect["objects"]), 5)
            for rule in dialect["objects"]:
                self.assertIn([rule["obis"], rule["shape"], rule["meaning"]], rows)

    def test_an_amount_that_is_any(self):
        said = rig.run("faults", "crc-wrong").stdout.decode()
        self.assertIn("(=any digit)", said)
        self.assertIn("digit, default any, at most", rig.run("faults", "show", "crc-wrong").stdout.decode())

    def test_a_reader_is_named_once(self):
        self.assertEqual(rig.run("readers", "p1-reader").stdout.decode().count("p1-reader"), 1)

    def test_every_list(self):
        cells = {"dialects": ["name", "document"], "quantities": ["name", "kind", "unit", "meaning"],
                 "profiles": ["name", "dialect", "country"], "scenarios": ["name", "title"],
                 "faults": ["name", "stage"], "cases": ["name", "title"],
                 "mutants": ["name", "summary"], "readers": ["name"]}
        self.assertLessEqual(set(LISTS), set(cells))
        for name, columns in cells.items():
            rows = self.rows(name)
            entries = rig.json_of(name, "--json")
            self.assertEqual(len(rows), len(entries))
            for row, entry in zip(rows, entries):
                expected = [entry[column] for column in columns if entry[column]]
                self.assertEqual(row[:len(expected)], expected)

    def test_the_commands(self):
        rows = self.rows("--help")
        self.assertIn(["", "bench-check", "is this serial adapter, or pair, good enough for a meter?"],
                      rows)


class Names(rig.Case):
    def test_commands(self):
        self.assert_fails(MISTAKE, ['unknown command "rendr"', 'did you mean "render"?'], "rendr")
        self.assert_fails(MISTAKE, 'unknown command "xyzzy"', "xyzzy")

    def test_profiles(self):
        for command in ("render", "simulate"):
            self.assert_fails(MISTAKE, ['unknown profile "kaifa-ma304x"', 'did you mean "kaifa-ma304'],
                              command, "kaifa-ma304x")
        self.assert_fails(MISTAKE, 'did you mean "iskra-am550"?', "profiles", "show", "iskra-am551")
        self.assert_fails(MISTAKE, 'did you mean "iskra-am550"?', "lint", "-", "--profile",
                          "iskra-am551")

    def test_quantities(self):
        self.assert_fails(MISTAKE, ['unknown quantity "power.imprt"', 'did you mean "power.import"?'],
                          "render", "iskra-am550", "--set", "power.imprt=1 kW")
        self.assert_fails(MISTAKE, 'did you mean "voltage.l1"?', "quantities", "show", "voltage.l")

    def test_dialects(self):
        for command in ("lint", "read"):
            self.assert_fails(MISTAKE, ['unknown dialect "dsmr-5.1"', 'did you mean "dsmr-5.0"?'],
                              command, "-", "--dialect", "dsmr-5.1")
        self.assert_fails(MISTAKE, 'did you mean "dsmr-5.0"?', "dialects", "show", "dsmr-50")

    def test_options(self):
        for command, wrong, right in (("render", "--att", "--at"), ("simulate", "--lin", "--line"),
                                      ("lint", "--dialekt", "--dialect"),
                                      ("read", "--cuont", "--count"),
                                      ("profiles", "--jsno", "--json"),
                                      ("check", "--halp", "--help")):
            said = self.assert_fails(MISTAKE, f'did you mean "{right}"?', command, "x", wrong, "y")
            self.assertIn(f"Usage: p1rig {command}", said)
            self.assertLessEqual(len(said.splitlines()), 2, "the message scrolls out of sight")

    def test_lists(self):
        for name in LISTS:
            self.assert_fails(MISTAKE, [f'{name}: there is no "nope"', f"`p1rig {name}` lists them"],
                              name, "show", "nope")

    def test_what_to_check_may_be_named(self):
        for name in ("kaifa-ma304c", "dst-autumn", "nl"):
            check = rig.run("check", name)
            self.assertEqual(check.returncode, 0, check.stdout)
            self.assertIn(f"{name}.toml", check.stdout.decode())
        check = rig.run("check", "kaifa-ma304x", "nothing.toml")
        self.assertEqual(check.returncode, MISTAKE)
        self.assertIn("case file or reader of that name, did you mean \"kaifa-ma304",
                      check.stdout.decode())

    def test_lines(self):
        self.assert_fails(MISTAKE, 'unknown line "ptty:"', "simulate", "iskra-am550", "--line",
                          "ptty:")


class Values(rig.Case):
    def test_counts(self):
        for count in ("0", "-1", "three", "1.5", "99999999999999999999999"):
            self.assert_fails(MISTAKE, "--count: expected a number, at least 1", "simulate",
                              "iskra-am550", f"--count={count}")
            self.assert_fails(MISTAKE, "--count: expected a number, at least 1", "read", "-",
                              f"--count={count}")

    def test_times_until_a_line_is_opened_anew(self):
        for seconds in ("0", "-1", "soon", "1e300", "nan"):
            self.assert_fails(MISTAKE, "--reconnect: expected a number of seconds above 0", "read", "-",
                              f"--reconnect={seconds}")

    def test_speeds(self):
        for speed in ("nonsense", "0", "-1", "nan", "inf", "1e300", "1e-300", "1x"):
            self.assert_fails(MISTAKE, "--speed: expected", "simulate", "iskra-am550",
                              f"--speed={speed}")

    def test_times(self):
        for time, why in (("nonsense", "is not a time"), ("2026-06-15T10:00:00", "is not a time"),
                          ("2026-02-29T00:00:00Z", "is not a valid date and time"),
                          ("2100-01-01T00:00:00Z", "2000 to 2099")):
            self.assert_fails(MISTAKE, ["--at: ", why], "render", "iskra-am550", "--at", time)
            self.assert_fails(MISTAKE, ["--start: ", why], "simulate", "iskra-am550", "--start",
                              time)
        self.assert_fails(MISTAKE, "the clock was put forward", "render", "iskra-am550", "--at",
                          "260329023000")
        self.assert_fails(MISTAKE, "add S or W", "render", "iskra-am550", "--at", "261025023000")

    def test_assignments(self):
        for value, why in (("power.import", "expected quantity=value"),
                           ("power.import=1.5", "wrong unit or none"),
                           ("power.import=", "is not a value"),
                           ("tariff=1.5", "more precise than the meter counts"),
                           ("power.import=100 kW", "prints F5(3,3), so at most 99.999 kW"),
                           ("power.import=-1 W", "so at least 0 kW"),
                           ("energy.import.t1=1000000 kWh", "so at most 999999.999 kWh"),
                           ("message.text=" + 1025 * "x", "has 1025 characters, at most 1024"),
                           ("message.text=a\nb", "must not contain line ends")):
            self.assert_fails(MISTAKE, ["--set", why], "render", "iskra-am550", "--set", value)

    def test_assignments_at_the_limit(self):
        telegram = rig.run("render", "iskra-am550", "--set", "power.import=99.9994 kW", "--set",
                           "energy.import.t1=999999.9999 kWh", "--set",
                           "message.text=" + 1024 * "x").stdout
        for line in (b"1-0:1.7.0(99.999*kW)", b"1-0:1.8.1(999999.999*kWh)",
                     b"0-0:96.13.0(" + 1024 * b"78" + b")"):
            self.assertIn(b"\r\n" + line + b"\r\n", telegram)

    def test_amounts_of_faults(self):
        for fault, most in (("wrong-time=24", 23), ("wrong-time=-24", 23), ("flip-bit=1001", 1000),
                            ("blank-lines=10000001", 10000000), ("stall=10001s", 10000000)):
            self.assert_fails(MISTAKE, ["--fault: " + fault.split("=")[0], f"at most {most}"],
                              "simulate", "iskra-am550", "--fault", fault)

    def test_a_count_that_silence_never_reaches(self):
        meter = ["simulate", "iskra-am550", "--line", "stdout", "--speed", "max", "--pace", "none",
                 "--start", "2026-06-15T10:00:00Z", "--count", "3"]
        for fault in ("silence", "silence,from=2026-06-15T10:00:00Z", "silence,from=2026-06-15T10:00:01Z"):
            self.assert_fails(MISTAKE, "--count: with the fault silence", *meter, "--fault", fault)
        for words in (["silence,every=2"], ["silence,until=2026-06-15T10:01:00Z"],
                      ["silence,from=2026-06-15T10:01:00Z"],
                      ["silence", "--until", "2026-06-15T10:01:00Z"]):
            self.assertEqual(rig.run(*meter, "--fault", *words).returncode, 0, words)

    def test_a_moment_before_the_scenario(self):
        said = self.assert_fails(MISTAKE, "--at: is before the start of ", "render", "iskra-am550",
                                 "--scenario", "dst-autumn", "--at", "2001-01-01T00:00:00Z")
        self.assertRegex(said, r"dst-autumn\.toml, which goes from \d{12}[SW] to \d{12}[SW]\n")

    def test_numbers_of_arguments(self):
        self.assert_fails(MISTAKE, "too few arguments", "render")
        self.assert_fails(MISTAKE, "too few arguments", "simulate")
        for command in ("lint", "read"):
            self.assert_fails(MISTAKE, "too few arguments", command)
            self.assert_fails(MISTAKE, 'unexpected argument "b"', command, "a", "b")
        self.assert_fails(MISTAKE, 'unexpected argument "kaifa-ma105"', "render", "iskra-am550",
                          "kaifa-ma105")
        self.assertEqual(rig.run().returncode, MISTAKE)

    def test_help_is_no_mistake(self):
        for arguments in (["--help"], ["help"], ["--version"], ["render", "--help"],
                          ["simulate", "--help"], ["lint", "--help"], ["read", "--help"],
                          ["check", "--help"], ["profiles", "--help"]):
            result = rig.run(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, b""), arguments)
            self.assertIn(b"p1rig", result.stdout)


class Files(rig.Case):
    def test_missing(self):
        for command in ("lint", "read"):
            result = rig.run(command, self.folder / "nothing")
            self.assertEqual(result.returncode, MISTAKE)
            self.assertIn(b"nothing: No such file", result.stderr)
        self.assert_fails(MISTAKE, "nothing.toml", "render", self.folder / "nothing.toml")

    def test_folder(self):
        for command in ("lint", "read"):
            result = rig.run(command, self.folder)
            self.assertEqual(result.returncode, MISTAKE)
            self.assertIn(b"is a directory, expected a file", result.stderr)
        folder = self.folder / "folder.toml"
        folder.mkdir()
        self.assert_fails(MISTAKE, "is a directory", "render", folder)

    def test_empty(self):
        for command, code, why in (("lint", 75, "no complete telegram"),
                                   ("read", 1, "no telegram was accepted")):
            result = rig.run(command, "-")
            self.assertEqual(result.returncode, code)
            self.assertIn(why, result.stderr.decode())

    def test_unwritable_truth(self):
        for command in ("render", "simulate"):
            self.assert_fails(ENVIRONMENT, "No such file", command, "iskra-am550", "--truth",
                              self.folder / "no" / "truth.json")

    def test_unwritable_link(self):
        for link in (self.folder / "no" / "link", "/proc/link", self.folder):
            said = self.assert_fails(ENVIRONMENT, str(link), "simulate", "iskra-am550", "--line",
                                     f"pty:{link}", "--count", "1")
            self.assertNotIn("terminate called", said)

    def test_a_file_in_the_place_of_the_link_is_kept(self):
        file = self.folder / "precious"
        file.write_text("precious")
        self.assert_fails(ENVIRONMENT, str(file), "simulate", "iskra-am550", "--line",
                          f"pty:{file}", "--count", "1")
        self.assertEqual(file.read_text(), "precious")


class Scenarios(rig.Case):
    def test_what_a_silent_meter_would_send_is_told(self):
        for moment, silent in (("2026-02-02T03:06:59Z", False), ("2026-02-02T03:08:00Z", True)):
            result = rig.run("render", "iskra-am550", "--scenario", "power-failures", "--at", moment)
            self.assertEqual(result.returncode, 0)
            self.assertEqual(b"silent at this time" in result.stderr, silent)

    def test_one_about_a_wrong_clock_is_no_mistake(self):
        file = self.folder / "clock.toml"
        file.write_text('[scenario]\ntitle = "A clock"\nstart = "2026-05-04T06:00:00Z"\n'
                        'until = "2026-05-04T09:00:00Z"\n'
                        '[[load]]\nkind = "household"\n'
                        '[[event]]\nkind = "clock"\nat = "2026-05-04T07:00:00Z"\n'
                        'deviation_s = -3600\n')
        check = rig.run("check", file)
        self.assertEqual(check.returncode, 0, check.stdout)


class Octets(rig.Case):
    def test_lint_gives_terminals_nothing_to_obey(self):
        telegram = b"/ABC5\r\n\r\n0-0:1.0.0(\x1b[31m\xff\x9b)\r\n!\r\n"
        said = rig.run("lint", "-", "--dialect", "dsmr-4.2", stdin=telegram).stdout
        self.assertIn(rb"(\x1B[31m\xFF\x9B)", said)
        self.assertNotIn(b"\x1b", said)


class BrokenProfile(rig.Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        shutil.copytree(rig.SOURCE / "profiles", self.data / "profiles")
        self.broken = self.data / "profiles" / "broken.toml"
        self.broken.write_text(BROKEN)
        self.environment = os.environ | {"P1RIG_DATA": str(self.data)}
        self.complaints = [f"{self.broken}:4:11: dialect: unknown dialect \"dsmr-5.1\"",
                           f"{self.broken}:16:11: unknown quantity \"tme\", did you mean \"time\"?"]

    def test_everything_that_is_wrong_is_said_with_its_place(self):
        self.assert_fails(MISTAKE, self.complaints, "render", self.broken)
        self.assert_fails(MISTAKE, self.complaints, "render", "broken", env=self.environment)
        self.assert_fails(MISTAKE, self.complaints, "simulate", "broken", env=self.environment)
        check = rig.run("check", self.broken)
        self.assertEqual(check.returncode, MISTAKE)
        for complaint in self.complaints:
            self.assertIn(complaint, check.stdout.decode())

    def test_the_others_still_load(self):
        result = rig.run("profiles", env=self.environment)
        self.assertEqual(result.returncode, MISTAKE)
        for complaint in self.complaints:
            self.assertIn(complaint, result.stderr.decode())
        names = {line.split()[0] for line in result.stdout.decode().splitlines()}
        self.assertEqual(names, set(rig.profile_names()))
        telegram = rig.run("render", "iskra-am550", env=self.environment)
        self.assertEqual(telegram.returncode, 0)
        lint = rig.run("lint", "-", stdin=telegram.stdout, env=self.environment)
        self.assertEqual(lint.returncode, 0)

    def test_broken_syntax(self):
        self.broken.write_text("[meter]\nname = \"Broken\nbrand = 1\n")
        self.assert_fails(MISTAKE, f"{self.broken}:2:", "render", self.broken)

    def test_no_profiles_at_all(self):
        self.assert_fails(MISTAKE, ["/nowhere/profiles", "P1RIG_DATA"], "render", "iskra-am550",
                          env=os.environ | {"P1RIG_DATA": "/nowhere"})


class PrivateProfile(rig.Case):
    """A meter of one's own, that lies with its telegram in a folder of one's own."""

    def setUp(self):
        super().setUp()
        self.text = (rig.SOURCE / "profiles" / "dsmr-5.0.2-example.toml").read_text()
        self.profile = self.folder / "mine.toml"

    def check(self, code, text):
        self.profile.write_text(text)
        result = rig.run("check", self.profile)
        self.assertEqual(result.returncode, code, result.stdout)
        return result.stdout.decode()

    def test_its_example_lies_beside_it(self):
        [shipped] = re.findall('^file = "(.*)"', self.text, re.M)
        text = self.text.replace(shipped, "telegrams/mine.txt")
        said = self.check(MISTAKE, text)
        for place in (self.folder / "telegrams" / "mine.txt", rig.SOURCE / "telegrams" / "mine.txt"):
            self.assertIn(str(place), said)
        mine = self.folder / "telegrams" / "mine.txt"
        mine.parent.mkdir()
        mine.write_bytes((rig.SOURCE / shipped).read_bytes())
        self.check(0, text)
        # Beside it comes first, and is looked at.
        self.check(0, self.text)
        beside = self.folder / shipped
        beside.parent.mkdir(parents=True)
        beside.write_bytes(mine.read_bytes().replace(b"01.193", b"01.194"))
        self.assertIn("example: line ", self.check(1, self.text))

    def test_without_example_and_family_it_is_right(self):
        text = re.sub(r"^\[example\](.|\n)*", "", self.text, flags=re.M)
        text = re.sub(r"^family = .*\n", "", text, flags=re.M)
        said = self.check(0, text)
        self.assertIn(f"ok      {self.profile}\n        note: neither an [example] nor a family", said)


class ClosedOutput(rig.Case):
    COMMANDS = (["profiles"], ["profiles", "--json"], ["quantities"], ["dialects", "--json"],
                ["render", "iskra-am550"], ["profiles", "--help"], ["--help"],
                ["simulate", "iskra-am550", "--line", "stdout", "--speed", "max", "--count", "500"])

    def test_full_disk(self):
        for arguments in self.COMMANDS:
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                result = subprocess.run([rig.PROGRAM, *arguments], stdout=full,
                                        stderr=subprocess.PIPE, timeout=rig.HANG)
                self.assertEqual(result.returncode, ENVIRONMENT, result.stderr)
                self.assertIn(b"p1rig: ", result.stderr)

    def test_closed_pipe(self):
        for arguments in self.COMMANDS:
            with self.subTest(arguments=arguments):
                read_end, write_end = os.pipe()
                os.close(read_end)
                result = subprocess.run([rig.PROGRAM, *arguments], stdout=write_end,
                                        stderr=subprocess.PIPE, timeout=rig.HANG)
                os.close(write_end)
                # A meter whose reader goes away has done its work.
                expected = 0 if arguments[0] == "simulate" else ENVIRONMENT
                self.assertEqual(result.returncode, expected, result.stderr)
                self.assertEqual(result.stderr, b"", "nobody needs to be told")

    def test_readers_whose_output_is_full(self):
        telegram = rig.run("render", "iskra-am550").stdout
        for command in ("read", "lint"):
            with self.subTest(command=command), open("/dev/full", "wb") as full:
                result = subprocess.run([rig.PROGRAM, command, "-"], input=telegram * 200,
                                        stdout=full, stderr=subprocess.PIPE, timeout=rig.HANG)
                self.assertEqual(result.returncode, ENVIRONMENT, result.stderr)


if __name__ == "__main__":
    unittest.main()
