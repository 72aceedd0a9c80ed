"""Random expressions over the series of series.py."""
from native_queries import NATIVE, NativeQueries

GAUGES = ["gauge_a", "gauge_b", "odd_gauge", "up"]
COUNTERS = ["requests_total", "errors_total", "latency_seconds_count", "latency_seconds_sum",
            "latency_seconds_bucket"]
LABELS = ["job", "instance", "zone", "code"]

OVER_TIME = ["avg_over_time", "min_over_time", "max_over_time", "sum_over_time", "count_over_time",
             "last_over_time", "first_over_time", "present_over_time", "stddev_over_time",
             "stdvar_over_time", "changes", "resets", "deriv", "delta", "idelta", "absent_over_time",
             "mad_over_time", "ts_of_max_over_time", "ts_of_min_over_time", "ts_of_last_over_time"]
COUNTER_FUNCTIONS = ["rate", "increase", "irate", "resets", "changes"]
MATH = ["abs", "acos", "acosh", "asin", "asinh", "atanh", "cosh", "sinh", "tan", "tanh",
        "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "sin", "cos", "atan",
        "deg", "rad", "day_of_week", "hour", "minute", "month", "year", "days_in_month",
        "day_of_year", "timestamp", "absent", "sort", "sort_desc"]
AGGREGATIONS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
DURATIONS = ["15s", "30s", "45s", "1m", "2m", "5m", "7m30s", "10m", "1m7s", "20m", "90", "1m + 15s",
             "5m / 2", "(2m - 30s) * 2"]
OFFSETS = ["15s", "1m", "-1m", "5m", "7s", "-37s", "(1m + 20s)", "(7s - 1m)", "100"]
NUMBERS = ["0", "1", "2", "-1", "0.5", "100", "1e3", "NaN", "Inf", "-Inf", "3.7", "0x1F", "1_000", ".5",
           "1m", "1e-3", "+2", "pi()"]
PHI = ["0.5", "0.9", "0", "1", "2", "-1", "NaN", "-Inf", "(0.3)"]


