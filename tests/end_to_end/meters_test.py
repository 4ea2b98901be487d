"""What makes one meter another one, and what its values say of each other: seeds, loads, --set."""
import json
import re
import unittest

import rig

MISTAKE = 2
WINTER = "2026-01-15T11:54:56Z"
BELGIUM = "sagemcom-t211-d-emucs21"  # an id, an EAN and two devices with ids and EANs
OWN = {b"1SAG1101975264", b"541448860019752633", b"7FLO2123197526", b"541448860019752640",
       b"8SET0001975261", b"541448860019752657"}


def identifiers_in(telegram):
    """All identifiers, hexadecimal on the line."""
    return {bytes.fromhex(digits.decode())
            for digits in re.findall(rb":96\.1\.[12]\(([0-9A-F]+)\)", telegram)}


class Identifiers(rig.Case):
    def render(self, *seeds, profile=BELGIUM):
        result = rig.run("render", profile, "--at", WINTER, *seeds)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout

    def test_of_seed_one_are_those_of_the_profile(self):
        for seeds in ((), ("--seed", 1), ("--seed", 9, "--id-seed", 1)):
            self.assertEqual(identifiers_in(self.render(*seeds)), OWN, seeds)

    def test_of_two_hundred_meters_are_all_different(self):
        seen = set()
        for seed in range(1, 201):
            mine = identifiers_in(self.render("--seed", seed))
            self.assertEqual(sorted(map(len, mine)), sorted(map(len, OWN)))
            self.assertFalse(seen & mine, seed)
            seen |= mine

    def test_are_the_same_in_every_command(self):
        mine = identifiers_in(self.render("--seed", 7))
        self.assertNotEqual(mine, OWN)
        self.assertEqual(identifiers_in(self.render("--seed", 3, "--id-seed", 7)), mine)
        sent = rig.run("simulate", BELGIUM, "--seed", 7, "--line", "stdout", "--speed", "max",
                       "--count", 1, "--start", WINTER)
        self.assertEqual(identifiers_in(sent.stdout), mine)
        rig.run("corpus", BELGIUM, "--seed", 7, "--count", 2, "-o", self.folder / "corpus")
        self.assertEqual(identifiers_in((self.folder / "corpus").read_bytes()), mine)

    def test_are_told_by_the_index_of_a_corpus_where_they_are_pinned(self):
        def head(*seeds):
            file = self.folder / "corpus"
            made = rig.run("corpus", BELGIUM, "--count", 1, "-o", file, *seeds)
            self.assertEqual(made.returncode, 0, made.stderr)
            index = self.folder / "corpus.index.jsonl"
            return json.loads(index.read_text().splitlines()[0])
        self.assertNotIn("id_seed", head("--seed", 5))
        self.assertEqual(head("--seed", 5, "--id-seed", 1)["id_seed"], 1)
        rig.run("corpus", BELGIUM, "--count", 1, "-o", self.folder / "corpus", "--seed", 5)
        self.assert_fails(MISTAKE, "corpus.index.jsonl", "corpus", BELGIUM, "--count", 2, "--resume",
                          "-o", self.folder / "corpus", "--seed", 5, "--id-seed", 1)

    def test_of_cases_follow_too(self):
        def ids(*seeds):
            folder = self.folder / "_".join(("vectors", *map(str, seeds)))
            made = rig.run("vectors", folder, "--profile", BELGIUM, "--case", "*/crc-bit-flip", *seeds)
            self.assertEqual(made.returncode, 0, made.stderr)
            files = list(folder.glob("*/*/*.bin"))
            self.assertTrue(files)
            # The flipped bit may be in an identifier; the last telegram is as it should be.
            last = b"\r\n/" + files[0].read_bytes().rpartition(b"\r\n/")[2]
            return identifiers_in(last)
        self.assertEqual(ids(), OWN)
        self.assertFalse(ids("--seed", 7) & OWN)
        self.assertEqual(ids("--seed", 7), identifiers_in(self.render("--seed", 7)))
        self.assertEqual(ids("--seed", 7, "--id-seed", 1), OWN)

    def test_system_titles_follow_too(self):
        key = self.folder / "key"
        key.touch(mode=0o600)
        key.write_text("000102030405060708090A0B0C0D0E0F\n")
        def title(*seeds):
            return self.render("--key-file", key, *seeds,
                               profile="sagemcom-smarty-lux-encrypted")[2:10]
        self.assertEqual(title(), bytes.fromhex("5341470000112233"))
        self.assertEqual(title("--seed", 8, "--id-seed", 1), title())
        titles = {title("--seed", seed) for seed in range(1, 21)}
        self.assertEqual(len(titles), 20)
        self.assertEqual({one[:4] for one in titles}, {b"SAG\0"})

    def test_a_scenario_has_the_last_word(self):
        file = self.folder / "mine.toml"
        file.write_text('[scenario]\ntitle = "Mine"\n[values]\n"meter.id" = "MINE1"\n'
                        '[[device]]\nmedium = "gas"\nid = "GAS1"\nean = "541448860019752640"\n')
        mine = identifiers_in(self.render("--scenario", file, "--seed", 33))
        self.assertLessEqual({b"MINE1", b"GAS1", b"541448860019752640"}, mine)

    def test_seeds_are_numbers(self):
        for command in (("render", BELGIUM), ("simulate", BELGIUM),
                        ("corpus", BELGIUM, "--count", 1, "-o", "-"), ("vectors", self.folder / "v"),
                        ("conform", "p1rig"), ("bench", "p1rig")):
            for option in ("--seed", "--id-seed"):
                self.assert_fails(MISTAKE, f"{option}: is empty", *command, option, "")
                for wrong in ((f"{option}=x",), (f"{option}=-1",), (f"{option}=1.5",),
                              (f"{option}=18446744073709551616",)):
                    self.assert_fails(MISTAKE, f"{option}: expected a whole number", *command, *wrong)
        self.render("--id-seed", 2**64 - 1)


