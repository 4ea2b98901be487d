"""How fast `p1rig corpus` fills a file, beside write() of a constant buffer (P14).

    corpus_ratio.py P1RIG [FOLDER]

Prints the ratio: 1 is as fast as write(). Both make a file of the same size in the same folder by turns,
nine times. What counts is the time of the processor, of the cheapest run: memory for a file that the
system has to find first costs ten times what memory costs that is at hand, and hits either by chance.
Start-up, which a small corpus shows, is taken off.
"""
import os
import subprocess
import sys
import tempfile

REPETITIONS = 9
TELEGRAMS = 200_000
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


def main(program, folder=None):
    with tempfile.TemporaryDirectory(dir=folder) as here:
        made, bare = os.path.join(here, "corpus"), os.path.join(here, "constant")
        subprocess.run([program, "corpus", "iskra-am550", "--count", str(TELEGRAMS), "-o", made],
                       check=True)
        size = os.path.getsize(made)
        writing, constants = [], []
        for _ in range(REPETITIONS):
            for name in (made, bare):
                if os.path.exists(name):
                    os.remove(name)
            start_up = cost_of(lambda: corpus(program, made, 1))
            writing.append(cost_of(lambda: corpus(program, made, TELEGRAMS)) - start_up)
            fork = cost_of(lambda: None)
            constants.append(cost_of(lambda: constant(bare, size)) - fork)
        print(f"{min(constants) / min(writing):.3f}")



if __name__ == "__main__":
    main(*sys.argv[1:])
