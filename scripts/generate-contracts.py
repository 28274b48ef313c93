#!/usr/bin/env python3
"""Writes topology/asyncapi.yaml, docs/events.md and the fields that `tapefold topics describe` shows from
topology/topology.json and schemas/events.

With --check it writes nothing and fails where a file is not as it would write it. Needs nothing but Python.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
REMEDY = "run scripts/generate-contracts.py"
OUTSIDE = "brokers' connectors, importers, the read API, `tapefold produce`"


def load(path):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


class Topology:
    def __init__(self):
        document = load("topology/topology.json")
        self.topics = document["topics"]
        self.views = document["views"]
        self.reactors = document["reactors"]
        self.workers = self.views + self.reactors

    def consumers(self, topic):
        return [worker["name"] for worker in self.workers if topic in worker["inputs"]]

    def producers(self, topic):
        return [worker["name"] for worker in self.workers if topic in worker.get("outputs", [])]

    def dead_letters(self):
        return [(name, view) for view in self.workers for name in view.get("deadLetters", [])]


class Schema:
    def __init__(self, topic):
        self.document = load(f"schemas/events/{topic}.json")
        self.definitions = self.document["$defs"]
        self.current = self.document["$ref"].removeprefix("#/$defs/")
        self.version = self.definitions[self.current]
        self.type = self.version["title"]

    def versions(self):
        """Older versions, newest first."""
        names = [name for name in self.definitions if re.fullmatch(r"v\d+", name) and name != self.current]
        return sorted(names, key=lambda name: -int(name[1:]))

    def definition(self, property):
        """What a property's value must be, null apart, and the name it goes by."""
        for part in property.get("anyOf", [property]):
            if "$ref" in part:
                name = part["$ref"].removeprefix("#/$defs/")
                return name, self.definitions[name]
        return None, property

    def fields(self):
        for name, property in self.version["properties"].items():
            yield name, property, name in self.version["required"]


# YAML: mappings, lists, and scalars as JSON writes them, which YAML reads alike.


def yaml(value, depth=0):
    pad = "  " * depth
    lines = []
    if isinstance(value, dict):
        for key, item in value.items():
            name = key if re.fullmatch(r"[A-Za-z][\w.-]*", key) else json.dumps(key, ensure_ascii=False)
            lines += child(f"{pad}{name}:", item, depth + 1)
    else:
        for item in value:
            lines += child(f"{pad}-", item, depth + 1)
    return lines


def child(head, item, depth):
    if isinstance(item, (dict, list)) and item:
        return [head] + yaml(item, depth)
    return [f"{head} {json.dumps(item, ensure_ascii=False)}"]


def camel(text):
    first, *rest = re.split(r"[^A-Za-z0-9]+", text)
    return first + "".join(word.capitalize() for word in rest)


def reference(path):
    return {"$ref": path}


ENVELOPE = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "description": "Unique with source."},
        "source": {"type": "string", "description": "Who says so, as /broker/zerodha."},
        "type": {"type": "string"},
        "time": {"type": "string", "format": "date-time", "description": "When it happened; the record's time when absent."},
        "subject": {"type": "string"},
        "datacontenttype": {"const": "application/json"},
        "traceparent": {"type": "string", "description": "W3C trace context."},
        "data": {"type": "object"},
    },
}
HEADERS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "Unique with ce_source."},
        "ce_source": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string"},
        "content-type": {"const": "application/json"},
    },
}


def identity(topic):
    return topic["identity"] or "none: folding it again changes nothing"


def messages(topic, schema):
    name = topic["name"]
    data = reference(f"../schemas/events/{name}.json")
    kafka = {"kafka": {"key": {"type": "string", "description": f"data.{topic['key']}, without an exchange before a symbol"}}}
    structured = {
        "name": schema.type,
        "title": f"{name}, structured",
        "summary": schema.document["description"].split(". ")[0] + ".",
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                reference("#/components/schemas/cloudEvent"),
                {"type": "object", "properties": {"type": {"const": schema.type}, "data": data}},
            ]
        },
        "bindings": kafka,
    }
    binary = {
        "name": schema.type,
        "title": f"{name}, binary",
        "contentType": "application/json",
        "headers": reference("#/components/schemas/cloudEventHeaders"),
        "payload": data,
        "bindings": kafka,
    }
    return {f"{camel(name)}Structured": structured, f"{camel(name)}Binary": binary}


