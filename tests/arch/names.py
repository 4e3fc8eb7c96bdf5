# SPDX-License-Identifier: GPL-3.0-or-later
"""What may not be in the repository: paths of somebody's machine, hosts of
package registries, unfinished business, keys and databases, and a source file
that does not open with its licence."""
import os
import re

from check import append, main, tracked

# Written in halves, or this file would complain of itself.
FORBIDDEN = [
    ("a path of one machine",
     r"(?<![\w.])/(?:wor" r"k|roo" r"t|hom" r"e|Use" r"rs)/"),
    ("a registry's host",
     r"\b(?:pyp" r"i\.org|files\.pythonhos" r"ted|registry\.np" r"mjs|"
     r"crate" r"s\.io|proxy\.gol" r"ang|rubyge" r"ms\.org|"
     r"repo1?\.mav" r"en|(?:deb|ftp|security)\.deb" r"ian\.org|"
     r"(?:archive|security|ports)\.ubu" r"ntu\.com)"),
    ("unfinished business", r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b"),
]
PRIVATE = re.compile(r"\.(pem|key|p12|db|db-wal|db-shm|sqlite3?)$")
LICENCE = "SPDX-License-Identifier: GPL-3.0-or-later"
MUST_STATE_LICENCE = (".c", ".h", ".py")


def text_of(root, path):
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    return None if b"\0" in data else data.decode("utf-8", "replace")


def complaints(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN:
            found = re.search(pattern, line)
            if found:
                yield f"{path}:{number}: {what}: {found.group()}"
    if path.endswith(MUST_STATE_LICENCE) and text:
        if LICENCE not in "".join(text.splitlines()[:2]):
            yield f"{path}:1: does not open with its licence"


def check(root):
    found = []
    for path in tracked(root):
        if PRIVATE.search(path):
            found.append(f"{path}: keys and databases are made, not kept")
            continue
        # A fuzzer's inputs say whatever they say.
        text = None if "/corpus/" in path else text_of(root, path)
        if text is not None:
            found += complaints(path, text)
    return found


BREAKAGES = [
    ("a home folder in a document",
     append("docs/new.md", "see /ho" "me/me/x\n"), "a path of one machine"),
    ("a registry in a script",
     append("docs/new.sh", "curl https://pyp" "i.org/x\n"),
     "a registry's host"),
    ("unfinished business", append("engine/types.c", "/* TO" "DO */\n"),
     "unfinished business"),
    ("a key", append("config/tls.key", "secret\n"), "made, not kept"),
    ("no licence", append("engine/new.c", "int spc_x;\n"),
     "engine/new.c:1: does not open with its licence"),
]

if __name__ == "__main__":
    main(check, BREAKAGES)
