# SPDX-License-Identifier: GPL-3.0-or-later
"""What every architecture check has in common.

A check is a function from a source tree to a list of complaints, one sentence
each.  A check nobody has seen fail proves nothing, so each brings breakages:
edits of a temporary copy of the tree, with a word that must then be among the
complaints.  `--self-test` makes each of them in a copy of its own."""
import os
import shutil
import subprocess
import sys
import tempfile

FOLDERS = ("engine", "rules", "config", "adapters", "programs", "tests")


def sources(root, folders=FOLDERS, endings=(".c", ".h")):
    """Paths below root, sorted, of the files with these endings."""
    found = []
    for folder in folders:
        for where, _, names in os.walk(os.path.join(root, folder)):
            found += [os.path.relpath(os.path.join(where, name), root)
                      for name in names if name.endswith(endings)]
    return sorted(found)


def lines(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read().splitlines()


def tracked(root):
    """Every file of the project; without git, every file but what is built."""
    if os.path.exists(os.path.join(root, ".git")) and shutil.which("git"):
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", root, "ls-files"],
            capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return [path for path in listed.stdout.splitlines()
                    if os.path.isfile(os.path.join(root, path))]
    found = []
    for where, folders, names in os.walk(root):
        folders[:] = [name for name in folders
                      if name not in (".git", "build", "__pycache__")]
        found += [os.path.relpath(os.path.join(where, name), root)
                  for name in names]
    return found


def append(path, text):
    """A breakage: adds text to the end of a file, made if need be."""
    def edit(root):
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "a", encoding="utf-8") as file:
            file.write(text)
    return edit


def copy(root, to):
    for path in tracked(root):
        target = os.path.join(to, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(os.path.join(root, path), target)


def self_test(check, root, breakages):
    missed = []
    for what, edit, expected in breakages:
        with tempfile.TemporaryDirectory() as broken:
            copy(root, broken)
            edit(broken)
            news = set(check(broken)) - set(check(root))
            if not any(expected in complaint for complaint in news):
                missed.append(f"{what}: not reported as \"{expected}\"")
            print(f"{what}: {len(news)} complaint(s)")
    return missed


def main(check, breakages):
    root = os.environ["SPC_SOURCE"]
    if "--self-test" in sys.argv:
        complaints = self_test(check, root, breakages)
    else:
        complaints = check(root)
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)
