"""How fast `p1rig corpus` fills a file, beside write() of a constant buffer (P14).

    corpus_ratio.py P1RIG [FOLDER]

Prints the ratio: 1 is as fast as write(). Both make a file of the same size in the same folder by turns,
and remove it, so that each has to find its memory anew. What counts is the time of the processor, less
that of start-up, of nine pairs the median.
"""
import os
import statistics
import subprocess
import sys
import tempfile

REPETITIONS = 9
TELEGRAMS = 300_000
PORTION = 1 << 20


def cost_of(run):
    """Seconds of the processor, the user's and the system's, of a child process that does this."""
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException as error:
            print(f"corpus_ratio: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit("corpus_ratio: a run failed")
    return usage.ru_utime + usage.ru_stime


def corpus(program, name, telegrams):
    """Replaces the process by one that makes a corpus, with its index."""
    os.execv(program, [program, "corpus", "iskra-am550", "--count", str(telegrams), "-o", name])


def constant(name, size):
    portion = b"\x55" * PORTION
    with open(name, "wb", buffering=0) as file:
        for _ in range(size // PORTION):
            file.write(portion)
        file.write(portion[:size % PORTION])


def empty(folder):
    for entry in os.scandir(folder):
        os.remove(entry.path)


def main(program, folder=None):
    with tempfile.TemporaryDirectory(dir=folder) as here:
        name = os.path.join(here, "corpus")
        subprocess.run([program, "corpus", "iskra-am550", "--count", str(TELEGRAMS), "-o", name],
                       check=True)
        size = os.path.getsize(name)
        ratios = []
        for _ in range(REPETITIONS):
            empty(here)
            made = cost_of(lambda: corpus(program, name, TELEGRAMS))
            empty(here)
            start_up = cost_of(lambda: corpus(program, name, 1))
            empty(here)
            written = cost_of(lambda: constant(name, size))
            fork = cost_of(lambda: None)
            ratios.append((written - fork) / (made - start_up))
        print(f"{statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
