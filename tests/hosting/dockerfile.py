"""Reads a Dockerfile strictly, and holds what we promise of the image: see RULES. Builds nothing."""

import json
import re
import sys
from pathlib import Path

INSTRUCTIONS = set(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split()
)


def main(path, ignore_path):
    instructions = read(path)
    stages = split_stages(instructions)
    for rule in RULES:
        rule(stages)
    check_context(ignore_path)
    print(f"ok  {path}: {len(instructions)} instructions in {len(stages)} stages, not root, healthcheck, exec forms")


def read(path):
    text = Path(path).read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [parse(line) for line in joined.splitlines()]


def parse(line):
    match = re.match(r"^([A-Z]+)\s+(\S.*)$", line)
    if not match or match[1] not in INSTRUCTIONS:
        refuse(f"not an instruction: {line!r}")
    if match[1] == "RUN":
        check_shell(match[2])
    return match[1], match[2]


def check_shell(command):
    if command.count("'") % 2 or command.count('"') % 2:
        refuse(f"unbalanced quotes: {command!r}")
    if command.endswith(("&&", "||", "|", "\\")):
        refuse(f"ends in the middle: {command!r}")


def split_stages(instructions):
    stages = []
    for name, rest in instructions:
        if name == "FROM":
            match = re.match(r"^(\S+)(?: AS (\S+))?$", rest) or refuse(f"odd FROM: {rest}")
            stages.append({"image": match[1], "name": match[2], "lines": []})
        elif not stages and name != "ARG":
            refuse(f"{name} before the first FROM")
        elif stages:
            stages[-1]["lines"].append((name, rest))
    return stages or refuse("no FROM")


def images_are_pinned(stages):
    known = set()
    for stage in stages:
        if stage["image"] not in known and not re.search(r":[\w.-]*\d[\w.-]*$|:\w+-slim$", stage["image"]):
            refuse(f"{stage['image']} names no version")
        known.add(stage["name"])


def copies_name_earlier_stages(stages):
    known = set()
    for stage in stages:
        for name, rest in stage["lines"]:
            source = re.search(r"--from=(\S+)", rest) if name in ("COPY", "ADD") else None
            if source and source[1] not in known:
                refuse(f"copies from {source[1]}, which is no earlier stage")
        known.add(stage["name"])


def the_image_does_not_run_as_root(stages):
    users = all_of(stages[-1], "USER")
    if not users or users[-1].split(":")[0] in ("root", "0"):
        refuse("the last stage runs as root")


def programs_start_without_a_shell(stages):
    for name in ("ENTRYPOINT", "CMD"):
        for rest in all_of(stages[-1], name) or refuse(f"no {name}"):
            exec_form(name, rest)


def the_image_says_when_it_is_ill(stages):
    (rest,) = all_of(stages[-1], "HEALTHCHECK") or refuse("no HEALTHCHECK")
    command = re.match(r"^(?:--[\w-]+=\S+ +)*CMD (.*)$", rest) or refuse(f"odd HEALTHCHECK: {rest}")
    if "/health/live" not in " ".join(exec_form("HEALTHCHECK", command[1])):
        refuse("HEALTHCHECK does not ask /health/live")


RULES = [
    images_are_pinned,
    copies_name_earlier_stages,
    the_image_does_not_run_as_root,
    programs_start_without_a_shell,
    the_image_says_when_it_is_ill,
]


def check_context(ignore_path):
    """Everything that the build reads must be let through by the ignore file."""
    lines = Path(ignore_path).read_text().split()
    for needed in ("Cargo.toml", "Cargo.lock", "LICENSE", "src", "assets", "locales", "migrations", "templates"):
        if f"!{needed}" not in lines:
            refuse(f"{ignore_path} holds back {needed}")


def all_of(stage, name):
    return [rest for found, rest in stage["lines"] if found == name]


def exec_form(name, rest):
    try:
        words = json.loads(rest)
    except ValueError:
        refuse(f"{name} is not a JSON array: {rest}")
    if not words or not all(isinstance(word, str) for word in words):
        refuse(f"{name} is not an array of words: {rest}")
    return words


def refuse(reason):
    sys.exit(f"tests/hosting/check: docker/Dockerfile: {reason}")


main(*sys.argv[1:])