def channel(topic, topology):
    settings = {"cleanup.policy": ["delete"]}
    hours = topic.get("retentionHours")
    settings["retention.ms"] = hours * 3_600_000 if hours else -1
    name = topic["name"]
    return {
        "address": name,
        "description": f"Key: {topic['key']}. Identity: {identity(topic)}. "
        f"Produced by: {', '.join(topology.producers(name)) or 'outside'}. "
        f"Consumed by: {', '.join(topology.consumers(name)) or 'nothing yet'}.",
        "messages": {
            key: reference(f"#/components/messages/{key}") for key in (f"{camel(name)}Structured", f"{camel(name)}Binary")
        },
        "bindings": {"kafka": {"topic": name, "partitions": topic["partitions"], "topicConfiguration": settings}},
        "x-tapefold-key": topic["key"],
        "x-tapefold-identity": topic["identity"],
        "x-tapefold-partitioner": topic["partitioner"],
        "x-tapefold-history": topic["history"],
    }


def operation(worker, action, topic, summary, key=None):
    result = {
        "action": action,
        "channel": reference(f"#/channels/{key or camel(topic)}"),
        "summary": summary,
    }
    if action == "receive":
        group = {"type": "string", "pattern": f"^tapefold\\.{worker}\\.v[0-9]+$"}
        result["bindings"] = {"kafka": {"groupId": group}}
    return result


def asyncapi(topology, schemas):
    channels, operations, parts = {}, {}, {}
    for topic in topology.topics:
        channels[camel(topic["name"])] = channel(topic, topology)
        parts |= messages(topic, schemas[topic["name"]])
    for name, view in topology.dead_letters():
        channels[camel(name)] = {
            "address": name,
            "description": f"Copies of what view {view['name']} parked or skipped, bytes and headers as they came.",
            "messages": {"asItCame": reference("#/components/messages/asItCame")},
        }
        operations[camel(f"{view['name']}-parks-{name}")] = operation(
            view["name"], "send", name, f"View {view['name']} could not fold it."
        )
    parts["asItCame"] = {
        "title": "An event as it came",
        "description": "Headers tapefold-… say where it lay and why it is here.",
        "payload": {"description": "Any bytes."},
    }
    for worker in topology.workers:
        for topic in worker["inputs"]:
            operations[camel(f"{worker['name']}-receives-{topic}")] = operation(
                worker["name"], "receive", topic, f"{worker['name']} folds it."
            )
        for topic in worker.get("outputs", []):
            operations[camel(f"{worker['name']}-sends-{topic}")] = operation(
                worker["name"], "send", topic, f"{worker['name']} tells of it."
            )
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tapefold's topics",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 as JSON, structured or binary. Made by scripts/generate-contracts.py from topology.json "
            "and schemas/events: edit those. Fields are explained in docs/events.md.",
            "license": {"name": "see LICENSE"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": parts, "schemas": {"cloudEvent": ENVELOPE, "cloudEventHeaders": HEADERS}},
    }
    return "\n".join(yaml(document)) + "\n"


# docs/events.md


KINDS = {
    "identifier": "text, 1–128",
    "label": "text, 1–128",
    "notes": "text, up to 4096",
    "reason": "text, up to 1024",
    "link": "text, 1–512",
    "tags": "list of text, at most 32 of 1–64",
    "symbol": "symbol",
    "pairedSymbol": "symbol",
    "symbols": "list of symbols, at most 500",
    "exchange": "text as `NSE`",
    "isin": "ISIN",
    "currency": "ISO 4217, as `INR`",
    "time": "RFC 3339 time",
    "day": "day as `2026-01-27`",
    "seconds": "whole seconds, at most 366 days",
    "positive": "decimal > 0",
    "notNegative": "decimal ≥ 0",
    "anySign": "decimal",
    "feed": "decimal ≥ 0, rounded to 8 decimals",
    "flag": "true or false",
    "depth": "object",
    "clock": "local time as `21:30`",
    "zone": "IANA zone, or offset as `+05:30`",
    "email": "mail address",
    "webUrl": "http or https URL, up to 512",
}


def kind(schema, property):
    name, definition = schema.definition(property)
    if definition.get("type") == "array" and name not in ("tags", "symbols"):
        return f"list of {kind(schema, definition['items'])}"
    if "enum" in definition:
        return ", ".join(f"`{value}`" for value in definition["enum"])
    if name is None:
        found = definition.get("type", "any")
        return "object" if "object" in found else str(found)
    return KINDS[name]


def default(property):
    return f"`{json.dumps(property['default'])}`" if "default" in property else ""