class Set(rig.Case):
    def render(self, *values, profile="iskra-am550"):
        words = [word for value in values for word in ("--set", value)]
        result = rig.run("render", profile, "--at", WINTER, *words)
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = dict(line.split("(", 1) for line in result.stdout.decode().splitlines()
                     if "(" in line)
        return lines, result.stderr.decode()

    def test_what_follows_goes_with_it(self):
        lines, said = self.render("power.import.l1=7.4 kW", "voltage.l1=230 V")
        self.assertEqual(said, "")
        self.assertEqual(lines["1-0:21.7.0"], "07.400*kW)")
        self.assertEqual(lines["1-0:31.7.0"], "032*A)")
        # L2 and L3 are as they were.
        self.assertEqual(lines["1-0:1.7.0"],
                         f"{7.4 + float(lines['1-0:41.7.0'][:6]) + float(lines['1-0:61.7.0'][:6]):06.3f}*kW)")

    def test_what_does_not_follow_is_said(self):
        lines, said = self.render("current.l1=20 A")
        self.assertEqual(lines["1-0:31.7.0"], "020*A)")
        self.assertRegex(said, r"note: --set: current\.l1 is set to 20 A, but 0\.\d+ A follows from "
                               r"the power and the voltage of its phase")
        lines, said = self.render("power.import.l1=7.4 kW", "power.import=2 kW", "power.import.l2=0 kW",
                                  "power.import.l3=0 kW")
        self.assertIn("power.import is set to 2 kW, but 7.4 kW follows from the phases", said)
        self.assertEqual(lines["1-0:1.7.0"], "02.000*kW)")


