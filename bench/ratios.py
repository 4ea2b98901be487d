"""From what the benchmarks measured to a table of ratios against floors and targets.

    ratios.py --filter
        prints which benchmarks the rows need, for --benchmark_filter
    ratios.py MEASURED.json INSTRUCTIONS
        prints the table and exits with 1 where a ratio is beyond its floor, with 2 where a row is missing
    ratios.py MEASURED.json INSTRUCTIONS CORPUS
        the same with P14, which bench/corpus_ratio.py prints
    ratios.py MEASURED.json INSTRUCTIONS CORPUS --publish
        where neither is so, writes it to bench/ratios.json and, between their marks, to docs/benchmarks.md
        and README.md, too

MEASURED.json is what p1rig_bench writes, or several such files with commas between them, whose repetitions
are taken together; INSTRUCTIONS is P6, counted by Callgrind. A row for which this
machine has not the instructions is said not to be judged and fails nothing.
"""

import json
import pathlib
import statistics
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
# Of these the machine may have no instructions; then their benchmarks are not there.
OPTIONAL = ("crc/vpclmul", "crc/pclmul")
# A CRC in plain C++ alone takes longer than a scan for line ends.
NEED_PCLMUL = ("P12", "P12 mixed", "P12 worst")
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


def lacks_instructions(measured, times, name, *benchmarks):
    if name in NEED_PCLMUL:
        chosen = measured.get("context", {}).get("crc")
        return chosen == "portable" or "crc/pclmul" not in times
    return any(one in OPTIONAL and one not in times for one in benchmarks)


def rows_of(measured, instructions, corpus):
    """The rows, those that are not judged here, and those that ought to be there and are not."""
    times = least(measured)
    rows, not_judged, missing = [], [], []
    for name, what, above, below, direction, floor, target in ROWS + WORST_ROWS:
        value = None
        if lacks_instructions(measured, times, name, above, below):
            not_judged.append(name)
            continue
        if "{}" in above:
            worst = worst_of(times, above, below, direction)
            if worst is not None:
                value, what = worst[0], f"{what}: {worst[1]}"
        elif above in times and below in times:
            value = times[above] / times[below]
        if value is None:
            missing.append(f"{name} ({above}, {below})")
        else:
            rows.append(judged(name, what, value, direction, floor, target))
    # Both halves are in each repetition, and disturb one another: the middle of their ratios.
    added = [run["added"] for run in measured["benchmarks"]
             if run["run_type"] == "iteration" and "added" in run]
    single = [(FLEET, statistics.median(added) if added else None),
              (METER_BYTES, next(iter(least(measured, "meter_bytes").values()), None)),
              (INSTRUCTIONS, instructions)]
    if corpus is not None:
        single.insert(1, (CORPUS, corpus))
    for (name, what, direction, floor, target), value in single:
        if value is None:
            missing.append(name)
        else:
            rows.append(judged(name, what, value, direction, floor, target))
    return rows, not_judged, missing


def table(rows):
    yield "| id | what | measured | floor | target | reached |"
    yield "|---|---|---:|---:|---:|---|"
    for row in rows:
        sign = "≥" if row["direction"] == AT_LEAST else "≤"
        yield (f"| {row['id']} | {row['what']} | {row['ratio']:.4g} | {sign} {row['floor']} | "
               f"{sign} {row['target']} | {row['reached']} |")


def short_table(rows):
    yield "| what | measured | target | reached |"
    yield "|---|---:|---:|---|"
    for row in rows:
        if row["id"] in README_IDS:
            sign = "≥" if row["direction"] == AT_LEAST else "≤"
            yield (f"| {row['what']} | {row['ratio']:.4g} | {sign} {row['target']} | "
                   f"{row['reached']} |")


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


def benchmark_filter():
    names = {name for row in ROWS + WORST_ROWS for name in row[2:4]} | {"fleet/made_and_bare"}
    alternatives = "|".join(sorted(names)).replace(".", "\\.").replace("{}", "[^/]+")
    return f"^({alternatives})($|/min_time)"


def read_all(files):
    """What the files hold, as if it had been measured in one run."""
    together = None
    for file in files.split(","):
        measured = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
        if together is None:
            together = measured
        else:
            together["benchmarks"] += measured["benchmarks"]
    return together


def main(measured_files, instructions=None, corpus=None, option=None):
    if measured_files == "--filter":
        print(benchmark_filter())
        return 0
    try:
        measured = read_all(measured_files)
    except (OSError, ValueError) as error:
        print(f"ratios: {measured_files}: {error}", file=sys.stderr)
        return 2
    rows, not_judged, missing = rows_of(measured, int(instructions),
                                        None if corpus is None else float(corpus))
    print("\n".join(table(rows)))
    if not_judged:
        print(f"not judged, for want of instructions of the processor: {', '.join(not_judged)}")
    if missing:
        print(f"ratios: not measured: {', '.join(missing)}", file=sys.stderr)
        return 2
    below = [row["id"] for row in rows if row["reached"] == "below the floor"]
    if below:
        print(f"ratios: below the floor: {', '.join(below)}", file=sys.stderr)
        return 1
    if option == "--publish":
        publish(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
