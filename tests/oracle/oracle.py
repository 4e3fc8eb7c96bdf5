# SPDX-License-Identifier: GPL-3.0-or-later
"""What the oracle tests share: running spc, comparing with golden figures.

The figures were computed by two independent tools; tests/data/PROVENANCE.md
says which.  Everything goes through the command line, so files, options,
engine, rules and JSON are under test together.
"""

import json
import os
import subprocess
import sys

SPC = os.path.join(os.environ["SPC_BUILD"], "programs", "spc")
DATA = os.path.join(os.environ["SPC_SOURCE"], "tests", "data")
TOLERANCE = 1e-9

failures = []
compared = 0


def data_file(name):
    inner = os.path.join(DATA, "oracle", name)
    return inner if os.path.exists(inner) else os.path.join(DATA, name)


def cases(name):
    with open(os.path.join(DATA, "oracle", name), encoding="utf-8") as file:
        return json.load(file)


def spc(*arguments):
    """The command's JSON; its exit status must be 0 or 1."""
    result = subprocess.run(
        [SPC, *arguments, "--format", "json"], capture_output=True, text=True)
    if result.returncode not in (0, 1):
        raise SystemExit("spc %s: exit %d: %s" % (
            " ".join(arguments), result.returncode, result.stderr))
    return json.loads(result.stdout)


def close(what, got, want):
    global compared
    compared += 1
    if got is None or want is None:
        if got is not want:
            failures.append("%s: %r, not %r" % (what, got, want))
    elif abs(got - want) > TOLERANCE * max(abs(got), abs(want)):
        failures.append("%s: %.17g, not %.17g (relative %.2g)" % (
            what, got, want, abs(got - want) / max(abs(want), 1e-300)))


def all_close(what, got, want):
    """A golden list, or one figure for all points."""
    if not isinstance(want, list):
        want = [want] * len(got)
    same(what + " count", len(got), len(want))
    for i, (g, w) in enumerate(zip(got, want)):
        close("%s[%d]" % (what, i + 1), g, w)


def same(what, got, want):
    global compared
    compared += 1
    if got != want:
        failures.append("%s: %r, not %r" % (what, got, want))


def finish():
    for failure in failures[:40]:
        print(failure)
    print("%d figures compared, %d differ" % (compared, len(failures)))
    if compared < 100:
        print("too few figures: the golden file was not read")
        sys.exit(1)
    sys.exit(1 if failures else 0)