class TelegramChanges(rig.Case):
    """A list of objects, or firmware, that changes while the meter runs."""
    FIRMWARE = ("sagemcom-t211-d-emucs14", "--scenario", "firmware-update")
    READOUT = ("sagemcom-smarty-lux", "--scenario", "readout-changes")

    def sent(self, *words):
        result = rig.run("simulate", *words, "--line", "stdout", "--speed", "max")
        self.assertEqual(result.returncode, 0, result.stderr)
        return [telegram for telegram in re.split(rb"(?m)^(?=/)", result.stdout) if telegram]

    def test_every_command_sends_the_same(self):
        for words, start, until in ((self.FIRMWARE, "2023-12-05T02:12:40Z", "2023-12-05T02:14:10Z"),
                                    (self.READOUT, "2026-04-14T00:29:30Z", "2026-04-14T00:30:30Z")):
            telegrams = self.sent(*words, "--start", start, "--until", until)
            # 90 s, of which the meter starts for 50; and one each 10 s.
            self.assertEqual(len(telegrams), 40 if words is self.FIRMWARE else 6)
            made = rig.run("corpus", *words, "--start", start, "--count", len(telegrams), "-o", "-")
            self.assertEqual(made.returncode, 0, made.stderr)
            self.assertEqual(made.stdout, b"".join(telegrams))
            truth = self.folder / "truth"
            with_truth = self.sent(*words, "--start", start, "--until", until, "--truth", truth, "--force")
            self.assertEqual(with_truth, telegrams)
            for telegram in telegrams:
                covered, crc = rig.parts_of(telegram)
                self.assertEqual(crc, b"%04X" % rig.crc16(covered))
                at = re.search(rb"\n0-0:1\.0\.0\((\d{12}[SW])\)", telegram)[1].decode()
                one = rig.run("render", *words, "--at", at)
                self.assertEqual((one.returncode, one.stdout), (0, telegram))

    def test_a_reader_goes_on_and_tells_no_old_value(self):
        telegrams = b"".join(self.sent(*self.READOUT, "--start", "2026-04-14T09:59:30Z", "--until",
                                       "2026-04-14T10:00:30Z"))
        read = rig.run("read", "-", "--dialect", "lux-1.1", stdin=telegrams)
        reports = [json.loads(line) for line in read.stdout.decode().splitlines()]
        values = [report["telegram"] if "telegram" in report else report for report in reports if "hello" not in report]
        self.assertEqual(len(values), 6)
        self.assertEqual(["1-0:1.8.0" in json.dumps(value) for value in values], [True] * 3 + [False] * 3)

    def test_check_takes_what_a_scenario_says_itself(self):
        few = 'readout = ["1-3:0.2.8", "0-0:1.0.0", "1-0:1.8.1", "1-0:32.7.0"]\n'
        for head, event in (("", 'kind = "reading"\nchannel = 1\nreading = "4000 m3"\ncaptures = 2'),
                            (few, 'kind = "readout"\nadd = ["0-1:24.2.1"]\nremove = ["1-0:32.7.0"]')):
            file = self.folder / "s.toml"
            file.write_text('[scenario]\ntitle = "t"\nmade_for = "iskra-am550"\nstart = "2026-04-14T00:00:00Z"\n'
                            f'{head}[[event]]\nat = "2026-04-14T02:00:00Z"\n{event}\n')
            result = rig.run("check", file)
            self.assertEqual(result.returncode, 0, result.stdout)

    def test_check_lives_through_them(self):
        for name in ("firmware-update", "readout-changes"):
            self.assertEqual(rig.run("check", name).returncode, 0)
        file = self.folder / "s.toml"
        file.write_text('[scenario]\ntitle = "S"\nmade_for = "sagemcom-t211-d-emucs14"\n'
                        'start = "2026-05-04T10:07:00Z"\n[[event]]\nat = "2026-05-04T11:00:00Z"\n'
                        'kind = "firmware"\nprofile = "sagemcom-t211-d-emucs77"\n')
        check = rig.run("check", file)
        self.assertEqual(check.returncode, MISTAKE)
        self.assertIn(f'{file}:8:11: profile: unknown profile "sagemcom-t211-d-emucs77", '
                      'did you mean "sagemcom-t211-d-emucs', check.stdout.decode())
        # What is valid, and no telegram of the dialect, is found on the way.
        file.write_text(file.read_text().replace('profile = "sagemcom-t211-d-emucs77"',
                                                 'identification = "No maker"'))
        check = rig.run("check", file)
        self.assertEqual(check.returncode, 1)
        self.assertIn("[identification-form]", check.stdout.decode())


class Limits(rig.Case):
    def scenario(self, text, name="s.toml"):
        file = self.folder / name
        file.write_text('[scenario]\ntitle = "S"\nstart = "2026-05-04T10:07:00Z"\n' + text)
        return file

    def test_a_phase_carries_no_more_than_it_can(self):
        file = self.scenario('[[load]]\nkind = "fixed"\nl1 = "450 kW"\n' * 8)
        said = f"{file}:25:1: [[load]]: together with the other loads, up to 3600 kW flow on L1"
        check = rig.run("check", file)
        self.assertEqual(check.returncode, MISTAKE)
        self.assertIn(said, check.stdout.decode())
        for command in (("render", "iskra-am550"), ("simulate", "iskra-am550", "--line", "stdout"),
                        ("corpus", "iskra-am550", "--count", 1, "-o", "-")):
            self.assert_fails(MISTAKE, said, *command, "--scenario", file)

    def test_what_may_be_meant_is_noted(self):
        file = self.scenario('until = "2026-05-04T12:00:00Z"\n'
                             '[[load]]\nkind = "table"\nfile = "curve.csv"\n'
                             '[[event]]\nat = "2026-05-04T12:00:00Z"\nkind = "port-off"\n')
        (self.folder / "curve.csv").write_text("time,l1\n2026-09-04T10:00:00Z,100\n"
                                               "2026-09-05T10:00:00Z,0\n")
        notes = [f"{file}:5:1: [[load]]: file: {self.folder / 'curve.csv'}: no power flows before "
                 "260904120000S, the first of its times",
                 f"{file}:8:1: [[event]]: at: is not before the end of the scenario's window"]
        check = rig.run("check", file)
        self.assertEqual(check.returncode, 0)
        self.assertEqual(check.stdout.decode().splitlines()[:3],
                         [f"ok      {file}", *(f"        note: {note}" for note in notes)])
        render = rig.run("render", "iskra-am550", "--scenario", file)
        self.assertEqual(render.returncode, 0)
        for note in notes:
            self.assertIn(f"p1rig: note: {note}", render.stderr.decode())


if __name__ == "__main__":
    unittest.main()
