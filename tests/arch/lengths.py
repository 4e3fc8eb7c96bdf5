# SPDX-License-Identifier: GPL-3.0-or-later
"""How long functions and files are.  A report: it never fails.

In the house style a function's braces stand alone in the first column, so
that is how one is recognised."""
import os
import statistics

from check import FOLDERS, lines, sources

LONGEST = 50     # lines a function should have at most: a screen
FILE = {".c": 400, ".h": 120}


def functions(root, path):
    start = name = None
    text = lines(root, path)
    for number, line in enumerate(text, 1):
        if line == "{" and number > 1:
            start = number
            name = next((before for before in reversed(text[:number - 1])
                         if before and before[0] not in " \t"), "?")
        elif line == "}" and start:
            yield number - start - 1, path, name
            start = None


def report(root, folder):
    paths = sources(root, (folder,))
    found = sorted((one for path in paths for one in functions(root, path)),
                   reverse=True)
    if not found:
        return
    over = [one for one in found if one[0] > LONGEST]
    print(f"{folder:9} {len(found):5} functions, median "
          f"{statistics.median(one[0] for one in found):g} lines, "
          f"{len(over)} above {LONGEST}")
    for length, path, name in over or found[:1]:
        print(f"          {length:5} {path}: {name}")
    for path in paths:
        length = len(lines(root, path))
        if length > FILE[os.path.splitext(path)[1]]:
            print(f"          {length:5} {path}: the file")


if __name__ == "__main__":
    for each in FOLDERS:
        report(os.environ["SPC_SOURCE"], each)
