"""Compares two answers of the query API."""
import math
import re

RELATIVE = 1e-12
# Go's and C's libraries may differ in the last bit of these; what is computed from them magnifies it.
LIBRARY = re.compile(r"\b(exp|ln|log2|log10|sin|cos|atan|atan2)\b|\^")
RELATIVE_LIBRARY = 1e-9


def _same_number(a, b, relative):
    x, y = float(a), float(b)
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    if x == y:
        return True
    return abs(x - y) <= relative * max(abs(x), abs(y))


def _points(series):
    return series["values"] if "values" in series else [series["value"]]


def _by_labels(result):
    return {tuple(sorted(series["metric"].items())): _points(series) for series in result}


def _describe(labels):
    return "{" + ", ".join(f'{k}="{v}"' for k, v in labels) + "}"


def _compare_series(ours, theirs, relative):
    mine, real = _by_labels(ours), _by_labels(theirs)
    if len(mine) != len(ours):
        return "a label set twice"
    for labels in sorted(real.keys() - mine.keys()):
        return f"missing {_describe(labels)}"
    for labels in sorted(mine.keys() - real.keys()):
        return f"surplus {_describe(labels)}"
    for labels, points in real.items():
        got = mine[labels]
        times = [p[0] for p in points]
        if [p[0] for p in got] != times:
            return f"{_describe(labels)}: at {[p[0] for p in got]}, not {times}"
        for (t, a), (_, b) in zip(got, points):
            if not _same_number(a, b, relative):
                return f"{_describe(labels)} at {t}: {a}, not {b}"
    return ""


def compare(query, ours, theirs):
    """What differs, or ""."""
    relative = RELATIVE_LIBRARY if LIBRARY.search(query) else RELATIVE
    if ours["status"] != theirs["status"]:
        fault = ours.get("error") or "success"
        return f"{fault} -- not -- {theirs.get('error') or 'success'}"
    if ours["status"] == "error":
        if ours["errorType"] == theirs["errorType"]:
            return ""
        return f"error type {ours['errorType']}, not {theirs['errorType']}: {theirs['error']}"
    mine, real = ours["data"], theirs["data"]
    if mine["resultType"] != real["resultType"]:
        return f"{mine['resultType']}, not {real['resultType']}"
    if mine["resultType"] in ("scalar", "string"):
        same = mine["result"][0] == real["result"][0]
        same = same and _same_number(mine["result"][1], real["result"][1], relative)
        return "" if same else f"{mine['result']}, not {real['result']}"
    return _compare_series(mine["result"], real["result"], relative)
