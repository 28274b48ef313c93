"""What a schema cannot tell: puts values in place of generated ones that only the server could have given out.

Only what the document allows is replaced; what breaks it goes out as it is, to be refused.
"""

import datetime
import functools
import json
import os
import random
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid

import schemathesis

BASE = os.environ["TAPEFOLD_TEST_API"]
TOKEN = os.environ["TAPEFOLD_TEST_TOKEN"]
IDENTIFIER = re.compile(r"[^\x00-\x1f]{1,128}")
KEY = re.compile(r"[!-~]{1,255}")
CURSOR = re.compile(r"[A-Za-z0-9_-]{1,2048}")
FIELDS = re.compile(r"[A-Za-z]+(,[A-Za-z]+)*")
# What makes another list of one: a cursor belongs to its list.
LIST = ("sort", "interval", "granularity", "markToMarket")


@functools.cache
def ask(path):
    request = urllib.request.Request(BASE + path, headers={"Authorization": "Bearer " + TOKEN})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError:
        return None


def next_cursor(case):
    """Where the list's second page begins; None where there is none."""
    query = {name: case.query[name] for name in LIST if isinstance(case.query.get(name), str)}
    page = ask(case.formatted_path + "?" + urllib.parse.urlencode({**query, "limit": 1}))
    return page and page.get("nextCursor")


def properties(schema):
    document = ask("/openapi.json")
    if "$ref" in schema:
        return properties(functools.reduce(lambda at, part: at[part], schema["$ref"].split("/")[1:], document))
    inherited = [item for part in schema.get("allOf", []) for item in properties(part)]
    return inherited + list(schema.get("properties", {}).items())


@functools.cache
def fields(path):
    """The names that an answer's objects have, by the document."""
    answer = ask("/openapi.json")["paths"][path]["get"]["responses"]["200"]
    found = dict(properties(answer["content"]["application/json"]["schema"]))
    return sorted(dict(properties(found["items"]["items"])) if "items" in found else found)


def moment(text):
    time = datetime.datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def put_in_order(query):
    """`from` is not after `to`: a rule between two parameters."""
    try:
        query["from"], query["to"] = sorted((query["from"], query["to"]), key=moment)
    except (KeyError, TypeError, ValueError):
        pass


@schemathesis.hook
def before_call(context, case, kwargs):
    query = case.query or {}
    if isinstance(query.get("cursor"), str) and CURSOR.fullmatch(query["cursor"].rstrip("\n")):
        query["cursor"] = next_cursor(case)
        if query["cursor"] is None:
            del query["cursor"]
    if isinstance(query.get("fields"), str) and FIELDS.fullmatch(query["fields"].rstrip("\n")):
        # All of them: the schema requires what a choice would leave out, as the parameter's description says.
        names = fields(case.operation.path)
        query["fields"] = ",".join(random.Random(query["fields"]).sample(names, len(names)))
    put_in_order(query)
    if case.method.upper() != "POST":
        return
    # An id or a key that was used with other values is refused, and rightly.
    fresh = uuid.uuid4().hex
    headers = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = fresh
    path = case.path_parameters or {}
    if isinstance(path.get("id"), str) and IDENTIFIER.fullmatch(path["id"]):
        case.path_parameters["id"] = fresh
    if isinstance(case.body, dict):
        for name in ("orderId", "tradeId", "paymentId"):
            if isinstance(case.body.get(name), str) and IDENTIFIER.fullmatch(case.body[name]):
                case.body[name] = fresh
