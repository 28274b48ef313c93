"""Gives each valid request ids and keys of its own: one that was used with other values is refused, and rightly."""

import re
import uuid

import schemathesis

IDENTIFIER = re.compile(r"[^\x00-\x1f]{1,128}")
KEY = re.compile(r"[!-~]{1,255}")


@schemathesis.hook
def before_call(context, case, kwargs):
    # A cursor is what an earlier page said, and fields are names: no generator makes them up.
    for name, longest in (("cursor", 2_048), ("fields", 2_048)):
        value = (case.query or {}).get(name)
        if isinstance(value, str) and len(value.encode(errors="replace")) <= longest:
            del case.query[name]
    # What the schema of a text does not tell: no NUL, and a day where a day is wanted. That one is not after the other.
    query = case.query or {}
    for name, value in list(query.items()):
        if isinstance(value, str) and "\x00" in value:
            query[name] = value.replace("\x00", "x")
    if isinstance(query.get("expiry"), str):
        query["expiry"] = "2026-01-29"
    if all(isinstance(query.get(name), str) for name in ("from", "to")):
        query["from"], query["to"] = sorted((query["from"], query["to"]))
    if case.method.upper() != "POST":
        return
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
