# SPDX-License-Identifier: Apache-2.0
"""A page for Prometheus (text format 0.0.4) as series and their values."""

import math
import re

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Page:
    """series: (name, labels) -> value; labels are sorted pairs. types: family -> type."""

    def __init__(self, text, wanted):
        self.series, self.types = {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ", 3)
                if wanted(name):
                    self.types[name] = kind
            elif line and not line.startswith("#"):
                self._add(line, wanted)

    def _add(self, line, wanted):
        match = SAMPLE.match(line)
        if not match:
            raise ValueError(f"not a sample: {line!r}")
        name, labels, value = match.groups()
        if not wanted(name):
            return
        pairs = ((key, unescape(text)) for key, text in LABEL.findall(labels or ""))
        self.series[name, label_set(pairs)] = float(value)


def unescape(text):
    return re.sub(r"\\.", lambda match: ESCAPES.get(match.group(), match.group()), text)


def label_set(pairs):
    """Sorted; bounds as numbers; without those that stand for the scope and the resource, or are empty, which is no label."""
    return tuple(sorted(
        (key, repr(float(text)) if key == "le" else text) for key, text in pairs
        if text and not key.startswith("otel_scope_") and key not in ("job", "instance")))


def bound(labels):
    return float(dict(labels).get("le", math.nan))


def read(file, wanted):
    return Page(file.read_text(encoding="utf-8"), wanted)
