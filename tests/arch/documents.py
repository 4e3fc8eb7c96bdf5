# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents name what exists, and name all of it.

    documents.py CTEST [--self-test]

Formulas: every chart, estimator and own rule, every module of the engine, and
for every section files and tests that are there.  Data: every file has its
origin stated.  Links between documents lead somewhere."""
import functools
import json
import os
import re
import subprocess
import sys

from check import append, lines, main, tracked

CTEST = sys.argv[1]
FORMULAS = "docs/formulas.md"
PROVENANCE = "tests/data/PROVENANCE.md"
# What computes nothing: words, and the table of charts.
WORDLESS = ("engine/status.c", "engine/types.c", "engine/charts/table.c",
            "rules/event.c")
FILE = re.compile(r"\b(?:engine|rules|config|adapters|programs)/[\w/]+\.[ch]\b")
CASE = re.compile(r"\btest_\w+|\b[A-Z][a-z]+[A-Z]\w*")
STATEMENT = re.compile(r"\*In\*:(.*?)\*Held by\*:(.*?)(?=\n\n|\n#|\*In\*:|\Z)",
                       re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def text_of(root, path):
    return "\n".join(lines(root, path))


def headings(root, path):
    """(level, title, anchor), without what only looks like one in a block."""
    text = re.sub(r"^```.*?^```", "", text_of(root, path), flags=re.S | re.M)
    for mark, title in re.findall(r"^(#+) (.+)$", text, re.M):
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        yield len(mark), title, anchor


def sections(root):
    """(title, text) of every section of the formulas, subsections within."""
    parts = re.split(r"^## (.+)$", text_of(root, FORMULAS), flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


@functools.lru_cache(None)
def registered():
    """Test names, each with the source of a script or its build folder."""
    told = subprocess.run(
        [CTEST, "--show-only=json-v1"], cwd=os.environ["SPC_BUILD"],
        capture_output=True, text=True, check=True).stdout
    found = {}
    for test in json.loads(told)["tests"]:
        scripts = [word for word in test.get("command", [])
                   if word.endswith(".py")]
        folders = [each["value"] for each in test.get("properties", [])
                   if each["name"] == "WORKING_DIRECTORY"]
        found[test["name"]] = (
            os.path.relpath(scripts[0], os.environ["SPC_SOURCE"])
            if scripts else None,
            os.path.relpath(folders[0], os.environ["SPC_BUILD"]))
    return found


def source_of(root, name):
    """The text a test's cases are in: engine.study is test_study.c."""
    script, folder = registered()[name]
    if script:
        return text_of(root, script)
    found = [path for path in os.listdir(os.path.join(root, folder))
             if path.startswith("test_") and path.endswith(".c") and
             name.endswith(path[len("test_"):-len(".c")])]
    return text_of(root, os.path.join(folder, max(found, key=len)))


# ---- formulas -------------------------------------------------------------

def check_tests(root, title, held):
    # A name in backquotes opens a list of that test's cases.
    words = re.split(r"`([a-z_]+\.[\w.]+)`", held)
    if len(words) == 1:
        yield f"{FORMULAS}: {title}: held by no test"
    for name, cases in zip(words[1::2], words[2::2]):
        if name not in registered():
            yield f"{FORMULAS}: {title}: there is no test {name}"
            continue
        source = source_of(root, name)
        for case in CASE.findall(cases):
            if not re.search(rf"\b(?:void|def|class) {case}\b", source):
                yield f"{FORMULAS}: {title}: {name} has no {case}"


def check_sections(root):
    for title, text in sections(root):
        if text.count("*In*:") != text.count("*Held by*:"):
            yield f"{FORMULAS}: {title}: a file without a test, or a test " \
                  "without a file"
        for where, held in STATEMENT.findall(text):
            if not FILE.search(where):
                yield f"{FORMULAS}: {title}: in no file"
            yield from check_tests(root, title, held)
        # Contents and charts come first and compute nothing themselves.
        if not STATEMENT.search(text) and title not in ("Contents", "Charts"):
            yield f"{FORMULAS}: {title}: says neither where nor held by what"


def check_files(root):
    named = set(FILE.findall(text_of(root, FORMULAS)))
    for path in sorted(named):
        if not os.path.isfile(os.path.join(root, path)):
            yield f"{FORMULAS}: there is no {path}"
    for path in tracked(root):
        if re.fullmatch(r"(engine|rules)/.*\.c", path) and \
                path not in named and path not in WORDLESS:
            yield f"{FORMULAS}: {path} is not named"


def check_charts(root):
    """The table at the top: every chart, and the section it is told in."""
    table = text_of(root, "engine/charts/table.c")
    charts = re.findall(r'\{\.name = "([\w-]+)"', table)
    told = dict(sections(root)).get("Charts", "")
    rows = [row for row in told.splitlines() if row.startswith("| `")]
    listed = re.findall(r"`([\w-]+)`", "".join(
        row.split("|")[1] for row in rows))
    for chart in sorted(set(charts) - set(listed)):
        yield f"{FORMULAS}: chart {chart} has no row"
    for chart in sorted(set(listed) - set(charts)):
        yield f"{FORMULAS}: there is no chart {chart}"
    for row in rows:
        if "](#" not in row:
            yield f"{FORMULAS}: no section is named in {row}"
    own = table.split(".own = ")[1:]
    own = {name for rules in own
           for name in re.findall(r'\{"([\w-]+)",', rules.split("}}")[0])}
    text = text_of(root, "engine/types.c")
    own |= set(re.findall(r'"([^"]+)"', re.search(
        r"estimators\[\] = \{(.*?)\};", text, re.S).group(1)))
    for name in sorted(own - {"none", "known"}):
        if f"`{name}`" not in text_of(root, FORMULAS):
            yield f"{FORMULAS}: {name} is not explained"


