# SPDX-License-Identifier: GPL-3.0-or-later
"""Every source file is as clang-format 14 leaves it.

    format.py CLANG_FORMAT [--self-test]
"""
import os
import subprocess
import sys

from check import append, main, tracked


def check(root):
    files = [path for path in tracked(root) if path.endswith((".c", ".h"))]
    found = []
    # In parts: a command line has a longest length.
    for start in range(0, len(files), 100):
        done = subprocess.run(
            [sys.argv[1], "--style=file", "--dry-run", "-Werror",
             *[os.path.join(root, path) for path in files[start:start + 100]]],
            capture_output=True, text=True, check=False)
        found += [line.replace(root + "/", "")
                  for line in done.stderr.splitlines() if ": error: " in line]
    return found


BREAKAGES = [
    ("a line as nobody formats it",
     append("engine/new.c", "int  x=1 ;\n"), "engine/new.c:1:"),
]

if __name__ == "__main__":
    main(check, BREAKAGES)