def purpose(schema):
    """The schema's description without what the line below it and the page's introduction say."""
    text = re.sub(r" ?(Key|Identity): [^.]*\.", "", schema.document["description"])
    return re.sub(r" ?Unknown names are dropped, [^.]*\.", "", text)


def section(topic, schema, topology):
    name = topic["name"]
    producers = ", ".join(topology.producers(name)) or OUTSIDE
    consumers = ", ".join(topology.consumers(name)) or "nothing yet"
    hours = topic.get("retentionHours")
    kept = f"{hours // 24} days" if hours else "for ever"
    lines = [
        f"## {name}",
        "",
        purpose(schema),
        "",
        f"Type `{schema.type}` · key `{topic['key']}` · identity {identity(topic)} · kept {kept} · from {producers} · to {consumers}",
        "",
        "| field | type | | default | meaning |",
        "|---|---|---|---|---|",
    ]
    for field, property, required in schema.fields():
        meaning = property["description"].replace("|", "\\|")
        _, definition = schema.definition(property)
        if "enum" in definition and "description" in definition:
            meaning += " " + definition["description"]
        lines.append(
            f"| {field} | {kind(schema, property)} | {'required' if required else ''} | {default(property)} | {meaning} |"
        )
    for example in schema.version["examples"]:
        event = {
            "specversion": "1.0",
            "id": "01JGT3",
            "source": "/broker/zerodha",
            "type": schema.type,
            "time": "2026-01-05T04:12:07.123456Z",
            "subject": example.get("userId") or example["symbol"],
            "data": example,
        }
        lines += ["", "```json", json.dumps(event, ensure_ascii=False), "```"]
    for version in schema.versions():
        lines += ["", f"Version {version[1:]} is still taken: {schema.definitions[version]['description']}"]
    return lines + [""]


INTRODUCTION = """# Events

Made by scripts/generate-contracts.py from topology/topology.json and schemas/events; do not edit. For tools: [topology/asyncapi.yaml](../topology/asyncapi.yaml), and a JSON Schema a topic in `schemas/events`.

An event is a [CloudEvent](https://cloudevents.io) 1.0 as JSON: structured, one object with `data` inside, or binary, the attributes in `ce_…` headers and the data as the record's value. Required attributes are `specversion`, `id`, `source`
and `type`; without `time` the record's time counts. Short types (`trades.executed.v1`) are taken too.

Decimals are JSON numbers or, better, plain decimals as text; they are read exactly and have at most 8 decimals. Optional and `null` means absent. Unknown fields are dropped, a name that stands twice is refused. A symbol may carry its exchange (`NSE:RELIANCE`). The **key** is the data field that decides the partition;
what lies on another partition is produced again where it belongs. The **identity** is what makes an event the same event: the same data again is dropped, other data is parked as `conflicting_duplicate`.

`tapefold produce <topic>` takes a line of `data`, or a whole event, and says what is wrong with it.
"""


def events_page(topology, schemas):
    lines = [INTRODUCTION]
    for topic in topology.topics:
        lines += section(topic, schemas[topic["name"]], topology)
    return "\n".join(lines).rstrip("\n") + "\n"


# Sources/Events/Contracts/TopicField+Generated.swift


def swift_fields(topology, schemas):
    """A line a field: topic, name, type, required or not, meaning, with tabs between."""
    lines = []
    for topic in topology.topics:
        schema = schemas[topic["name"]]
        for field, property, required in schema.fields():
            meaning = " ".join(property["description"].split())
            need = "required" if required else "optional"
            cells = [topic["name"], field, kind(schema, property).replace("`", ""), need, meaning]
            assert not any("\t" in cell or '"""#' in cell for cell in cells), field
            lines.append("        " + "\t".join(cells))
    return "\n".join(
        [
            "// swift-format-ignore-file",
            "// Made by scripts/generate-contracts.py from schemas/events. Do not edit.",
            "extension TopicField {",
            '    static let table = #"""',
            *lines,
            '        """#',
            "}",
            "",
        ]
    )


def main():
    topology = Topology()
    schemas = {topic["name"]: Schema(topic["name"]) for topic in topology.topics}
    wanted = {
        "topology/asyncapi.yaml": asyncapi(topology, schemas),
        "docs/events.md": events_page(topology, schemas),
        "Sources/Events/Contracts/TopicField+Generated.swift": swift_fields(topology, schemas),
    }
    stale = 0
    for path, text in wanted.items():
        file = ROOT / path
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{path} is not as topology.json and schemas/events say: {REMEDY}")
            stale += 1
        else:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    return min(1, stale)


sys.exit(main())
