#!/usr/bin/env python3
"""Prints a filter for the tests that failed, for one more run of these.

Usage: failed-tests.py MOST LOG-BASE...

Reads what the runner left of each part: BASE-swift-testing.xml (its report, absent when it crashed or was stopped).
Exits 1, with the reason, where the failed tests should not be run again: more than MOST, none, or a part without a report.
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
    most, bases = int(sys.argv[1]), sys.argv[2:]
    if most == 0:
        sys.exit(1)
    failed = []
    for base in bases:
        try:
            failed += failed_tests(f"{base}-swift-testing.xml")
        except (OSError, ElementTree.ParseError) as error:
            sys.exit(f"not run again: {base} ended without a report ({error})")
    if not failed:
        sys.exit("not run again: no test failed, so something else went wrong")
    if len(failed) > most:
        sys.exit(f"not run again: {len(failed)} tests failed, more than {most}")
    print("|".join(sorted(set(failed))))


main()
