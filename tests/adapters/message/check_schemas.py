#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message we can emit against docs/schemas and docs/protocols.md.

Usage: check_schemas.py PRINT_MESSAGES

The schemas are additive: a reader must put up with keys it does not know.
Here they are made strict, so that a key nobody described is found; and each
message is mutilated, so that a schema which accepts anything is found too.
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys

import jsonschema

SOURCE = pathlib.Path(
    os.environ.get("SPC_SOURCE") or pathlib.Path(__file__).parents[3])
PROTOCOLS = (SOURCE / "docs" / "protocols.md").read_text(encoding="utf-8")
failures = []


def fail(sentence):
    failures.append(sentence)


def strict(schema):
    """The same schema, refusing keys it does not name."""
    schema = copy.deepcopy(schema)

    def walk(node):
        if isinstance(node, dict):
            if "properties" in node:
                node.setdefault("additionalProperties", False)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(schema)
    return schema


def optional(schema):
    """Keys that need not be there: what only some charts can say."""
    keys = set()

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict):
                keys.update(set(node["properties"]) -
                            set(node.get("required", [])))
            for child in node.values():
                walk(child)

    walk(schema)
    return keys


def load_schemas():
    schemas = {}
    for path in sorted((SOURCE / "docs" / "schemas").glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        name = schema["properties"]["schema"]["const"]
        if path.name != name.replace("/", "-") + ".schema.json":
            fail(f"{path.name} is the schema of {name}")
        schemas[name] = {
            "open": jsonschema.Draft202012Validator(schema),
            "optional": optional(schema),
            "strict": jsonschema.Draft202012Validator(strict(schema)),
        }
    return schemas


def objects(value, path=()):
    """Every object in a payload, with the way to it."""
    if isinstance(value, dict):
        yield path, value
        for key, child in value.items():
            yield from objects(child, path + (key,))
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from objects(child, path + (i,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def mutilations(payload, may_be_gone):
    """Copies with one key gone, or one value of a type no key has."""
    for path, node in objects(payload):
        if path and path[-1] == "context":
            continue  # any keys may be there
        for key in node:
            name = "/".join(map(str, path + (key,)))
            less = copy.deepcopy(payload)
            del at(less, path)[key]
            if key not in may_be_gone:
                yield name + " missing", less
            wrong = copy.deepcopy(payload)
            at(wrong, path)[key] = [[{"wrong": None}]]
            yield name + " wrong", wrong


def check_message(schemas, message):
    payload = message["payload"]
    name = payload["schema"]
    where = f"{name} {payload.get('action', '')}"
    if name != message["schema"]:
        fail(f"{where}: published as {message['schema']}")
    if name not in schemas:
        fail(f"{where}: no schema")
        return
    for error in schemas[name]["strict"].iter_errors(payload):
        fail(f"{where}: {error.json_path}: {error.message}")
    for key in ("text", "text_zh"):
        if not payload[key].strip():
            fail(f"{where}: empty {key}")
    if not re.search("[\u4e00-\u9fff]", payload["text_zh"]):
        fail(f"{where}: text_zh is not Chinese")
    for key in ("event_id", "alarm_id"):
        if payload.get(key) != message[key]:
            fail(f"{where}: {key} differs")
    if message["retained"] and name != "spc.status/1":
        if "valid_until" not in payload:
            fail(f"{where}: a state without valid_until")
    later = dict(payload, something_new=1)
    if not schemas[name]["open"].is_valid(later):
        fail(f"{where}: a later key breaks the schema")


def check_mutilated(schemas, payload):
    validator = schemas[payload["schema"]]["open"]
    count = 0
    may_be_gone = schemas[payload["schema"]]["optional"]
    for what, mutilated in mutilations(payload, may_be_gone):
        count += 1
        if validator.is_valid(mutilated):
            fail(f"{payload['schema']}: accepted with {what}")
    return count


def topic_patterns():
    """The topic table: | `template` | QoS | retained | schema | ..."""
    row = re.compile(r"^\| `([^`]+)` \| \d \| (yes|no) \| `(spc\.[^`]+)` \|",
                     re.M)
    patterns = []
    for template, retained, schema in row.findall(PROTOCOLS):
        full = template.replace("{root}", "spc/v1/{e}/{s}/{a}/{l}/{t}")
        full = full.replace("{gw}", "spc/v1/{e}/{s}/_gw/{g}")
        pattern = ""
        for part in re.split(r"(\[/\{stream\}\]|\{\w+\})", full):
            if part.startswith("["):
                pattern += "(/[^/]+)?"
            elif part.startswith("{"):
                pattern += "[^/]+"
            else:
                pattern += re.escape(part)
        patterns.append((template, re.compile(pattern), retained, schema))
    return patterns


def check_topics(messages):
    patterns = topic_patterns()
    used = set()
    for message in messages:
        if re.search(r"[+#\s]|//", message["topic"]):
            fail(f"topic {message['topic']}")
        rows = [p for p in patterns
                if p[1].fullmatch(message["topic"]) and
                p[3] == message["schema"] and
                (p[2] == "yes") == message["retained"]]
        if not rows:
            fail(f"not in the topic table: {message['topic']} "
                 f"({message['schema']})")
        used.update(p[0] for p in rows)
    for template, _, _, schema in patterns:
        if template not in used:
            fail(f"the topic table promises {template} ({schema})")


def check_examples(schemas):
    """Every JSON block of docs/protocols.md with a schema, and one for each."""
    shown = set()
    for block in re.findall(r"^```json\n(.*?)^```", PROTOCOLS, re.M | re.S):
        payload = json.loads(block)
        name = payload.get("schema")
        if name not in schemas:
            fail(f"example without a schema: {block[:60]}")
            continue
        shown.add(name)
        for error in schemas[name]["strict"].iter_errors(payload):
            fail(f"example of {name}: {error.json_path}: {error.message}")
    for name in sorted(set(schemas) - shown):
        fail(f"docs/protocols.md shows no {name}")


def main():
    schemas = load_schemas()
    lines = subprocess.run([sys.argv[1]], check=True, capture_output=True,
                           encoding="utf-8").stdout.splitlines()
    messages = [json.loads(line) for line in lines]
    mutilated = 0
    for message in messages:
        check_message(schemas, message)
        mutilated += check_mutilated(schemas, message["payload"])
    for name in sorted(set(schemas) - {m["schema"] for m in messages}):
        fail(f"no message of {name} was printed")
    check_topics(messages)
    check_examples(schemas)
    for sentence in sorted(set(failures)):
        print(sentence)
    print(f"{len(messages)} messages, {len(schemas)} schemas, "
          f"{mutilated} mutilated, {len(failures)} failures")
    return bool(failures) or not messages or not mutilated


if __name__ == "__main__":
    sys.exit(main())
