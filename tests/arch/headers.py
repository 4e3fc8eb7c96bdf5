# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header compiles alone: it includes what it uses.

    headers.py COMPILER [FLAG...] [--self-test]
"""
import os
import subprocess
import sys
import tempfile

from check import append, main, sources

COMMAND = [word for word in sys.argv[1:] if word != "--self-test"]
FLAGS = "-std=c17 -fsyntax-only -Wall -Wextra -Werror -x c".split()
POSIX = ("adapters/", "programs/", "tests/")  # the others are ISO C alone


def check(root):
    found = []
    with tempfile.TemporaryDirectory() as where:
        unit = os.path.join(where, "alone.c")
        for path in sources(root, endings=(".h",)):
            # Twice, so that a missing guard shows too.
            with open(unit, "w", encoding="utf-8") as file:
                file.write(f'#include "{path}"\n' * 2)
            posix = ["-D_POSIX_C_SOURCE=200809L"] if path.startswith(POSIX) \
                else []
            done = subprocess.run(
                [*COMMAND, *FLAGS, *posix, "-I", root, unit],
                capture_output=True, text=True, check=False)
            if done.returncode:
                first = [line for line in done.stderr.splitlines()
                         if "error" in line][:1]
                found.append(f"{path}: does not compile alone: "
                             f"{' '.join(first).replace(root + '/', '')}")
    return found


BREAKAGES = [
    ("a header without what it uses",
     append("engine/new.h", "uint32_t spc_new(void);\n"),
     "engine/new.h: does not compile alone"),
    ("a header without a guard",
     append("rules/new.h", "struct spc_new {\n    int x;\n};\n"),
     "rules/new.h: does not compile alone"),
]

if __name__ == "__main__":
    main(check, BREAKAGES)
