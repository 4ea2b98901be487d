"""From what the benchmarks measured to a table of ratios against floors and targets.

    ratios.py --filter
        prints which benchmarks the rows need, for --benchmark_filter
    ratios.py MEASURED.json INSTRUCTIONS
        prints the table and exits with 1 where a ratio is beyond its floor
    ratios.py MEASURED.json INSTRUCTIONS CORPUS
        the same with P14, which bench/corpus_ratio.py prints
    ratios.py MEASURED.json INSTRUCTIONS CORPUS --publish
        writes it to bench/ratios.json and, between their marks, to docs/benchmarks.md and README.md, too

MEASURED.json is what p1rig_bench writes; INSTRUCTIONS is P6, counted by Callgrind. A benchmark that this
machine has not the instructions for is said to be missing and fails nothing.
"""

import json
import pathlib
import sys

AT_LEAST, AT_MOST = "at least", "at most"

# id, what, numerator, denominator, direction, floor, target; times of processor, the least of all repetitions.
ROWS = [
    ("P1 vpclmul", "CRC with VPCLMULQDQ, times as fast as boost::crc", "crc/boost", "crc/vpclmul",
     AT_LEAST, 60, 90),
    ("P1 pclmul", "CRC with PCLMULQDQ, times as fast as boost::crc", "crc/boost", "crc/pclmul",
     AT_LEAST, 20, 28),
    ("P1 portable", "CRC in plain C++, times as fast as boost::crc", "crc/boost", "crc/portable",
     AT_LEAST, 4, 5),
    ("P3", "a second and a telegram, times as fast as snprintf and a table CRC",
     "generator/snprintf_table_crc", "generator/p1rig", AT_LEAST, 25, 50),
    ("P4", "the same with our CRC for snprintf", "generator/snprintf_own_crc", "generator/p1rig",
     AT_LEAST, 8, 15),
    ("P7 time", "a telegram of one in a million meters, against one meter alone",
     "generator/p1rig_million", "generator/p1rig", AT_MOST, 1.3, 1.1),
    ("P8", "render and seal, against bare EVP encryption", "sealed/render_and_seal",
     "sealed/bare_evp", AT_MOST, 1.4, 1.25),
    ("P10", "reading DSMR 5.0, times as fast as an ordinary reader", "reader/dsmr-5.0/ordinary",
     "reader/dsmr-5.0/p1rig", AT_LEAST, 8, 15),
    ("P10 mixed", "the same for all profiles by turns", "reader/mixed/ordinary",
     "reader/mixed/p1rig", AT_LEAST, 8, 15),
    ("P12", "reading DSMR 5.0, against looking for its line ends", "reader/dsmr-5.0/p1rig",
     "reader/dsmr-5.0/line_scan", AT_MOST, 1.5, 1.0),
    ("P12 mixed", "the same for all profiles by turns", "reader/mixed/p1rig",
     "reader/mixed/line_scan", AT_MOST, 1.5, 1.0),
]
# The same, for whichever dialect comes off worst; {} is where its name stands.
WORST_ROWS = [
    ("P10 worst", "reading the dialect with the least gain", "reader/{}/ordinary",
     "reader/{}/p1rig", AT_LEAST, 8, 15),
    ("P12 worst", "reading the dialect with the cheapest lines", "reader/{}/p1rig",
     "reader/{}/line_scan", AT_MOST, 1.5, 1.0),
]
# Telegrams made for many connections, against the same ones written to them again and again.
FLEET = ("P13", "CPU that making telegrams adds to writing them to TCP connections", AT_MOST, 0.15, 0.05)
# What the README shows.
README_IDS = ("P1 vpclmul", "P3", "P8", "P10", "P12", "P14")
CORPUS = ("P14", "a corpus with its index in files, as fast as writing constant bytes", AT_LEAST, 0.6, 0.8)
METER_BYTES = ("P7 bytes", "bytes a meter, beside what all share", AT_MOST, 512, 256)
INSTRUCTIONS = ("P6", "instructions a telegram, portable", AT_MOST, 2500, 1500)


def least(measured, what="cpu_time"):
    """By benchmark, the least of its repetitions: the one that other work on the machine disturbed
    least. Other work only ever adds, and not to both halves of a ratio alike."""
    found = {}
    for run in measured["benchmarks"]:
        if run["run_type"] == "iteration" and what in run:
            # A benchmark with a time of its own has it in its name.
            name = run["run_name"].split("/min_time:")[0]
            found[name] = min(run[what], found.get(name, run[what]))
    return found


