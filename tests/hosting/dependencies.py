"""Holds Cargo's dependencies to deny.toml: licences, bans and sources. Needs no network and no further tool.

It reads what `cargo tree` would link, for every system and with every feature. Advisories are left to
`cargo deny check advisories`, which must fetch them.
"""

import re
import subprocess
import sys
from pathlib import Path

try:
    import tomllib
except ImportError:
    sys.exit("tests/hosting/check: python3 cannot read TOML; install python3 in version 3.11 or newer")



def main(rules_path):
    rules = tomllib.loads(Path(rules_path).read_text())
    licence_of, edges = tree("normal,build,dev")
    linked_into_server, _ = tree("normal,build")
    wrong = [
        *licences(rules["licenses"], licence_of),
        *bans(rules["bans"], edges),
        *test_only(linked_into_server),
        *sources(tomllib.loads(Path("Cargo.lock").read_text())),
        *wildcards(tomllib.loads(Path("Cargo.toml").read_text())),
    ]
    if wrong:
        sys.exit("\n".join(f"tests/hosting/check: {sentence}" for sentence in wrong))
    print(f"ok  {rules_path}: licences, bans and sources of {len(licence_of)} crates")


def tree(edge_kinds):
    """Each linked crate with its licence, and who brings whom."""
    command = ["cargo", "tree", "--locked", "--all-features", "--target", "all", "--edges", edge_kinds]
    command += ["--prefix", "depth", "--format", "|{p}|{l}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    licence_of, edges, path = {}, set(), []
    for line in output.splitlines():
        depth, package, licence = line.removesuffix(" (*)").split("|")
        name, version = package.split()[:2]
        path[int(depth):] = [name]
        licence_of[name, version] = licence
        edges.update([(path[-2], name)] if len(path) > 1 else [])
    return licence_of, edges


def licences(rules, licence_of):
    for (name, version), expression in licence_of.items():
        allowed = set(rules["allow"])
        for exception in rules.get("exceptions", []):
            if exception["crate"] == name:
                allowed |= set(exception["allow"])
        if not expression or not satisfied(expression, allowed):
            yield f"{name} {version}: the licence {expression or '(none)'} is not allowed by deny.toml"


def satisfied(expression, allowed):
    """SPDX: OR binds looser than AND; an old slash means OR; WITH belongs to its licence."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    tokens = re.sub(r" WITH ", "_WITH_", " ".join(tokens)).split()
    value, rest = any_of(tokens, allowed)
    return value and not rest


def any_of(tokens, allowed):
    value, tokens = all_of(tokens, allowed)
    while tokens and tokens[0] == "OR":
        other, tokens = all_of(tokens[1:], allowed)
        value = value or other
    return value, tokens


def all_of(tokens, allowed):
    value, tokens = one(tokens, allowed)
    while tokens and tokens[0] == "AND":
        other, tokens = one(tokens[1:], allowed)
        value = value and other
    return value, tokens


def one(tokens, allowed):
    if tokens[0] == "(":
        value, tokens = any_of(tokens[1:], allowed)
        return value, tokens[1:]
    return tokens[0].replace("_WITH_", " WITH ") in allowed, tokens[1:]


def bans(rules, edges):
    for rule in rules["deny"]:
        for parent, child in sorted(edges):
            if child == rule["crate"] and parent not in rule.get("wrappers", []):
                yield f"{parent} brings {child}: {rule['reason']}"


def test_only(linked_into_server):
    """The independent reader, and what it brings, never reach the server."""
    for name, _ in linked_into_server:
        if name in ("activitypub_federation", "activitystreams-kinds", "rsa"):
            yield f"{name} is linked into the server; it is for tests only"


def sources(lock):
    """Everything but our own crate comes from one registry: no git repository, no second registry."""
    named = {package["source"] for package in lock["package"] if "source" in package}
    for source in named:
        if not source.startswith("registry+") or len(named) > 1:
            yield f"packages come from {source}, beside the one registry"


def wildcards(manifest):
    for table in ("dependencies", "dev-dependencies", "build-dependencies"):
        for name, wanted in manifest.get(table, {}).items():
            if "*" in (wanted if isinstance(wanted, str) else wanted.get("version", "*")):
                yield f"{name} is asked for in any version"


main(sys.argv[1])
