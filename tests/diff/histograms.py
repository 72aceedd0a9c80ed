"""Native histograms: random ones, and both ways of writing them down."""
import dataclasses
import struct

GAUGE = 3
CUSTOM_SCHEMA = -53
STALE_BITS = 0x7FF0000000000002


@dataclasses.dataclass
class Histogram:
    """Buckets lie side by side from `offset` on."""
    schema: int = 0
    sum: float = 0.0
    count: float = 0.0
    zero_threshold: float = 0.0
    zero_count: float = 0.0
    offset: int = 0
    positive: list = dataclasses.field(default_factory=list)
    negative_offset: int = 0
    negative: list = dataclasses.field(default_factory=list)
    bounds: list = dataclasses.field(default_factory=list)
    hint: int = 0

    def copy(self):
        return dataclasses.replace(self, positive=list(self.positive), negative=list(self.negative),
                                   bounds=list(self.bounds))

    def notation(self):
        """As in promqltest."""
        items = [f"schema:{self.schema}", f"sum:{self.sum!r}", f"count:{self.count!r}"]
        if self.zero_count or self.zero_threshold:
            items += [f"z_bucket:{self.zero_count!r}", f"z_bucket_w:{self.zero_threshold!r}"]
        if self.bounds:
            items.append(f"custom_values:[{_join(self.bounds)}]")
        if self.positive:
            items += [f"buckets:[{_join(self.positive)}]", f"offset:{self.offset}"]
        if self.negative:
            items += [f"n_buckets:[{_join(self.negative)}]", f"n_offset:{self.negative_offset}"]
        if self.hint == GAUGE:
            items.append("counter_reset_hint:gauge")
        return "{{" + " ".join(items) + "}}"

    def message(self, t_ms, varint, field, stale=False):
        """As a Histogram of remote write 1.0, with counts as floats; or as a stale marker."""
        def double(number, v):
            return varint(number << 3 | 1) + struct.pack("<d", v)

        def side(spans, counts, offset, values):
            if not values:
                return b""
            span = varint(1 << 3) + varint(_zigzag(offset)) + varint(2 << 3) + varint(len(values))
            return field(spans, span) + field(counts, struct.pack(f"<{len(values)}d", *values))

        total = struct.pack("<Q", STALE_BITS) if stale else struct.pack("<d", self.sum)
        body = double(2, self.count) + varint(3 << 3 | 1) + total
        body += varint(4 << 3) + varint(_zigzag(self.schema))
        body += double(5, self.zero_threshold) + double(7, self.zero_count)
        body += side(8, 10, self.negative_offset, self.negative)
        body += side(11, 13, self.offset, self.positive)
        body += varint(14 << 3) + varint(self.hint) + varint(15 << 3) + varint(t_ms)
        if self.bounds:
            body += field(16, struct.pack(f"<{len(self.bounds)}d", *self.bounds))
        return body


def _join(numbers):
    return " ".join(repr(n) for n in numbers)


def _zigzag(n):
    return n << 1 ^ n >> 63


def _observe(rng, h, times):
    """Adds observations to random buckets."""
    for _ in range(times):
        roll = rng.random()
        h.count += 1
        h.sum += rng.uniform(0, 3)
        if h.negative and roll < 0.2:
            h.negative[rng.randrange(len(h.negative))] += 1
        elif h.schema != CUSTOM_SCHEMA and roll < 0.3:
            h.zero_count += 1
        else:
            h.positive[rng.randrange(len(h.positive))] += 1


def _empty(rng, bounds):
    if bounds:
        bounds = rng.choice(bounds)
        return Histogram(schema=CUSTOM_SCHEMA, bounds=bounds, positive=[0.0] * (len(bounds) + 1))
    return Histogram(schema=rng.choice([-1, 0, 1, 1, 2]), zero_threshold=rng.choice([0.001, 0.001, 0.01]),
                     offset=rng.randint(-3, 2), positive=[0.0] * rng.randint(1, 5),
                     negative_offset=rng.randint(-1, 1),
                     negative=[0.0] * rng.choice([0, 0, 0, 2]))


def counter(rng, steps, bounds=None):
    """Grows; starts anew now and then, maybe with other buckets. `bounds`: choices of custom ones.
    Never near zero, where Prometheus 3.5 extrapolates as if there was no zero."""
    h = _full(_empty(rng, bounds))
    out = []
    for _ in range(steps):
        if rng.random() < 0.015:
            h = _full(_empty(rng, bounds) if rng.random() < 0.4 else h.copy())
        _observe(rng, h, rng.choice([0, 1, 2, 5]))
        out.append(h.copy())
    return out


def _full(h):
    buckets = len(h.positive) + len(h.negative) + (0 if h.bounds else 1)
    each = 420.0 / buckets
    h.positive = [each] * len(h.positive)
    h.negative = [each] * len(h.negative)
    h.zero_count = 0.0 if h.bounds else each
    h.count = each * buckets
    h.sum = each / 7
    return h


def gauge(rng, steps):
    """Is another one each time."""
    out = []
    for _ in range(steps):
        h = _empty(rng, None)
        h.hint = GAUGE
        _observe(rng, h, rng.randint(0, 9))
        out.append(h)
    return out
