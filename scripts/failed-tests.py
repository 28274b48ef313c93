#!/usr/bin/env python3
"""Prints a filter for the tests that failed, for one more run of these.

Usage: failed-tests.py MOST PART.failed...

Reads the report of each part that failed, PART-swift-testing.xml, which is not whole when it crashed or was stopped.
Exits 1, with the reason, where the failed tests should not be run again: more than MOST in all, or a part that failed
without a report or without a failed test.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree


def failed_tests(report):
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None:
            place = case.get("classname").replace(".", "/")
            yield re.escape(place).replace("/", "[./]") + "[./]" + re.escape(case.get("name").split("(")[0]) + r"\("


def main():
    most, parts = int(sys.argv[1]), [path.removesuffix(".failed") for path in sys.argv[2:]]
    if most == 0:
        sys.exit(1)
    failed = []
    for part in parts:
        try:
            of_part = list(failed_tests(f"{part}-swift-testing.xml"))
        except (OSError, ElementTree.ParseError) as error:
            sys.exit(f"not run again: {part} ended without a report ({error})")
        if not of_part:
            sys.exit(f"not run again: {part} failed, but none of its tests")
        failed += of_part
    if len(failed) > most:
        sys.exit(f"not run again: {len(failed)} tests failed, more than {most}")
    print("|".join(sorted(set(failed))))


main()
