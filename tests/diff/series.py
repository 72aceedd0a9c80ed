"""Random series: what both engines are given.

A series is its labels and a list of points, one per step: a float, a Histogram, None (no sample) or
STALE.
"""
import random

import histograms

STALE = "stale"
STEP_SECONDS = 15
STEPS = 160

JOBS = ["api", "db", "web"]
ZONES = ["a", "b", None]
BOUNDS = ["0.1", "0.5", "1", "5", "+Inf"]


def _gauge(rng):
    level = rng.uniform(-50, 100)
    if rng.random() < 0.15:
        return [float(round(level))] * STEPS
    out = []
    for _ in range(STEPS):
        level += rng.gauss(0, 5)
        out.append(rng.choice([level, round(level), round(level, 2)]) * 1.0)
    return out


def _counter(rng):
    value = float(rng.choice([0, 0, 5, 1000]))
    grows_by = rng.choice([1, 3, 10, 0.25])
    out = []
    for _ in range(STEPS):
        value += grows_by * rng.choice([0, 1, 1, 2])
        if rng.random() < 0.015:
            value = rng.choice([0.0, 1.0])
        out.append(value)
    return out


def _with_oddities(rng, points):
    """Some NaN and Inf, as broken exporters send them."""
    for i in range(len(points)):
        if rng.random() < 0.03:
            points[i] = rng.choice([float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e300])
    return points


def _with_life(rng, points):
    """Births, deaths with stale markers, and scrapes that failed to leave any."""
    kind = rng.random()
    points = list(points)
    if kind < 0.45:
        return points
    if kind < 0.8:  # Comes and goes; ends are marked.
        i = 0
        alive = rng.random() < 0.5
        while i < STEPS:
            length = rng.randint(3, 60)
            if not alive:
                for k in range(i, min(i + length, STEPS)):
                    points[k] = None
                if i > 0:
                    points[i] = STALE
            i += length
            alive = not alive
        return points
    for _ in range(rng.randint(1, 3)):  # Holes without a marker.
        start = rng.randrange(STEPS)
        for k in range(start, min(start + rng.randint(1, 40), STEPS)):
            points[k] = None
    return points


def _labels(rng, name):
    out = []
    for job in JOBS:
        for instance in range(rng.randint(1, 3)):
            labels = {"__name__": name, "job": job, "instance": f"i{instance}"}
            zone = rng.choice(ZONES)
            if zone:
                labels["zone"] = zone
            out.append(labels)
    return out


def _histograms(rng, name):
    out = []
    for labels in _labels(rng, name):
        counts = [0.0] * len(BOUNDS)
        columns = []
        total = 0.0
        for _ in range(STEPS):
            if rng.random() < 0.01:
                counts, total = [0.0] * len(BOUNDS), 0.0
            for _ in range(rng.randint(0, 4)):
                first = rng.randrange(len(BOUNDS))
                total += rng.random() * 3
                for k in range(first, len(BOUNDS)):
                    counts[k] += 1
            columns.append((list(counts), total))
        family = []
        for k, bound in enumerate(BOUNDS):
            family.append(({**labels, "__name__": name + "_bucket", "le": bound},
                           [c[0][k] for c in columns]))
        family.append(({**labels, "__name__": name + "_count"}, [c[0][-1] for c in columns]))
        family.append(({**labels, "__name__": name + "_sum"}, [c[1] for c in columns]))
        out += family
    return out


def _native(rng):
    """Native histograms: counters, gauges, with custom buckets (of the same and of different bounds),
    and series that have floats, too."""
    def custom(choices):
        return lambda r, n: histograms.counter(r, n, bounds=choices)

    out = []
    for name, make in (("native_seconds", histograms.counter), ("native_gauge", histograms.gauge),
                       ("custom_seconds", custom([[0.1, 0.5, 1.0, 5.0]])),
                       ("bounds_seconds", custom([[0.1, 0.5, 1.0], [0.5, 1.0], [-1.0, 0.0, 2.0]]))):
        out += [(labels, _with_life(rng, make(rng, STEPS))) for labels in _labels(rng, name)]
    for labels in _labels(rng, "mixed_seconds"):
        points = histograms.counter(rng, STEPS)
        for i in range(rng.randrange(STEPS), STEPS):
            if rng.random() < 0.9:
                points[i] = float(i)
        out.append((labels, _with_life(rng, points)))
    return out


def _info(rng):
    """One for each target, always there: before 3.7 info() was at a loss with others."""
    out = []
    for name in ("target_info", "build_info"):
        for labels in _labels(rng, name):
            labels.pop("zone", None)
            out.append(({**labels, "version": rng.choice(["1", "2"]),
                         "region": rng.choice(["eu", "us"])}, [1.0] * STEPS))
    return out


def generate(seed):
    """A list of (labels, points)."""
    rng = random.Random(seed)
    out = []
    for name in ("gauge_a", "gauge_b"):
        out += [(labels, _with_life(rng, _gauge(rng))) for labels in _labels(rng, name)]
    out += [(labels, _with_life(rng, _with_oddities(rng, _gauge(rng))))
            for labels in _labels(rng, "odd_gauge")]
    for name in ("requests_total", "errors_total"):
        for labels in _labels(rng, name):
            for code in rng.sample(["200", "404", "500"], rng.randint(1, 3)):
                out.append(({**labels, "code": code}, _with_life(rng, _counter(rng))))
    out += [({"__name__": "up", **{k: v for k, v in labels.items() if k != "__name__"}},
             _with_life(rng, [float(rng.random() < 0.9) for _ in range(STEPS)]))
            for labels in _labels(rng, "up")]
    out += _histograms(rng, "latency_seconds")
    # In the order of labels, as Prometheus looks at them: among equals topk takes the first.
    return sorted(out + _native(rng) + _info(rng), key=lambda one: sorted(one[0].items()))


def _number(v):
    if v != v:
        return "NaN"
    if v in (float("inf"), float("-inf")):
        return "Inf" if v > 0 else "-Inf"
    return repr(v)


def _item(point):
    if point is None:
        return "_"
    if point is STALE:
        return STALE
    return point.notation() if isinstance(point, histograms.Histogram) else _number(point)


def load_block(series):
    """The same as a promqltest load block."""
    lines = [f"load {STEP_SECONDS}s"]
    for labels, points in series:
        inside = ",".join(f'{k}="{v}"' for k, v in sorted(labels.items()) if k != "__name__")
        lines.append(f"  {labels['__name__']}{{{inside}}} {' '.join(map(_item, points))}")
    return "\n".join(lines) + "\n"
