"""What scripts/mutate.py makes of a source and prints of its results, without building a reader.

    mutate_test.py SOURCE_FOLDER
"""
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

SOURCE = pathlib.Path(sys.argv.pop()).resolve()
sys.path.insert(0, str(SOURCE / "scripts"))

import mutate  # noqa: E402
import source_mutants  # noqa: E402

TEN_LINES = r"""#include <vector>  // 1 < 2
template <class T>
void clear(std::vector<T>& list, char* at) {
  const char* text = "a < b && !c";
  if (list.size() < 10 && !done) return;
  list.reserve(8);
  std::vector<int> more = *at == '\r' ? list : other;
  for (int i = 0; i != -1; ++i) erase(i);
  /* total += 1; */ total += 0x0F;
}
"""


def changes(text):
    return {(mutant.line, mutant.kind, mutant.before, mutant.after)
            for mutant in source_mutants.mutants_of("a.cpp", text)}


class Mutants(unittest.TestCase):
    def test_all_of_ten_lines(self):
        self.assertEqual(changes(TEN_LINES), {
            (5, "comparison", "<", ">="), (5, "boundary", "<", "<="), (5, "boolean", "&&", "||"),
            (5, "constant", "10", "11"), (5, "constant", "10", "9"), (5, "boolean", "!", ""),
            (5, "statement", "return;", ";"),
            (7, "comparison", "==", "!="), (7, "constant", r"'\r'", r"'\n'"),
            (8, "constant", "0", "1"), (8, "comparison", "!=", "=="), (8, "constant", "1", "2"),
            (8, "constant", "1", "0"), (8, "arithmetic", "++", "--"), (8, "statement", "erase(i);", ";"),
            (9, "arithmetic", "+=", "-="), (9, "constant", "0x0F", "0x10"), (9, "constant", "0x0F", "0xe"),
            (9, "statement", "total += 0x0F;", ";")})

    def test_what_is_returned_by_a_function_without_result(self):
        text = "void f() {\n  return g(a);\n}\nint h() {\n  return g(a);\n}\n"
        self.assertEqual(changes(text), {(2, "statement", "return g(a);", "return;")})

    def test_what_is_declared_is_no_statement(self):
        self.assertEqual(changes("struct A {\n  A(A&&) = delete;\n  int b = c;\n  void d(int e);\n};\n"), set())

    def test_labels_and_heads_come_before_a_statement(self):
        text = "switch (a) {\n  case kB:\n    f();\n    break;\n  default: g();\n}\nwhile (c) h();\n"
        self.assertEqual({before for _, _, before, _ in changes(text)}, {"f();", "break;", "g();", "h();"})

    def test_one_place_is_changed(self):
        for mutant in source_mutants.mutants_of("a.cpp", TEN_LINES):
            changed = mutant.apply(TEN_LINES)
            self.assertNotEqual(changed, TEN_LINES)
            self.assertEqual(changed.replace(mutant.after, mutant.before, 1).count("\n"), TEN_LINES.count("\n"))
            self.assertEqual(changed[:mutant.at], TEN_LINES[:mutant.at])
            self.assertEqual(changed[mutant.at + len(mutant.after):], TEN_LINES[mutant.at + len(mutant.before):])

    def test_an_id_outlives_what_changes_elsewhere(self):
        def ids(text):
            return [mutant.id for mutant in source_mutants.mutants_of("a.cpp", text)]
        self.assertEqual(ids(TEN_LINES), ids("\nint before;\n" + TEN_LINES))
        self.assertEqual(len(set(ids(TEN_LINES + TEN_LINES))), 2 * len(ids(TEN_LINES)))


def result(verdict, kind="boundary", name="x"):
    return {"id": "1a2b3c4d", "mutant": f"a.cpp:1:2: {kind}: {name}", "file": "a.cpp", "kind": kind,
            "verdict": verdict, "shown": ""}


class Report(unittest.TestCase):
    def test_what_was_killed_and_what_survived(self):
        results = [result("killed"), result("killed", "constant"), result("killed", "constant"),
                   result("survived", name="< -> <="), result("opening"), result("equivalent"),
                   result("not built")]
        self.assertEqual(mutate.report("fake", results), [
            "fake: 7 mutants: 1 equivalent, 1 not built, 1 failed at the opening, 3 killed, 1 survived: 75.0 % killed",
            "  boundary    1 of 2 killed (50 %)",
            "  constant    2 of 2 killed (100 %)",
            "  survived 1a2b3c4d a.cpp:1:2: boundary: < -> <="])


