"""Checks that no carry-less product has the SSE encoding: after AVX-512 code it runs at half speed.

    vector_encoding.py OBJDUMP LIBRARY
"""

import re
import subprocess
import sys


def main(objdump, library):
    text = subprocess.run([objdump, "--disassemble", "--no-show-raw-insn", library], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    products = re.findall(r"\b(v?pclmul\w*)\b", text)
    slow = [name for name in products if not name.startswith("v")]
    print(f"{len(products)} carry-less products, {len(slow)} of them in SSE encoding")
    return 1 if slow or not products else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
