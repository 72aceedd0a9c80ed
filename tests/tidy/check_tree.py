#!/usr/bin/env python3
"""Checks what the compiler does not: which folder may include which, where heavy headers may appear,
how long files and functions get, which calls are banned, and what the texts must not say.

Usage: check_tree.py ROOT [--self-test]
Prints each finding as file:line: sentence, then "N passed, N failed" (one count per rule).
Sizes above the limits are listed in ratchet.txt: they may shrink, never grow, and nothing may join.
"""
import re
import subprocess
import sys
from pathlib import Path

# docs/architecture.md, "Arrows": folder → folders whose headers it may include.
ARROWS = {
    "engine/base": set(),
    "engine/config": {"engine/base"},
    "engine/net": {"engine/base", "engine/config"},
    "engine/template": {"engine/base"},
    "engine/tsdb": {"engine/base"},
    "engine/discovery": {"engine/base", "engine/config", "engine/net"},
    "engine/remote": {"engine/base"},
    "engine/scrape": {"engine/base", "engine/config", "engine/net", "engine/discovery"},
    "promql/syntax": {"engine/base"},
    "promql/plan": {"engine/base", "promql/syntax", "promql/eval"},
    "promql/eval": {"engine/base", "promql/syntax", "promql/plan"},
    "promql/script": {"engine/base", "promql/syntax", "promql/eval"},
    "rules": {"engine/base", "engine/config", "engine/template", "promql/syntax", "promql/eval"},
    "notifiers": {"engine/base", "engine/config", "engine/net", "engine/template"},
    "engine/ui": {"engine/base"},
    "engine/api": None,  # Reads all but app.
    "engine/app": None,  # Sees all.
}
NEVER = {"engine/api": {"engine/app"}}

# Header → files that may include it. A folder stands for its .cc files.
HEAVY = {
    r"boost/beast": ["engine/net/beast_server.cc"],
    r"boost/asio|boost/system": ["engine/net/"],
    r"curl/": ["engine/net/"],
    r"ares\.h": ["engine/net/"],
    r"yaml\.h$|yaml-cpp/": ["engine/config/"],
    r"spdlog/": ["engine/base/log.cc"],
    r"nlohmann/": ["engine/api/", "engine/app/", "engine/discovery/", "notifiers/", "tests/"],
    r"CLI/": ["engine/app/"],
    r"date/": ["engine/template/"],
    r"protozero/|snappy": ["engine/remote/", "tests/"],
    r"re2/": ["engine/base/", "engine/template/", "tests/"],
    r"openssl/": ["engine/base/", "engine/net/", "engine/api/rules_api.cc", "notifiers/fingerprint.cc", "tests/"],
}

# Calls that write files, which only the file system behind base::Files makes.
FILE_CALL = r"(?<![\w:>])::"
FILES = ["engine/base/posix_files.cc"]

# Call → what to use instead, and the files that implement that.
BANNED = {
    r"system_clock::now|steady_clock::now": ("base::Clock", ["engine/base/clock.cc"]),
    r"std::regex|<regex>": ("base::Regex", []),
    r"\bstd::sto[dfil]+\b|\bstrtod\b|\batof\b": ("base::parse_float", []),
    r"\b(?:s?rand)\(|std::random_device": ("a seeded generator", []),
    r"std::c(?:out|err)\b|<iostream>": ("base::Log, or app's terminal output", []),
    r"sleep_for|sleep_until|\busleep\(|\bsleep\(": ("a condition that can be awaited", []),
    r"\bTODO\b|\bFIXME\b|\bXXX\b": ("an issue, or the work itself", []),
    FILE_CALL + r"(?:open(?:at)?|creat|rename(?:at)?|remove|unlink(?:at)?|mkdir(?:at)?|rmdir|mkdtemp|mkstemp)\(":
        ("base::Files", FILES),
    FILE_CALL + r"(?:f?truncate|fsync|fdatasync|flock|posix_fallocate)\(|\bMAP_SHARED\b": ("base::Files", FILES),
    r"\bO_(?:WRONLY|RDWR|CREAT|APPEND|TRUNC)\b": ("base::Files", FILES),
    r"\bfilesystem::(?:remove|rename|create_|copy|resize_file|permissions)": ("base::Files", FILES),
    r"\bstd::(?:basic_)?o?fstream\b|\bstd::(?:remove|rename|tmpfile)\(": ("base::Files", FILES),
    r"\bfopen\(": ("base::Files", ["engine/net/tls_setup.cc"]),  # Reads, for OpenSSL.
    # To sockets, and to pipes that wake a thread.
    FILE_CALL + r"(?:p?writev?)\(": ("base::Files", FILES + ["engine/net/", "engine/app/demo/smtp_catcher.cc"]),
    r"using namespace (?!std::(?:chrono_)?(?:string_view_)?literals)": ("qualified names", []),
}