class Generator(NativeQueries):
    """Draws expressions from `rng`; `end` bounds timestamps after @."""

    def __init__(self, rng, end):
        self.rng = rng
        self.end = end

    def query(self):
        roll = self.rng.random()
        if roll < 0.05:
            return self.scalar(2)
        return self.vector(self.rng.choice([1, 2, 2, 3, 4]))

    def maybe(self, p):
        return self.rng.random() < p

    def matchers(self):
        out = []
        for label in self.rng.sample(LABELS, self.rng.choice([0, 0, 0, 1, 1, 2])):
            value = {"job": ["api", "db", "web"], "instance": ["i0", "i1", "i2"],
                     "zone": ["a", "b", ""], "code": ["200", "404", "500", ""]}[label]
            op = self.rng.choice(["=", "!=", "=~", "!~"])
            text = self.rng.choice(value)
            if op in ("=~", "!~"):
                text = self.rng.choice([text, text + "|" + self.rng.choice(value), ".+", ".*", "a.*",
                                        "[0-4]+"])
            out.append(f'{label}{op}"{text}"')
        return "{" + ",".join(out) + "}" if out else ""

    def modifiers(self):
        out = ""
        if self.maybe(0.12):
            out += " offset " + self.rng.choice(OFFSETS)
        if self.maybe(0.08):
            at = self.rng.choice(["start()", "end()", str(self.rng.randrange(self.end)),
                                  f"{self.rng.uniform(0, self.end):.3f}"])
            out += " @ " + at
        return out

    def name(self):
        if self.maybe(0.03):
            return '{__name__=~"gauge_.*"}', ""
        if self.maybe(0.05):
            return self.rng.choice(NATIVE), None
        return self.rng.choice(GAUGES + COUNTERS), None

    def selector(self, names=None):
        if names is None:
            name, fixed = self.name()
        else:
            name, fixed = self.rng.choice(names), None
        return name + (self.matchers() if fixed is None else "")

    def range_vector(self, depth, names=None):
        if depth > 1 and self.maybe(0.25):
            inner = self.vector(depth - 1)
            if depth > 2 and self.maybe(0.2):
                inner = f"{self.rng.choice(OVER_TIME)}({self.range_vector(depth - 1, names)})"
            step = self.rng.choice(["", "15s", "30s", "1m", "7s"])
            return (f"({inner})[{self.rng.choice(DURATIONS)}:{step}]" + self.modifiers())
        return f"{self.selector(names)}[{self.rng.choice(DURATIONS)}]" + self.modifiers()

    def scalar(self, depth):
        roll = self.rng.random()
        if depth <= 0 or roll < 0.5:
            return self.rng.choice(NUMBERS)
        if roll < 0.6:
            return "time()"
        if roll < 0.8:
            return f"scalar({self.vector(depth - 1)})"
        if roll < 0.9:
            return f"({self.scalar(depth - 1)} {self.rng.choice(ARITHMETIC)} {self.scalar(depth - 1)})"
        op = self.rng.choice(COMPARISONS)
        return f"({self.scalar(depth - 1)} {op} bool {self.scalar(depth - 1)})"

    def labels(self):
        return ", ".join(self.rng.sample(LABELS, self.rng.choice([0, 1, 1, 2, 3])))

    def grouping(self):
        if self.maybe(0.2):
            return ""
        return f" {self.rng.choice(['by', 'without'])} ({self.labels()})"

    def vector(self, depth):
        if depth <= 0:
            return self.selector() + self.modifiers()
        kinds = [(2, self.plain), (5, self.range_call), (4, self.aggregation), (2, self.math),
                 (3, self.with_scalar), (4, self.join), (2, self.set_operation), (1, self.labelled),
                 (1, self.quantile), (1, self.unary), (5, self.native), (1, self.info),
                 (1, self.limit), (1, self.chain), (1, self.sorted), (2, self.plain_join)]
        total = sum(weight for weight, _ in kinds)
        roll = self.rng.uniform(0, total)
        for weight, make in kinds:
            roll -= weight
            if roll <= 0:
                return make(depth)
        return self.plain(depth)

    def plain(self, _depth):
        return self.selector() + self.modifiers()

    def unary(self, depth):
        return f"-({self.vector(depth - 1)})" if self.maybe(0.8) else f"-{self.plain(0)}"

    def range_call(self, depth):
        if self.maybe(0.5):
            return (f"{self.rng.choice(COUNTER_FUNCTIONS)}("
                    f"{self.range_vector(depth, COUNTERS)})")
        roll = self.rng.random()
        if roll < 0.08:
            return f"quantile_over_time({self.scalar(depth - 1)}, {self.range_vector(depth)})"
        if roll < 0.16:
            return f"predict_linear({self.range_vector(depth)}, {self.scalar(depth - 1)})"
        if roll < 0.2:
            return f"double_exponential_smoothing({self.range_vector(depth)}, 0.3, 0.6)"
        return f"{self.rng.choice(OVER_TIME)}({self.range_vector(depth)})"

    def aggregation(self, depth):
        inner = self.vector(depth - 1)
        roll = self.rng.random()
        if roll < 0.12:
            k = self.rng.choice(["1", "2", "3", "0", "-1", "2.9", self.scalar(depth - 1)])
            op = self.rng.choice(["topk", "bottomk"])
            return f"{op}{self.grouping()} ({k}, {inner})"
        if roll < 0.2:
            phi = self.rng.choice(PHI + [self.scalar(depth - 1)])
            return f"quantile{self.grouping()} ({phi}, {inner})"
        if roll < 0.24:
            label = self.rng.choice(["v", "v", "zone", "job"])
            return f'count_values{self.grouping()} ("{label}", {inner})'
        return f"{self.rng.choice(AGGREGATIONS)}{self.grouping()} ({inner})"

    def math(self, depth):
        roll = self.rng.random()
        inner = self.vector(depth - 1)
        if roll < 0.15:
            return f"clamp({inner}, {self.scalar(depth - 1)}, {self.scalar(depth - 1)})"
        if roll < 0.25:
            return f"clamp_{self.rng.choice(['min', 'max'])}({inner}, {self.scalar(depth - 1)})"
        if roll < 0.35:
            return f"round({inner}, {self.rng.choice(['1', '0.1', '5', '0', '-2'])})"
        if roll < 0.4:
            return f"vector({self.scalar(depth - 1)})"
        return f"{self.rng.choice(MATH)}({inner})"

    def operator(self):
        if self.maybe(0.6):
            return self.rng.choice(ARITHMETIC)
        return self.rng.choice(COMPARISONS) + self.rng.choice(["", "", " bool"])

    def with_scalar(self, depth):
        sides = [f"({self.vector(depth - 1)})", self.scalar(depth - 1)]
        self.rng.shuffle(sides)
        return f"{sides[0]} {self.operator()} {sides[1]}"

    def join(self, depth):
        matching = ""
        if self.maybe(0.75):
            matching = f" {self.rng.choice(['on', 'ignoring'])} ({self.labels()})"
            if self.maybe(0.4):
                side = self.rng.choice(["left", "right"])
                copied = [] if self.maybe(0.6) else self.rng.sample(LABELS, self.rng.choice([1, 1, 2]))
                if "on" not in matching or not any(label in matching for label in copied):
                    matching += f" group_{side} ({', '.join(copied)})"
        left, right = self.vector(depth - 1), self.vector(depth - 1)
        if self.maybe(0.4):  # Likelier to match one to one.
            labels = self.rng.choice(["job", "job, instance", "instance"])
            left, right = f"sum by ({labels}) ({left})", f"max by ({labels}) ({right})"
            if self.maybe(0.6):
                matching = ""
        return f"({left}) {self.operator()}{matching} ({right})"

    def set_operation(self, depth):
        matching = ""
        if self.maybe(0.6):
            matching = f" {self.rng.choice(['on', 'ignoring'])} ({self.labels()})"
        return (f"({self.vector(depth - 1)}) {self.rng.choice(['and', 'or', 'unless'])}{matching} "
                f"({self.vector(depth - 1)})")

    def plain_join(self, _depth):
        """Of selectors, and of what leaves their labels alone."""
        matching = ""
        if self.maybe(0.7):
            matching = f" {self.rng.choice(['on', 'ignoring'])} ({self.labels()})"
        op = self.rng.choice(["and", "and", "unless", "or", "+", "/", "-", ">", "== bool"])
        if op not in ("and", "unless", "or") and matching and self.maybe(0.6):
            matching += self.rng.choice([" group_left ()", " group_right ()"])
        return f"{self.join_side()} {op}{matching} {self.join_side()}"

    def join_side(self):
        roll = self.rng.random()
        if roll < 0.6:
            return self.plain(0)
        if roll < 0.75:
            labels = self.rng.choice(["job", "job, instance", "zone"])
            return f"{self.rng.choice(['sum', 'count', 'group', 'max'])} by ({labels}) ({self.plain(0)})"
        if roll < 0.85:
            function = self.rng.choice(["rate", "count_over_time", "last_over_time"])
            return f"{function}({self.range_vector(1, COUNTERS)})"
        return f"({self.plain_join(0)})"

    def labelled(self, depth):
        inner = self.vector(depth - 1)
        if self.maybe(0.5):
            target = self.rng.choice(["zone", "new", "job", "instance", "__name__", "le"])
            text = self.rng.choice(["$1", "x-$1", "", "${1}y", "$1y", "$0", "$2$1", "x"])
            pattern = self.rng.choice(["(.*)", "(.)i?.*", "i(.)", ".*", "(a)|(b)", "(?P<x>.)(.*)"])
            source = self.rng.choice(LABELS + ["__name__", "none"])
            return f'label_replace({inner}, "{target}", "{text}", "{source}", "{pattern}")'
        target = self.rng.choice(["new", "new", "job", "__name__"])
        sources = "".join(f', "{label}"' for label in self.rng.sample(LABELS, self.rng.choice([0, 1, 2])))
        return f'label_join({inner}, "{target}", "{self.rng.choice(["-", ""])}"{sources})'

    def limit(self, depth):
        inner = self.vector(depth - 1)
        if self.maybe(0.5):
            k = self.rng.choice(["1", "2", "0", "-1", "100", self.scalar(depth - 1)])
            return f"limitk{self.grouping()} ({k}, {inner})"
        ratio = self.rng.choice(["0.5", "-0.5", "0", "1", "-1", "1.5", "-3", self.scalar(depth - 1)])
        return f"limit_ratio ({ratio}, {inner})"

    def chain(self, depth):
        """Operators without parentheses."""
        operands = [self.rng.choice(["", "", "-"]) + self.selector(GAUGES)]
        for _ in range(self.rng.choice([1, 2, 3])):
            operator = self.rng.choice(ARITHMETIC + ["and", "or", "unless"])
            operand = self.selector(GAUGES)
            if operator not in ("and", "or", "unless") and self.maybe(0.7):
                operand = self.scalar(0)
            operands += [operator, operand]
        return " ".join(operands)

    def sorted(self, depth):
        inner = self.vector(depth - 1)
        labels = "".join(f', "{label}"' for label in self.rng.sample(LABELS, self.rng.choice([1, 2])))
        return f"sort_by_label{self.rng.choice(['', '_desc'])}({inner}{labels})"

    def quantile(self, depth):
        q = self.rng.choice(PHI + ["0.99"])
        window = self.rng.choice(DURATIONS)
        roll = self.rng.random()
        if roll < 0.5:
            labels = self.rng.choice(["le", "le, job", "le, instance"])
            return (f"histogram_quantile({q}, sum by ({labels}) "
                    f"(rate(latency_seconds_bucket{self.matchers()}[{window}])))")
        if roll < 0.9:
            return f"histogram_quantile({q}, rate(latency_seconds_bucket{self.matchers()}[{window}]))"
        return f"histogram_quantile({q}, {self.vector(depth - 1)})"