class FakeBench:
    """A reader of one file, and a suite that sees a change only in its second group."""

    def __init__(self, folder, after):
        self.folder, self.after = folder, after
        self.reader = folder / "unchanged"
        self.reader.write_bytes(b"1 < 2")
        self.objects = {"a.cpp": folder / "a.o"}
        self.source = types.SimpleNamespace(main="a.cpp")
        self.asked = []

    def compile(self, file, target, before=()):
        text = file.read_text()
        target.write_text(text)
        return "a.cpp:1: error: no such operator\n" if "!=" in text else ""

    def link(self, objects, target):
        target.write_text("1 < 2" if "<=" in objects[0].read_text() else objects[0].read_text())
        return ""

    def reads_a_telegram(self, reader, telegram):
        return ">" not in reader.read_text()

    def groups_for(self, file):
        return ("first", "second")

    def differences(self, reader, dialects):
        self.asked.append(dialects)
        return self.after if dialects == "second" else {}


class Verdict(unittest.TestCase):
    def verdict(self, change, after=None):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "tree").mkdir()
            (folder / "tree/a.cpp").write_text("1 < 2")
            before, mutate.ROOT = mutate.ROOT, folder / "tree"
            try:
                bench = FakeBench(folder, after)
                mutant = source_mutants.Mutant("a.cpp", 1, 3, "boundary", "<", change, 2, "1a2b3c4d")
                made = mutate.judge(bench, mutant, b"", {"1a2b3c4d": "nobody asks"} if after == {} else {})
                self.assertEqual((folder / "tree/a.cpp").read_text(), "1 < 2")
                self.assertEqual(sorted(path.name for path in folder.iterdir()), ["tree", "unchanged"])
                return made["verdict"], made["shown"], bench.asked
            finally:
                mutate.ROOT = before

    def test_each(self):
        many = {place: f"{place}: fail, not pass" for place in "abcd"}
        self.assertEqual(self.verdict("!="), ("not built", "a.cpp:1: error: no such operator", []))
        self.assertEqual(self.verdict("<="), ("equivalent", "the compiler makes the same of it", []))
        self.assertEqual(self.verdict(">"), ("opening", "", []))
        self.assertEqual(self.verdict("-", many), ("killed", "a: fail, not pass; b: fail, not pass; c: fail, "
                                                   "not pass and 1 more", ["first", "second"]))
        self.assertEqual(self.verdict("-", None), ("killed", "took too long at second", ["first", "second"]))
        # What hangs on one result is looked at again.
        self.assertEqual(self.verdict("-", {"a": "a: fail, not pass"}),
                         ("killed", "a: fail, not pass", ["first", "second", "second"]))
        self.assertEqual(self.verdict("-", {}), ("equivalent", "nobody asks", ["first", "second"]))


class Program(unittest.TestCase):
    def run_it(self, *arguments):
        return subprocess.run([sys.executable, str(SOURCE / "scripts/mutate.py"), *arguments],
                              capture_output=True, text=True)

    def test_lists_the_sample_of_a_seed(self):
        first = self.run_it("--list", "--source", "reference", "--sample", "20")
        self.assertEqual((first.returncode, len(first.stdout.splitlines())), (0, 20))
        self.assertEqual(first.stdout, self.run_it("--list", "--source", "reference", "--sample", "20").stdout)
        other = self.run_it("--list", "--source", "reference", "--sample", "20", "--seed", "2")
        self.assertNotEqual(first.stdout, other.stdout)

    def test_says_what_is_wrong(self):
        self.assertEqual(self.run_it("--sample", "0").returncode, 2)
        self.assertEqual(self.run_it("--only", "none").returncode, 2)
        missing = self.run_it("--program", "/nowhere/p1rig", "--sample", "1")
        self.assertEqual(missing.returncode, 4)
        self.assertIn("/nowhere/p1rig: is missing", missing.stderr)

    def test_what_is_known_to_be_equivalent_is_there(self):
        ids = {mutant.id for source in mutate.SOURCES.values() for mutant in mutate.all_mutants(source)}
        known = mutate.known_equivalents(SOURCE / "tests/mutate/equivalent.toml")
        self.assertEqual(known.keys() - ids, set())

    def test_functions_that_are_left_out_are_there(self):
        for source in mutate.SOURCES.values():
            for name in source.left_out:
                file, _, function = name.partition(" ")
                self.assertIn(f"{function}(" if function else "", (SOURCE / file).read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
