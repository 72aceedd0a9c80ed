"""Where Prometheus 3.5 answers otherwise than 3.14, whose behaviour ours is."""
import re

# (in the query, in what differs, why)
EXPLAINED = [
    (r"\bfirst_over_time\(", r"", "first_over_time came with 3.7"),
    (r"\b(topk|bottomk|limitk|limit_ratio)\b",
     r"^(Parameter value is NaN|Ratio value is NaN|Scalar value .*) -- not -- ",
     "3.5 looks at the parameter only when there are samples"),
    (r"\b(quantile|limit_ratio)\b", r"^says .*(quantile|ratio) value should be", "the same"),
    (r" (==|!=|<|<=|>|>=) ", r"^multiple matches for labels: .* -- not -- success",
     "3.5 looks for several matches only among the pairs for which the comparison holds"),
    (r"\bmad_over_time\(", r", not |^missing|^surplus",
     "before 3.14 a NaN in the range gave 0 or was ignored"),
    (r"\blabel_(replace|join)\(|\bor\b", r"^success -- not -- vector cannot contain metrics",
     "3.5 does not merge series that never meet"),
    (r"(\^|atan2|log10|log2|ln|exp|sin|cos|tan).*%|%.*(\^|atan2)", r", not ",
     "% makes anything of a difference in the last bit"),
    (r"\bcount_values\b.*(exp|ln|log2|log10|sin|cos|tan|\^|histogram_|native_|custom_|mixed_)",
     r"^missing|^surplus",
     "values told apart by their last bit"),
    (r"last_over_time\(\(", r"^missing|^surplus",
     "before 3.12 the names that a subquery marked to be dropped came back"),
    (r"\bbounds_seconds\b", r"", "before 3.8 custom buckets of different bounds do not go together"),
    (r"\b(rate|increase|irate|resets)\(.*\bnative_gauge\b", r", not ",
     "3.5 finds other resets in gauges, and before 3.6 extrapolates them to below zero"),
    (r"\b(rate|increase|irate)\(\(.*(native|custom|mixed)_.*\[[^\]]*:", r", not ",
     "before 3.6 native histograms were extrapolated as if they could be negative"),
    (r"\bhistogram_(quantile|fraction)\(.*\bnative_gauge\b", r", not ",
     "its store gives histograms of a gauge the buckets of their neighbours, empty ones, which tell "
     "how far the zero bucket reaches and which bucket is the last"),
    (r"-", r"^(lacks|says) .* not a (counter|gauge)",
     "since 3.7 negated histograms and differences are gauges"),
    (r" [-+*/%^<>=!]", r"^(lacks|says) .*(incompatible sample types|incompatible bucket layout)",
     "of all the faults of a join the last one is told, and the order of series is up to chance"),
    (r"\bquantile_over_time\(\(", r"^(lacks|says) .*quantile value should be",
     "3.5 points at the parenthesis, 3.14 at what is in it"),
    (r"\bhistogram_(count|sum|avg)\(.* (==|!=) ", r"",
     "before 3.6 one side of the comparison may come without its buckets"),
    (r"\bhistogram_(quantile|fraction|avg|stddev|stdvar)\(.*\bi?delta\(", r", not ",
     "since 3.9 sums are compensated, and so other buckets stay with almost nothing in them"),
    (r"\b(sin|cos|minute|hour|month|year|day\w+)\(.*(exp\(|\^)", r", not ",
     "of huge numbers, told by their last bits"),
    (r"\bstd(var|dev)\b.*(\^|\b(exp|ln|log2|log10|a?(sin|cos|tan)h?|atan2)\b)", r", not ",
     "variances of almost equal values, told apart by their last bits"),
    (r"\^|(exp|atan2|ln|log2|log10|sin|cos|tan)\b", r"(quantile|ratio) value should be", "the same"),
    (r"\binfo\(", r"^(missing|surplus) \{__name__=",
     "3.5 forgets with promql-delayed-name-removal that names are to go"),
    (r"", r"-- not -- unexpected error: runtime error", "3.5 panics"),
    (r"\bchanges\(.*\bnative_gauge\b|\bnative_gauge\b.*\b(NaN|Inf)\b|"
     r"\b(NaN|Inf)\b.*\bnative_gauge\b|\bnative_gauge\b.*\bscalar\(", r", not ",
     "its store gives histograms of a gauge the buckets of their neighbours, empty ones"),
    (r"\bavg\b.*(Inf\b|/ 0\b)", r"'count': .*, not .*'count': 'NaN'",
     "since 3.9 an average of histograms is a sum divided, not a running mean, where it can be"),
    (r"\bhistogram_(count|sum|avg)\(.* [-+] ",
     r"^missing|^surplus|: at |, not |^success -- not -- found duplicate",
     "since 3.7 sums of a histogram that was reset with one that was not have no result, and since "
     "3.12 those of exponential with custom buckets"),
    (r"\bhistogram_fraction\(.*\bcustom_seconds\b", r", not NaN$",
     "before 3.8 a fraction from within the first custom bucket was NaN"),
    (r"\b(topk|bottomk|limitk)\b.*(\[[^\]]*:|histogram_quantile|count_values|sort|limit_ratio|\bor\b)|"
     r"\blimitk\b.*, .*\(|\b(topk|bottomk)\b.*\b(count|group|quantile)\b",
     r"^missing|^surplus|: at |, not ",
     "equals are taken in the order of labels, not in that these gave them, which may be chance"),
    (r"\bts_of_last_over_time\(.*\[[^\]]*:", r", not ", "it takes times before 1970 for 1970"),
    (r"\b(topk|bottomk)\b.*\b(rate|increase|irate)\(native_gauge\b", r"^missing|^surplus",
     "other resets in gauges, other ones at the top"),
    (r"@ .*\[[^\]]*:[^\]]*\] offset -", r"^missing|^surplus|: at |, not ",
     "where a subquery begins at the query's start, its offset moves what an @ within it fixes"),
]
EXPLAINED_IN_RANGES = [
    (r"\b(topk|bottomk|limitk)\b",
     r"^missing|^surplus|: at |, not |^success -- not -- vector cannot contain metrics",
     "which of equals topk keeps depends on the order of its input, which Prometheus leaves to "
     "chance in range queries"),
    (r"\[[^\]]*:", r"^success -- not -- ",
     "3.5 evaluates subqueries up to the query's end, 3.14 up to its last step"),
    (r"\[[^\]]*:", r"^lacks ", "the same"),
    (r"(\b(sum|avg)_over_time\(|\bchanges\(\(-).*(native|custom|mixed)_", r", not ",
     "3.5 may change histograms of earlier steps while it computes later ones"),
]


def explanation(query, fault, is_range):
    for in_query, in_fault, reason in EXPLAINED + (EXPLAINED_IN_RANGES if is_range else []):
        if re.search(in_query, query) and re.search(in_fault, fault):
            return reason
    return ""
