"""Where Prometheus 3.5 answers otherwise than 3.14, whose behaviour ours is."""
import re

# (in the query, in what differs, why)
EXPLAINED = [
    (r"\bfirst_over_time\(", r"", "first_over_time came with 3.7"),
    (r"\b(topk|bottomk|limitk)\b", r"^Parameter value is NaN -- not -- ",
     "3.5 looks at the parameter only when there are samples"),
    (r"==|!=|<|>", r"^multiple matches for labels: .* -- not -- success",
     "3.5 looks for several matches only among the pairs for which the comparison holds"),
    (r"\bmad_over_time\(", r": NaN, not ", "before 3.14 a NaN in the range gave 0 or ignored it"),
]
EXPLAINED_IN_RANGES = [
    (r"\b(topk|bottomk)\b", r"^missing|^surplus|: at |, not ",
     "which of equals topk keeps depends on the order of its input, which Prometheus leaves to "
     "chance in range queries"),
]


def explanation(query, fault, is_range):
    for in_query, in_fault, reason in EXPLAINED + (EXPLAINED_IN_RANGES if is_range else []):
        if re.search(in_query, query) and re.search(in_fault, fault):
            return reason
    return ""
