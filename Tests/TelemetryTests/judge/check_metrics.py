"""Reads metrics as Prometheus does, from the URL that is named or from standard input, and says what is wrong with them.

Prints one line a fault, then one line `family <name> <type> <samples>` for each family. Exit code 1 on any fault.
"""
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def faults(text):
    announced = {}
    for line in text.splitlines():
        words = line.split(" ", 3)
        if line.startswith(("# HELP ", "# TYPE ")):
            kinds = announced.setdefault(words[2], [])
            if words[1] in kinds:
                yield f"{words[2]}: {words[1]} twice"
            kinds.append(words[1])
            if words[1] == "HELP" and len(words) < 4:
                yield f"{words[2]}: HELP is empty"
    for name, kinds in announced.items():
        if sorted(kinds) != ["HELP", "TYPE"]:
            yield f"{name}: has only {kinds}"
    seen = set()
    for family in text_string_to_metric_families(text):
        if family.type in ("unknown", "untyped"):
            yield f"{family.name}: has no type"
        if family.type == "counter" and f"{family.name}_total" not in announced:
            yield f"{family.name}: a counter's name ends with _total"
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            if key in seen:
                yield f"{sample.name}{sample.labels}: twice"
            seen.add(key)
            if family.type == "counter" and sample.value < 0:
                yield f"{sample.name}: a counter below 0"
        if family.type == "histogram":
            yield from histogram_faults(family)


def histogram_faults(family):
    series = {}
    for sample in family.samples:
        labels = {k: v for k, v in sample.labels.items() if k != "le"}
        entry = series.setdefault(tuple(sorted(labels.items())), {"buckets": [], "count": None, "sum": None})
        if sample.name.endswith("_bucket"):
            entry["buckets"].append((float(sample.labels["le"]), sample.value))
        elif sample.name.endswith("_count"):
            entry["count"] = sample.value
        elif sample.name.endswith("_sum"):
            entry["sum"] = sample.value
    for labels, entry in series.items():
        bounds = [bound for bound, _ in entry["buckets"]]
        counts = [count for _, count in entry["buckets"]]
        if bounds != sorted(bounds) or not bounds or bounds[-1] != float("inf"):
            yield f"{family.name}{labels}: bounds {bounds}"
        if counts != sorted(counts):
            yield f"{family.name}{labels}: counts are not cumulated: {counts}"
        if entry["count"] is None or entry["sum"] is None or counts and counts[-1] != entry["count"]:
            yield f"{family.name}{labels}: count {entry['count']}, sum {entry['sum']}, last bucket {counts[-1:]}"


def main():
    if len(sys.argv) > 1:
        with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
            text = answer.read().decode()
    else:
        text = sys.stdin.read()
    found = list(faults(text))
    for fault in found:
        print(f"fault {fault}")
    for family in text_string_to_metric_families(text):
        print(f"family {family.name} {family.type} {len(family.samples)}")
    return 1 if found else 0


sys.exit(main())
