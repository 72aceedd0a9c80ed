"""Random expressions of native histograms, and info()."""

NATIVE = ["native_seconds", "native_seconds", "native_gauge", "custom_seconds", "bounds_seconds",
          "mixed_seconds"]

OF_RANGES = ["rate", "increase", "delta", "irate", "idelta", "sum_over_time", "avg_over_time",
             "last_over_time"]
NUMBERS_OF_RANGES = ["count_over_time", "present_over_time", "changes", "resets", "max_over_time"]
STATISTICS = ["histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev",
              "histogram_stdvar"]


class NativeQueries:
    """A part of the Generator."""

    def native(self, depth):
        """Mostly numbers made of histograms, at times histograms."""
        roll = self.rng.random()
        if roll < 0.3:
            return self.histograms(depth)
        if roll < 0.55:
            return f"{self.rng.choice(STATISTICS)}({self.histograms(depth)})"
        if roll < 0.75:
            q = self.rng.choice(["0.5", "0.9", "0", "1", "0.01", "2", "NaN"])
            return f"histogram_quantile({q}, {self.histograms(depth)})"
        if roll < 0.85:
            low, high = self.rng.choice([("0", "1"), ("-Inf", "0.5"), ("0.1", "+Inf"), ("1", "0"),
                                         ("NaN", "1"), ("-2", "2")])
            return f"histogram_fraction({low}, {high}, {self.histograms(depth)})"
        function = self.rng.choice(NUMBERS_OF_RANGES)
        return f"{function}({self.native_range(depth)})"

    def native_range(self, depth):
        if depth > 1 and self.maybe(0.15):
            window = self.rng.choice(["1m", "3m", "10m"])
            return f"({self.histograms(depth - 1)})[{window}:{self.rng.choice(['', '15s', '40s'])}]"
        return f"{self.selector(NATIVE)}[{self.rng.choice(['30s', '1m', '5m', '10m'])}]" \
               + self.modifiers()

    def histograms(self, depth):
        if depth <= 0 or self.maybe(0.2):
            return self.selector(NATIVE) + self.modifiers()
        roll = self.rng.random()
        if roll < 0.4:
            return f"{self.rng.choice(OF_RANGES)}({self.native_range(depth)})"
        inner = self.histograms(depth - 1)
        if roll < 0.6:
            aggregation = self.rng.choice(["sum", "sum", "avg", "avg", "count", "group", "max"])
            return f"{aggregation}{self.grouping()} ({inner})"
        if roll < 0.65:
            return f"-({inner})"
        if roll < 0.75:
            sides = [f"({inner})", self.rng.choice(["2", "0.5", "-1", "0", "NaN"])]
            if self.maybe(0.3):
                sides.reverse()
            return f"{sides[0]} {self.rng.choice(['*', '*', '/', '+', '>', '=='])} {sides[1]}"
        if roll < 0.9:
            operator = self.rng.choice(["+", "+", "-", "==", "!=", "*", "<", "== bool"])
            matching = self.rng.choice(["", " on (job, instance)", " ignoring (zone)"])
            return f"({inner}) {operator}{matching} ({self.histograms(depth - 1)})"
        operator = self.rng.choice(["and", "or", "unless"])
        return f"({inner}) {operator} on (job, instance) ({self.vector(depth - 1)})"

    def info(self, depth):
        """Of series that are always there: before 3.8 info() mixed up series that come and go."""
        selector = self.rng.choice(["", "", ", {version=~\".+\"}", ", {region=\"eu\"}",
                                    ", {__name__=\"build_info\"}",
                                    ", {__name__=~\"(target|build)_info\", version=~\".+\"}",
                                    ", {none=\"\"}"])
        base = self.selector(["latency_seconds_count", "latency_seconds_sum"])
        if depth > 1 and self.maybe(0.5):
            base = self.rng.choice([f"rate({base}[5m])", f"sum by (job, instance) ({base})",
                                    f"-({base})", f"sum by (job) ({base})"])
        return f"info({base}{selector})"
