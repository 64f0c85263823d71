#!/usr/bin/env python3
"""check.py OTELBPF SOURCE_DIRECTORY

The schema takes every definition that the parser takes: those of our packs, and those of the golden tests without an
.err file. What it refuses the parser refuses; and it refuses what an editor can know to be wrong."""
import glob
import json
import os
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"SKIP: {error}: needs python3-jsonschema and python3-yaml")
    sys.exit(77)

otelbpf, source = sys.argv[1:]
schema = json.loads(subprocess.run([otelbpf, "check", "--schema"], check=True, stdout=subprocess.PIPE).stdout)
jsonschema.Draft7Validator.check_schema(schema)
failures = []


def as_json(node):
    """Keys are texts in JSON, and in definitions."""
    if isinstance(node, dict):
        return {str(key): as_json(value) for key, value in node.items()}
    return [as_json(value) for value in node] if isinstance(node, list) else node


def mistakes(path, root=schema):
    """None if it is nothing that can be read."""
    try:
        with open(path, encoding="utf-8") as file:
            document = as_json(yaml.safe_load(file))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    return [error.message for error in jsonschema.Draft7Validator(root).iter_errors(document)]


def expect(fact, text):
    if not fact:
        failures.append(text)


def files(pattern):
    found = sorted(glob.glob(os.path.join(source, pattern)))
    expect(found, f"no files {pattern}")
    return found


def is_wrong(path):
    return os.path.exists(path[: -len("yaml")] + "err")


# In the golden tests of this dialect the parser is told which it is.
exporter = {**schema, "if": True}

good = files("examples/*/*.yaml") + files("tests/e2e/packs/*/*.yaml") + files("tests/e2e/ebpf_exporter/*.yaml")
golden = [(path, schema) for path in files("tests/golden/definition/*.yaml")]
golden += [(path, exporter) for path in files("tests/golden/ebpf_exporter/*.yaml")]
for path, root in [(path, schema) for path in good] + [item for item in golden if not is_wrong(item[0])]:
    found = mistakes(path, root)
    expect(found == [], f"{path}: {found}")

wrong = [(path, mistakes(path, root)) for path, root in golden if is_wrong(path)]
refused = {os.path.basename(path) for path, found in wrong if found}
readable = [path for path, found in wrong if found is not None]
expect(len(refused) * 2 > len(readable), f"only {len(refused)} of {len(readable)} mistakes are seen")
for name in [
    "unknown_key.yaml", "instrument_misspelt.yaml", "metric_without_map.yaml", "missing_version.yaml",
    "metrics_empty.yaml", "metric_name_digit.yaml", "unit_empty.yaml", "decode_empty_mapping.yaml", "label_size_0.yaml",
    "label_unknown_key.yaml", "bucket_type_misspelt.yaml", "counter_without_help.yaml", "label_decoders_empty.yaml",
    "bucket_min_negative.yaml", "static_map_list.yaml", "allow_unknown_text.yaml", "gauges.yaml",
]:
    expect(name in refused, f"the schema takes {name}")

# Configuration files.
config = json.loads(subprocess.run([otelbpf, "check", "--config-schema"], check=True, stdout=subprocess.PIPE).stdout)
jsonschema.Draft7Validator.check_schema(config)
for path in files("tests/golden/settings/*.yaml") + files("collector-config/otelbpf.yaml"):
    found = mistakes(path, config)
    if not is_wrong(path):
        expect(found == [], f"{path}: {found}")
for name in ["format_missing", "readers_none", "exporter_unknown", "mistakes", "views_empty", "root_list"]:
    expect(mistakes(os.path.join(source, f"tests/golden/settings/{name}.yaml"), config), f"the schema takes {name}")

# A decoder that does not exist is what editors help with most.
document = {"version": "1.0.0", "description": "D.", "metrics": [{
    "name": "m", "instrument": "counter", "unit": "1", "description": "D.", "map": "m",
    "attributes": [{"name": "a", "decode": "uint"}]}]}
validator = jsonschema.Draft7Validator(schema)
expect(validator.is_valid(document), "a decoder's name is refused")
document["metrics"][0]["attributes"][0]["decode"] = ["uint", {"static_map": {"1": "a"}, "allow_unknown": True}]
expect(validator.is_valid(document), "a chain of decoders is refused")
document["metrics"][0]["attributes"][0]["decode"] = "unit"
expect(not validator.is_valid(document), "a decoder that does not exist is taken")

print(f"{len(refused)} of {len(readable)} wrong definitions are seen by the schema")
for text in failures:
    print("FAIL:", text)
sys.exit(bool(failures))