def judged(name, what, value, direction, floor, target):
    def within(limit):
        return value >= limit if direction == AT_LEAST else value <= limit

    verdict = "target" if within(target) else "floor" if within(floor) else "below the floor"
    return {"id": name, "what": what, "ratio": round(value, 3), "direction": direction,
            "floor": floor, "target": target, "reached": verdict}


def worst_of(times, above, below, direction):
    """The ratio that is worst, and for which name; nothing where none was measured."""
    prefix, suffix = above.split("{}")
    names = [name[len(prefix):-len(suffix)] for name in times
             if name.startswith(prefix) and name.endswith(suffix)]
    names = [name for name in names if name != "mixed"]
    ratios = [(times[above.format(name)] / times[below.format(name)], name) for name in names
              if below.format(name) in times]
    return (min if direction == AT_LEAST else max)(ratios, default=None)


def rows_of(measured, instructions, corpus):
    times = least(measured)
    for name, what, above, below, direction, floor, target in ROWS:
        if above in times and below in times:
            yield judged(name, what, times[above] / times[below], direction, floor, target)
        else:
            print(f"ratios: {name}: not measured here ({above}, {below})", file=sys.stderr)
    for name, what, above, below, direction, floor, target in WORST_ROWS:
        worst = worst_of(times, above, below, direction)
        if worst is None:
            print(f"ratios: {name}: not measured here ({above}, {below})", file=sys.stderr)
        else:
            yield judged(name, f"{what}: {worst[1]}", worst[0], direction, floor, target)
    for made, bare in zip(least(measured, "made_us").values(), least(measured, "bare_us").values()):
        name, what, direction, floor, target = FLEET
        yield judged(name, what, made / bare - 1, direction, floor, target)
    if corpus is not None:
        name, what, direction, floor, target = CORPUS
        yield judged(name, what, corpus, direction, floor, target)
    for size in set(least(measured, "meter_bytes").values()):
        name, what, direction, floor, target = METER_BYTES
        yield judged(name, what, size, direction, floor, target)
    name, what, direction, floor, target = INSTRUCTIONS
    yield judged(name, what, instructions, direction, floor, target)


def table(rows):
    yield "| id | what | measured | floor | target | reached |"
    yield "|---|---|---:|---:|---:|---|"
    for row in rows:
        sign = "≥" if row["direction"] == AT_LEAST else "≤"
        yield (f"| {row['id']} | {row['what']} | {row['ratio']:.4g} | {sign} {row['floor']} | "
               f"{sign} {row['target']} | {row['reached']} |")


def short_table(rows):
    yield "| what | measured | target |"
    yield "|---|---:|---:|"
    for row in rows:
        if row["id"] in README_IDS:
            sign = "≥" if row["direction"] == AT_LEAST else "≤"
            yield f"| {row['what']} | {row['ratio']:.3g} | {sign} {row['target']} |"


def put_between_marks(file, text):
    before, rest = file.read_text(encoding="utf-8").split("<!-- ratios -->\n", 1)
    _, after = rest.split("<!-- end of ratios -->\n", 1)
    file.write_text(f"{before}<!-- ratios -->\n{text}<!-- end of ratios -->\n{after}",
                    encoding="utf-8")


def publish(rows):
    bench = pathlib.Path(__file__).resolve().parent
    (bench / "ratios.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n",
                                       encoding="utf-8")
    for file, lines in (("docs/benchmarks.md", table(rows)), ("README.md", short_table(rows))):
        put_between_marks(bench.parent / file, "\n".join(lines) + "\n")


def main(measured_file, instructions=None, corpus=None, option=None):
    if measured_file == "--filter":
        names = {name for row in ROWS for name in row[2:4]} | {"fleet/made_and_bare"}
        print("^(" + "|".join(sorted(names)).replace(".", "\\.") + ")($|/min_time)")
        return 0
    with open(measured_file, encoding="utf-8") as file:
        rows = list(rows_of(json.load(file), int(instructions),
                            None if corpus is None else float(corpus)))
    print("\n".join(table(rows)))
    if option == "--publish":
        publish(rows)
    below = [row["id"] for row in rows if row["reached"] == "below the floor"]
    if below:
        print(f"ratios: below the floor: {', '.join(below)}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
