"""Judges documents by the JSON Schemas of schemas/events: the second opinion of DecoderAgreesWithSchemaTests.

Reads lines "topic<TAB>base64 of a document" and answers each with "valid" or "invalid: why". JSON is read strictly:
UTF-8, no name twice, no half surrogates, nothing but finite numbers, and these exactly.
"""

import base64
import datetime
import decimal
import json
import pathlib
import re
import sys

import jsonschema

decimal.getcontext().prec = 2_000


def members(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice")
    return dict(pairs)


def refuse_constant(word):
    raise ValueError(f"{word} is not JSON")


def check_text(value):
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list):
        for item in value:
            check_text(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_text(name)
            check_text(item)


def load(text):
    value = json.loads(
        text, object_pairs_hook=members, parse_float=decimal.Decimal, parse_constant=refuse_constant
    )
    check_text(value)
    return value


def pattern(validator, wanted, instance, schema):
    """Python's $ matches before a last line end, ECMAScript's, which JSON Schema means, does not."""
    if not validator.is_type(instance, "string"):
        return
    ecma = re.sub(r"\$$", r"\\Z", wanted)
    if not re.search(ecma, instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {wanted}")


def multiple_of(validator, step, instance, schema):
    if not validator.is_type(instance, "number"):
        return
    try:
        rest = decimal.Decimal(instance) % decimal.Decimal(step)
    except decimal.InvalidOperation:
        rest = 1
    if rest != 0:
        yield jsonschema.ValidationError(f"{instance} is no multiple of {step}")


formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_time(text):
    if not isinstance(text, str):
        return True
    whole = re.sub(r"\.[0-9]+", "", text.upper())
    moment = datetime.datetime.strptime(whole.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S%z")
    if int(whole[17:19]) > 59:
        raise ValueError("leap second")
    try:
        moment.astimezone(datetime.timezone.utc)
    except OverflowError as error:
        raise ValueError("outside years 1 to 9999") from error
    return True


@formats.checks("date", raises=ValueError)
def is_day(text):
    if isinstance(text, str):
        datetime.date.fromisoformat(text)
    return True


Judge = jsonschema.validators.extend(
    jsonschema.Draft202012Validator, {"pattern": pattern, "multipleOf": multiple_of}
)


def main():
    folder = pathlib.Path(sys.argv[1])
    judges = {}
    for path in folder.glob("*.json"):
        schema = load(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
        judges[path.stem] = Judge(schema, format_checker=formats)
    for line in sys.stdin:
        topic, encoded = line.rstrip("\n").split("\t")
        try:
            document = load(base64.b64decode(encoded).decode("utf-8"))
        except (ValueError, RecursionError) as error:
            print("invalid: not JSON:", str(error).replace("\n", " ")[:120])
            continue
        error = next(judges[topic].iter_errors(document), None)
        if error is None:
            print("valid")
        else:
            print("invalid:", error.message.replace("\n", " ").encode("ascii", "replace").decode()[:120])


main()
