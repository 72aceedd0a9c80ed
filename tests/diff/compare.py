"""Compares two answers of the query API."""
import math
import re

RELATIVE = 1e-12
# Go's and C's libraries may differ in the last bit of these; what is computed from them magnifies it.
LIBRARY = re.compile(r"\b(exp|ln|log2|log10|a?(sin|cos|tan)h?|atan2)\b|\^")
RELATIVE_LIBRARY = 1e-9
ANNOTATIONS_MAX = 10


def _same_number(a, b, relative):
    x, y = float(a), float(b)
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    if x == y:
        return True
    return abs(x - y) <= relative * max(abs(x), abs(y))


def _points(series):
    """Floats and histograms in time order."""
    if "value" in series or "histogram" in series:
        return [series.get("value") or series["histogram"]]
    return sorted(series.get("values", []) + series.get("histograms", []), key=lambda p: p[0])


def _buckets(histogram):
    """Without those that sums of opposite buckets left by rounding."""
    buckets = histogram.get("buckets", [])
    most = max((abs(float(b[3])) for b in buckets), default=0)
    return [b for b in buckets if not abs(float(b[3])) <= RELATIVE * most]


def _same_histogram(a, b, relative):
    mine, real = _buckets(a), _buckets(b)
    most = max((abs(float(bucket[3])) for bucket in mine), default=0)
    for total in ("count", "sum"):  # Buckets that cancel out leave rounding in them.
        near_zero = abs(float(a[total]) - float(b[total])) <= RELATIVE * most
        if not near_zero and not _same_number(a[total], b[total], relative):
            return False
    return len(mine) == len(real) and all(
        x[0] == y[0] and all(_same_number(m, r, relative) for m, r in zip(x[1:], y[1:]))
        for x, y in zip(mine, real))


def _same(a, b, relative):
    if isinstance(a, dict) and isinstance(b, dict):
        return _same_histogram(a, b, relative)
    return isinstance(a, str) and isinstance(b, str) and _same_number(a, b, relative)


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
            if not _same(a, b, relative):
                return f"{_describe(labels)} at {t}: {a}, not {b}"
    return ""


# Unknown to Prometheus 3.5: since 3.12, 3.7, 3.8.
NEW_TEXTS = re.compile("sort is ineffective|conflicting counter resets|mismatched custom buckets")
# Since 3.6 these name the metric only where it still has its name, and so there are fewer of them.
NAMELESS = re.compile(r'((?:bucket label "le" is missing|input to histogram_|mix of classic and native)'
                      r'.*?)( for metric name "[^"]*")? \([0-9:]+\)$')
# Since 3.10 this goes on with figures.
FIXED = re.compile(r"(needed to be fixed for monotonicity).*")


def _texts(answer, kind):
    return {FIXED.sub(r"\1", NAMELESS.sub(r"\1", text)) for text in answer.get(kind, [])
            if not NEW_TEXTS.search(text)}


def _compare_annotations(ours, theirs):
    for kind in ("warnings", "infos"):
        mine, real = _texts(ours, kind), _texts(theirs, kind)
        if len(mine) > ANNOTATIONS_MAX or len(real) > ANNOTATIONS_MAX:
            continue  # Which of them are left out is up to chance.
        for text in sorted(real - mine):
            return f"lacks {text}"
        for text in sorted(mine - real):
            return f"says {text}"
    return ""


SORTED_BY = re.compile(r"sort_by_label(?:_desc)?\(.*?((?:, \"\w+\")+)\)$")


def _compare_order(query, ours, theirs):
    """Of vectors that are sorted; equals may stand in any order, and labels break every tie."""
    if ours["status"] == "error" or ours["data"]["resultType"] != "vector":
        return ""
    mine, real = ours["data"]["result"], theirs["data"]["result"]
    by_labels = SORTED_BY.match(query)
    if by_labels:
        by = re.findall(r"\w+", by_labels.group(1))
        if any(label not in s["metric"] for s in mine for label in by):
            return ""  # Prometheus compares them with others in no order.
        same = [s["metric"] for s in mine] == [s["metric"] for s in real]
    elif re.match(r"sort(_desc)?\(", query):
        relative = RELATIVE_LIBRARY if LIBRARY.search(query) else RELATIVE
        same = all(_same_number(a["value"][1], b["value"][1], relative) for a, b in zip(mine, real))
    else:
        return ""
    return "" if same else f"in another order: {mine}, not {real}"


def compare(query, ours, theirs):
    """What differs, or ""."""
    return (_compare_data(query, ours, theirs) or _compare_order(query, ours, theirs) or
            _compare_annotations(ours, theirs))


def _compare_data(query, ours, theirs):
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