def check_contents(root):
    told = re.findall(r"\[([^\]]+)\]\(#",
                      dict(sections(root)).get("Contents", ""))
    titles = [title for title, _ in sections(root)][1:]
    if told != titles:
        odd = sorted(set(told) ^ set(titles)) or ["their order"]
        yield f"{FORMULAS}: the contents are not the sections: {odd[0]}"


# ---- every document -------------------------------------------------------

def check_links(root):
    documents = [path for path in tracked(root) if path.endswith(".md")]
    anchors = {path: {each[2] for each in headings(root, path)}
               for path in documents}
    for path in documents:
        for link in LINK.findall(text_of(root, path)):
            if re.match(r"\w+:", link):
                continue
            target, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(
                os.path.dirname(path), target)) if target else path
            if not os.path.exists(os.path.join(root, target)) or \
                    anchor and anchor not in anchors.get(target, ()):
                yield f"{path}: {link} leads nowhere"


def check_data(root):
    told = text_of(root, PROVENANCE)
    here = {path[len("tests/data/"):] for path in tracked(root)
            if path.startswith("tests/data/") and path != PROVENANCE}
    for path in sorted(here):
        if "config/" in told and path.startswith("config/"):
            continue
        if not re.search(rf"(?<![\w.-]){re.escape(os.path.basename(path))}"
                         r"(?![\w-])", told):
            yield f"{PROVENANCE}: {path} is not named"
    first = [row.split("|")[1] for row in told.splitlines()
             if row.startswith("|")]
    names = {os.path.basename(path) for path in here}
    for name in re.findall(r"[\w/]+\.(?:csv|json)\b", " ".join(first)) + \
            re.findall(r"`([\w/]+\.(?:csv|json))`", told):
        if os.path.basename(name) not in names:
            yield f"{PROVENANCE}: there is no {name}"


def check(root):
    return [*check_sections(root), *check_files(root), *check_charts(root),
            *check_contents(root), *check_links(root), *check_data(root)]


def replace(path, old, new):
    """A breakage: the first `old` of a file becomes `new`."""
    def edit(root):
        text = text_of(root, path)
        assert old in text, f"{path} has no {old}"
        with open(os.path.join(root, path), "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))
    return edit


SECTION = "\n## Square roots\n\nThey have two signs.\n"
BREAKAGES = [
    ("a file that is gone",
     replace(FORMULAS, "engine/moments.c", "engine/momenta.c"),
     "there is no engine/momenta.c"),
    ("a module nobody explains",
     replace(FORMULAS, "engine/moments.c", "engine/study.c"),
     "engine/moments.c is not named"),
    ("a test that is gone",
     replace(FORMULAS, "`engine.moments`", "`engine.momenta`"),
     "there is no test engine.momenta"),
    ("a case of a C test that is gone",
     replace(FORMULAS, "test_nist_certified", "test_nist_certain"),
     "engine.moments has no test_nist_certain"),
    ("a case of a script that is gone",
     replace(FORMULAS, "test_missing_is_never_zero", "test_missing_is_zero"),
     "programs.cli has no test_missing_is_zero"),
    ("a class of a script that is gone",
     replace(FORMULAS, "TooFew", "TooMany"),
     "programs.estimators has no TooMany"),
    ("a section without tests", append(FORMULAS, SECTION),
     "Square roots: says neither"),
    ("a section that the contents do not have", append(FORMULAS, SECTION),
     "the contents are not the sections: Square roots"),
    ("a file without a test",
     append(FORMULAS, SECTION + "*In*: engine/study.c.\n"),
     "a file without a test"),
    ("tests of nothing",
     append(FORMULAS, SECTION + "*In*: engine/study.c. *Held by*: us.\n"),
     "Square roots: held by no test"),
    ("a chart without a row",
     replace(FORMULAS, "| `np`", "| `pn`"), "chart np has no row"),
    ("a row without a chart",
     replace(FORMULAS, "| `np`", "| `pn`"), "there is no chart pn"),
    ("a chart to come",
     replace("engine/charts/table.c", '{.name = "np"', '{.name = "npp"'),
     "chart npp has no row"),
    ("an estimator to come",
     replace("engine/types.c", '"mssd"', '"fashion"'),
     "fashion is not explained"),
    ("a rule to come",
     replace("engine/charts/table.c", '{"benneyan"', '{"bonnet"'),
     "bonnet is not explained"),
    ("a document that is gone",
     replace("README.md", "(docs/operating.md)", "(docs/operation.md)"),
     "README.md: docs/operation.md leads nowhere"),
    ("a section that is gone",
     replace(FORMULAS, "](#running-moments)", "](#moments)"),
     "#moments leads nowhere"),
    ("data from nowhere", append("tests/data/oracle/found.csv", "x\n1\n"),
     "oracle/found.csv is not named"),
    ("data that is gone",
     replace(PROVENANCE, "`golden/constants.csv`", "`golden/numbers.csv`"),
     "there is no golden/numbers.csv"),
]

if __name__ == "__main__":
    main(check, BREAKAGES)
