"""How fast `p1rig corpus` fills a file, beside write() of a constant buffer (P14).

    corpus_ratio.py P1RIG [FOLDER]

Prints the ratio: 1 is as fast as write(). Both make two files of the same sizes, telegrams and index, in
the same folder by turns, and remove them, so that each has to find its memory anew. FOLDER is by default
in memory, where no disk and no file system's journal plays a part. What counts is the time of the
processor, less that of start-up; the least of many, for memory that the machine has yet to find costs many
times what memory that it has does.
"""
import os
import shutil
import subprocess
import sys
import tempfile

REPETITIONS = 25
TELEGRAMS = 300_000
PORTION = 1 << 20
MEMORY = "/dev/shm"


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


def constant(sizes):
    portion = b"\x55" * PORTION
    for name, size in sizes.items():
        with open(name, "wb", buffering=0) as file:
            for _ in range(size // PORTION):
                file.write(portion)
            file.write(portion[:size % PORTION])


def empty(folder):
    for entry in os.scandir(folder):
        os.remove(entry.path)


def in_memory():
    """A folder in memory with enough room; nothing where there is none, as in many containers."""
    enough = TELEGRAMS * 1500
    return MEMORY if os.path.isdir(MEMORY) and shutil.disk_usage(MEMORY).free > enough else None


def main(program, folder=None):
    with tempfile.TemporaryDirectory(dir=folder or in_memory()) as here:
        name = os.path.join(here, "corpus")
        subprocess.run([program, "corpus", "iskra-am550", "--count", str(TELEGRAMS), "-o", name],
                       check=True)
        sizes = {entry.path: entry.stat().st_size for entry in os.scandir(here)}
        made, start_up, written, fork = [], [], [], []
        for _ in range(REPETITIONS):
            for costs, run in ((made, lambda: corpus(program, name, TELEGRAMS)),
                               (start_up, lambda: corpus(program, name, 1)),
                               (written, lambda: constant(sizes)),
                               (fork, lambda: None)):
                empty(here)
                costs.append(cost_of(run))
        print(f"{(min(written) - min(fork)) / (min(made) - min(start_up)):.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
