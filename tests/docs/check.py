#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check.py OTELBPF ROOT: what the documents say is so, and what there is stands in the documents."""

import json
import re
import subprocess
import sys
from pathlib import Path

otelbpf, root = sys.argv[1], Path(sys.argv[2])
pages = sorted(p for p in root.rglob("*.md") if "build" not in p.relative_to(root).parts)
mistakes = []


def text_of(path):
    return (root / path).read_text(encoding="utf-8")


def same(what, there, left, right):
    """Two sets that must be one; `left` and `right` say where each was found."""
    if not there[0] or not there[1]:
        mistakes.append(f"{what}: none found")
    for name in sorted(there[0] - there[1]):
        mistakes.append(f"{what} {name} is in {left}, not in {right}")
    for name in sorted(there[1] - there[0]):
        mistakes.append(f"{what} {name} is in {right}, not in {left}")


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))


def anchors(text):
    """As the usual renderers make them of headings."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


def links():
    """Every relative link leads somewhere, and from README.md all of docs/ is one step away."""
    found = 0
    for page in pages:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            found += 1
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists():
                mistakes.append(f"{page.relative_to(root)}: {target} does not exist")
            elif anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
                mistakes.append(f"{page.relative_to(root)}: {target}: no such heading")
    if not found:
        mistakes.append("no links found")
    linked = set(re.findall(r"\]\((docs/[^)#\s]+)", text_of("README.md")))
    there = {str(p.relative_to(root)) for p in (root / "docs").rglob("*") if p.is_file()}
    same("page", (there, linked), "docs/", "the links of README.md")


def manual():
    """Options, subcommands and variables: otelbpf --help, otelbpf(8), the code."""
    help_text = subprocess.run([otelbpf, "--help"], check=True, capture_output=True, text=True).stdout
    man = text_of("docs/man/otelbpf.8")
    described = man[man.index(".Sh DESCRIPTION"):]
    same("option", (set(re.findall(r"^  --([a-z-]+)", help_text, re.M)),
                    {name for line in re.findall(r"^\.It (Fl -.*)$", described, re.M)
                     for name in re.findall(r"Fl -([a-z-]+)", line)}),
         "otelbpf --help", "the options of otelbpf(8)")
    commands = set(re.findall(r"^  otelbpf ([a-z]+)", help_text, re.M))
    same("subcommand", (commands, set(re.findall(r"^\.It Cm ([a-z]+)$", described, re.M))),
         "otelbpf --help", "the subcommands of otelbpf(8)")
    synopsis = man[man.index(".Sh SYNOPSIS"):man.index(".Sh DESCRIPTION")]
    same("subcommand", (commands, set(re.findall(r"^\.(?:Op )?Cm ([a-z]+)$", synopsis, re.M))),
         "otelbpf --help", "the synopsis of otelbpf(8)")
    code = "".join(p.read_text(encoding="utf-8") for p in sorted((root / "src/config").glob("settings*.c")))
    variables = set(re.findall(r'"(OTEL_[A-Z_]+[A-Z])"', code))
    for name in re.findall(r'OTLP_VARIABLE\("([A-Z_]+)"\)', code):
        variables |= {f"OTEL_EXPORTER_OTLP_{name}", f"OTEL_EXPORTER_OTLP_METRICS_{name}"}
    same("variable", (variables, set(re.findall(r"\bOTEL_[A-Z_]+", man[man.index(".Sh ENVIRONMENT"):]))), "src/config", "otelbpf(8)")
    page = text_of("docs/configuration.md")
    table = page[page.index("## Variables"):page.index("## Files")]
    same("variable", (variables, set(re.findall(r"\bOTEL_[A-Z_]+", table))), "src/config", "docs/configuration.md")


def definitions():
    """otelbpf-pack(5) has every key that the parser knows, and which of them are needed."""
    schema = json.loads(subprocess.run([otelbpf, "check", "--schema"], check=True, capture_output=True, text=True).stdout)
    man = text_of("docs/man/otelbpf-pack.5")
    table = schema["definitions"]["native"]
    for part, inner in (("The definition", "metrics"), ("A metric", "attributes"), ("An attribute", None)):
        text = re.split(r"^\.S[sh] ", man.split(f"\n.Ss {part}\n", 1)[1], maxsplit=1, flags=re.M)[0]
        items = dict(re.findall(r"^\.It Ic (\w+)\n(.*?)(?=^\.It|^\.El)", text, re.M | re.S))
        same(f"key of '{part}':", ({key + " (needed)" * (key in table["required"]) for key in table["properties"]},
                                   {key + " (needed)" * ("\nNeeded." in words) for key, words in items.items()}),
             "otelbpf check --schema", "otelbpf-pack(5)")
        table = table["properties"][inner]["items"] if inner else None


def self_metrics():
    """Each metric that otelbpf has about itself is a row of docs/self-metrics.md, and no page names another."""
    code = text_of("src/selfmon/metrics.c")
    kinds = dict(zip(re.findall(r'\.name = "([a-z._]+)"', code),
                     zip(re.findall(r'\.unit = "([^"]+)"', code), re.findall(r"INSTRUMENT_([A-Z]+)", code))))
    rows = re.findall(r"^\| `([a-z._]+)` \| ([a-z]+) \| `([^`]+)` \|", text_of("docs/self-metrics.md"), re.M)
    same("self-metric", ({f"{name} {kind.lower()} {unit}" for name, (unit, kind) in kinds.items()},
                         {f"{name} {kind} {unit}" for name, kind, unit in rows}),
         "src/selfmon", "docs/self-metrics.md")
    attributes = set(re.findall(r'"(otelbpf\.[a-z_.]+)"', text_of("src/selfmon/selfmon.c")))
    for page in pages:
        for name in set(re.findall(r"`(otelbpf\.(?:pack|map|program|series)\.[a-z_]+)", page.read_text(encoding="utf-8"))):
            if name not in kinds and name not in attributes:
                mistakes.append(f"{page.relative_to(root)}: there is no {name}")


def packs():
    """README.md's table is what `otelbpf list` knows."""
    listed = subprocess.run([otelbpf, "list"], check=True, capture_output=True, text=True).stdout
    listed = re.findall(r"^([a-z_]+) \d\S*( \(default\))?$", listed, re.M)
    table = re.findall(r"^\| \[([a-z_]+)\]\(examples/\1/README\.md\) \|.*\| (yes|no) \|$", text_of("README.md"), re.M)
    same("pack", ({f"{name} (default: {'yes' if default else 'no'})" for name, default in listed},
                  {f"{name} (default: {default})" for name, default in table}),
         "otelbpf list", "README.md")


def sink():
    """docs/otlp-sink.md has the behaviours that the sink has, and their parts."""
    code = text_of("tests/sink/answer.c")
    page = text_of("docs/otlp-sink.md")
    table = page[page.index("| behaviour |"):]
    same("behaviour", (set(re.findall(r'\{"([a-z-]+)", BEHAVE_', code)), set(re.findall(r"^\| `([a-z-]+)` \|", table[:table.index("| part |")], re.M))),
         "tests/sink", "docs/otlp-sink.md")
    parts = code[code.index("} parts[] = {"):]
    same("part", (set(re.findall(r'\{"([a-z-]+(?:=[A-Z]+)?)"', parts[:parts.index("};")])),
                  set(re.findall(r"^\| `([a-z-]+(?:=[A-Z]+)?)` \|", table[table.index("| part |"):], re.M))),
         "tests/sink", "docs/otlp-sink.md")


for check in (links, manual, definitions, self_metrics, packs, sink):
    check()
print("\n".join(mistakes) or f"{len(pages)} pages are right")
sys.exit(bool(mistakes))
