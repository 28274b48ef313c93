"""Judges topology/asyncapi.yaml: the model of AsyncAPI 3.0 in package asyncapi3, and what a model cannot see.

Given the repository's root. Prints what is wrong, a line each; nothing when all is well.
"""

import json
import pathlib
import sys
import warnings

import yaml

warnings.simplefilter("ignore")
from asyncapi3 import AsyncAPI3  # noqa: E402
from pydantic import ValidationError  # noqa: E402

root = pathlib.Path(sys.argv[1])


def resolve(document, path):
    if not path.startswith("#/"):
        return (root / "topology" / path).is_file()
    for part in path[2:].split("/"):
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
    return True


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def faults(document, topology):
    try:
        AsyncAPI3.model_validate(document)
    except ValidationError as error:
        yield f"no AsyncAPI 3.0: {error}".replace("\n", " ")
        return
    yield from (f"{path} leads nowhere" for path in references(document) if not resolve(document, path))
    by_address = {channel["address"]: key for key, channel in document["channels"].items()}
    for topic in topology["topics"]:
        key = by_address.get(topic["name"])
        if key is None:
            yield f"topic {topic['name']} has no channel"
            continue
        channel = document["channels"][key]
        if channel["bindings"]["kafka"]["partitions"] != topic["partitions"]:
            yield f"topic {topic['name']} has another number of partitions"
        if channel["x-tapefold-key"] != topic["key"] or channel["x-tapefold-identity"] != topic["identity"]:
            yield f"topic {topic['name']} has another key or identity"
    told = {(each["action"], each["channel"]["$ref"], each["summary"].split()[0]) for each in document["operations"].values()}
    for worker in topology["views"] + topology["reactors"]:
        for action, topics in (("receive", worker["inputs"]), ("send", worker.get("outputs", []))):
            for topic in topics:
                if (action, f"#/channels/{by_address.get(topic)}", worker["name"]) not in told:
                    yield f"{worker['name']} does not {action} {topic}"
        for name in worker.get("deadLetters", []):
            if name not in by_address:
                yield f"dead letters {name} have no channel"


def broken(document):
    """The judge is no judge if it takes these."""
    text = json.dumps(document)
    operation = next(iter(document["operations"]))
    yield "an operation without its channel", {
        **document,
        "operations": {**document["operations"], operation: {"action": "receive"}},
    }
    yield "an unknown action", json.loads(text.replace('"action": "receive"', '"action": "subscribe"'))
    yield "a reference to nothing", json.loads(text.replace("schemas/events/orders.placed.json", "schemas/none.json"))
    yield "a topic less", {
        **document,
        "channels": {key: each for key, each in document["channels"].items() if each["address"] != "orders.placed"},
    }


document = yaml.safe_load((root / "topology/asyncapi.yaml").read_text(encoding="utf-8"))
topology = json.loads((root / "topology/topology.json").read_text(encoding="utf-8"))
for fault in faults(document, topology):
    print(fault)
for what, wrong in broken(document):
    if next(faults(wrong, topology), None) is None:
        print(f"the judge takes {what}")
