"""Where Prometheus 3.5 answers otherwise than 3.14, whose behaviour ours is."""
import re

# (in the query, in what differs, why)
EXPLAINED = [
    (r"\bfirst_over_time\(", r"", "first_over_time came with 3.7"),
    (r"\b(topk|bottomk|limitk)\b", r"^(Parameter value is NaN|Scalar value .*) -- not -- ",
     "3.5 looks at the parameter only when there are samples"),
    (r" (==|!=|<|<=|>|>=) ", r"^multiple matches for labels: .* -- not -- success",
     "3.5 looks for several matches only among the pairs for which the comparison holds"),
    (r"\bmad_over_time\(", r": NaN, not |^missing|^surplus",
     "before 3.14 a NaN in the range gave 0 or was ignored"),
    (r"\blabel_(replace|join)\(|\bor\b", r"^success -- not -- vector cannot contain metrics",
     "3.5 does not merge series that never meet"),
    (r"(\^|atan2).*%", r", not ", "% makes anything of a difference in the last bit"),
    (r"\bcount_values\b.*(exp|ln|log2|log10|sin|cos|atan|\^)", r"^missing|^surplus",
     "values told apart by their last bit"),
    (r"last_over_time\(\(", r"^missing|^surplus",
     "before 3.12 the names that a subquery marked to be dropped came back"),
    (r"\b(topk|bottomk)\b.*(\[[^\]]*:|histogram_quantile)", r"^missing|^surplus|: at |, not ",
     "equals after a subquery or histogram_quantile, as in range queries"),
]
EXPLAINED_IN_RANGES = [
    (r"\b(topk|bottomk)\b", r"^missing|^surplus|: at |, not ",
     "which of equals topk keeps depends on the order of its input, which Prometheus leaves to "
     "chance in range queries"),
    (r"\[[^\]]*:", r"^success -- not -- ",
     "3.5 evaluates subqueries up to the query's end, 3.14 up to its last step"),
]


def explanation(query, fault, is_range):
    for in_query, in_fault, reason in EXPLAINED + (EXPLAINED_IN_RANGES if is_range else []):
        if re.search(in_query, query) and re.search(in_fault, fault):
            return reason
    return ""
