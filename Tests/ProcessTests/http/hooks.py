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
