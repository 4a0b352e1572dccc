#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads a text in the format of Prometheus, strictly, and says what is wrong with it.

    prometheus.py < TEXT             a line for each fault, of the format or of the names
    prometheus.py get NAME [LABEL=VALUE...] < TEXT
                                     the values of the samples that have these labels

The format: HELP and TYPE before the samples of a metric, which are all side by side, none
twice.  The names: what promtool check metrics complains of.
"""
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(r"(%s)(?:\{(.*)\})? (\S+)$" % NAME)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
ABBREVIATED = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"}


def labels_of(text):
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or match.group(1) in labels:
            return None
        labels[match.group(1)] = re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1),
                                        match.group(2))
        at = match.end()
    return labels


def lint(name):
    if re.search("[a-z][A-Z]", name):
        yield "is in camel case"
    if ":" in name or name.endswith(("_total", "_count", "_sum", "_bucket")):
        yield "is no name of a gauge"
    if ABBREVIATED & set(name.split("_")):
        yield "has an abbreviated unit"


def read(lines, complain):
    """Yields (name, labels, value)."""
    seen, done, current, helped, typed = set(), set(), None, None, None
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\n")
        comment = re.match(r"# (HELP|TYPE) (%s) (.+)$" % NAME, line)
        if comment:
            kind, name, rest = comment.groups()
            if kind == "TYPE":
                typed = name
                if rest != "gauge":
                    complain(number, "%s is a %s" % (name, rest))
            else:
                helped = name
            continue
        sample = SAMPLE.match(line)
        labels = labels_of(sample.group(2) or "") if sample else None
        if labels is None:
            complain(number, "no sample: " + line)
            continue
        name = sample.group(1)
        if name != current:
            if name in done or name != helped or name != typed:
                complain(number, "%s begins again, or without HELP and TYPE" % name)
            for fault in lint(name):
                complain(number, "%s %s" % (name, fault))
            current = name
            done.add(name)
        key = (name, tuple(sorted(labels.items())))
        if key in seen:
            complain(number, "twice: " + line)
        seen.add(key)
        yield name, labels, float(sample.group(3))


def main():
    faults = []
    samples = list(read(sys.stdin, lambda number, text: faults.append("%d: %s" % (number, text))))
    for fault in faults:
        print(fault)
    if len(sys.argv) > 2:
        wanted = dict(pair.split("=", 1) for pair in sys.argv[3:])
        for name, labels, value in samples:
            if name == sys.argv[2] and wanted.items() <= labels.items():
                print(int(value) if value == int(value) else value)
    elif not samples:
        sys.exit("no sample at all")
    sys.exit(bool(faults))


main()