LIMITS = {"source": 600, "header": 250, "test": 800, "function": 70}
SPEAKS_OF_OTHERS = re.compile(
    r"/work/|/root/|\bCo-Authored|\bClaude\b|\bLLM assistant\b|\bAI[- ]generated\b|\bchatgpt\b|deb\.debian\.org|registry\.npmjs",
    re.IGNORECASE)
SOURCE_SUFFIXES = {".h", ".cc"}


class Findings:
    def __init__(self):
        self.by_rule = {}

    def add(self, rule, where, sentence):
        self.by_rule.setdefault(rule, []).append(f"{where}: {sentence}")


def tracked(root):
    names = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True)
    if names.returncode == 0 and names.stdout:
        return [Path(name) for name in names.stdout.splitlines() if (root / name).is_file()]
    return [p.relative_to(root) for p in root.rglob("*") if p.is_file() and "build" not in p.parts]


def folder_of(path):
    parent = path.as_posix()
    matches = [folder for folder in ARROWS if parent.startswith(folder + "/")]
    return max(matches, key=len, default=None)


def may_include(allowed, path):
    return any(path.as_posix() == a or (a.endswith("/") and path.as_posix().startswith(a)) for a in allowed)


def check_includes(path, lines, findings):
    folder = folder_of(path)
    for number, line in enumerate(lines, 1):
        match = re.match(r'#include ([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quote, target = match.groups()
        if quote == '"' and folder:
            check_arrow(path, number, folder, target, findings)
        if quote == "<":
            check_heavy(path, number, target, findings)


def check_arrow(path, number, folder, target, findings):
    to = folder_of(Path(target))
    if target.startswith("tests/"):
        findings.add("arrows", f"{path}:{number}", f"{folder} must not include tests")
        return
    if to is None or to == folder:
        return
    allowed = ARROWS[folder]
    if (allowed is not None and to not in allowed) or to in NEVER.get(folder, set()):
        findings.add("arrows", f"{path}:{number}", f"{folder} must not include {to}")


def check_heavy(path, number, target, findings):
    for pattern, allowed in HEAVY.items():
        if not re.search("^(?:" + pattern + ")", target):
            continue
        if path.suffix == ".h" and not path.as_posix().startswith("tests/") and "_impl.h" not in path.name:
            findings.add("heavy headers", f"{path}:{number}", f"<{target}> must not appear in a header")
        elif not may_include(allowed, path):
            findings.add("heavy headers", f"{path}:{number}", f"<{target}> belongs in {', '.join(allowed)}")


def without_comment(line):
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split("//")[0]


def check_banned(path, lines, findings):
    if path.as_posix().startswith(("tests/", "bench/")):
        return
    for number, line in enumerate(lines, 1):
        for pattern, (instead, allowed) in BANNED.items():
            text = line if "TODO" in pattern else without_comment(line)
            if re.search(pattern, text) and not may_include(allowed, path):
                findings.add("banned calls", f"{path}:{number}", f"use {instead} instead of {line.strip()[:60]}")


def functions(lines):
    """(first line, length) of function bodies, by the layout clang-format gives them."""
    start = None
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        if start is None:
            opens = re.search(r"\)[^;]*\{$", line) and indent <= 4
            if opens and not re.match(r"\s*(if|for|while|switch|else|do|namespace|class|struct|enum)\b", line):
                start = (number, indent)
        elif indent <= start[1] and line.strip().startswith("}"):
            yield start[0], number - start[0] + 1
            start = None


def check_sizes(path, lines, ratchet, findings):
    name = path.as_posix()
    is_test = name.startswith(("tests/", "bench/"))
    kind = "test" if is_test else "header" if path.suffix == ".h" else "source"
    sizes = [(name, len(lines), LIMITS[kind], "file")]
    if not is_test:
        for first, length in functions(lines):
            sizes.append((f"{name}:{lines[first - 1].strip()[:50]}", length, LIMITS["function"], "function"))
    for key, size, limit, what in sizes:
        allowed = max(limit, ratchet.get(key, 0))
        if size > allowed:
            findings.add("sizes", name, f"{what} has {size} lines, at most {allowed}: {key}")


def check_text(path, lines, findings):
    for number, line in enumerate(lines, 1):
        if SPEAKS_OF_OTHERS.search(line) and path.name != "check_tree.py":
            findings.add("own words", f"{path}:{number}", f"names something outside the project: {line.strip()[:80]}")


def read_ratchet(root):
    file = root / "tests/tidy/ratchet.txt"
    out = {}
    if file.exists():
        for line in file.read_text().splitlines():
            if line and not line.startswith("#"):
                size, key = line.split(" ", 1)
                out[key] = int(size)
    return out


def check(root):
    findings = Findings()
    ratchet = read_ratchet(root)
    for path in tracked(root):
        try:
            lines = (root / path).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        check_text(path, lines, findings)
        if path.suffix in SOURCE_SUFFIXES:
            check_includes(path, lines, findings)
            check_banned(path, lines, findings)
            check_sizes(path, lines, ratchet, findings)
    return findings


def self_test():
    """Each rule must be able to fail."""
    findings = Findings()
    tsdb = Path("engine/tsdb/x.h")
    check_includes(tsdb, ['#include "promql/eval/query.h"', "#include <boost/beast.hpp>"], findings)
    banned = ["auto t = std::chrono::system_clock::now();", "const int file = ::open(path, flags);",
              "::ftruncate(file, 0);", "open(path, O_WRONLY | O_CLOEXEC);", "std::filesystem::remove_all(path);",
              "std::ofstream(path) << text;", "std::FILE* file = fopen(path, mode);", "::write(file, text, bytes);"]
    allowed = ["auto file = Connection::open(reactor);", "std::ifstream in(path);", "void Columns::write(int row) {"]
    check_banned(tsdb, banned + allowed, findings)
    found = [finding.split(":")[1] for finding in findings.by_rule.get("banned calls", [])]
    if found != [str(number) for number in range(1, len(banned) + 1)]:
        return {f"banned calls, which found lines {found} of {banned + allowed}"}
    check_sizes(tsdb, ["void f() {"] + ["  x;"] * 80 + ["}"], {}, findings)
    check_text(Path("README.md"), ["see /work/main"], findings)
    return {"arrows", "heavy headers", "banned calls", "sizes", "own words"} - set(findings.by_rule)


def main(arguments):
    silent = self_test()
    if silent:
        print(f"rules that cannot fail: {sorted(silent)}")
        print("0 passed, 1 failed")
        return 1
    findings = check(Path(arguments[0]).resolve())
    rules = ["arrows", "heavy headers", "banned calls", "sizes", "own words"]
    for rule in rules:
        for finding in findings.by_rule.get(rule, []):
            print(f"{rule}: {finding}")
    failed = sum(1 for rule in rules if rule in findings.by_rule)
    print(f"{len(rules) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
