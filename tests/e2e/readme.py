"""What the README files show works as they show it."""
import os
import re
import shlex
import signal
import tempfile

from support.cases import case, contains, equal, group, main
from support.process import TOCSIN, Process, tocsin

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
# What `tocsin query explain` of the README is asked about.
FLEET = """# TYPE gpu_temp gauge
gpu_temp{gpu="0",host="a"} 89.3 1766000060
gpu_temp{gpu="1",host="a"} 85 1766000060
gpu_temp{gpu="0",host="b"} 40 1766000060
gpu_temp{gpu="1",host="b"} 91 1765999000
# TYPE up gauge
up{host="a"} 1 1766000060
up{host="c"} 0 1766000060
# EOF
"""


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def documents():
    """README files and what else is for users."""
    examples = [f"examples/{name}/README.md" for name in sorted(os.listdir(f"{ROOT}/examples"))
                if os.path.isdir(f"{ROOT}/examples/{name}")]
    return ["README.md", "CONTRIBUTING.md", "docs/compatibility.md", "examples/README.md"] + examples


def block_with(path, text):
    """Lines of the fenced block that has `text`."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", read(path), re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if text in block).splitlines()


def commands(path):
    """Every quoted command of ours, as words; words of a prompt or a comment are left out."""
    lines = re.findall(r"^(?:\$ )?(?:build/release/)?tocsin (.*)$", read(path), re.MULTILINE)
    for words in map(shlex.split, lines + re.findall(r"`tocsin ([^`]*)`", read(path))):
        yield words[:words.index("#")] if "#" in words else words


def subcommands(help_text):
    """The names that `--help` lists."""
    listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", help_text, re.MULTILINE)
    return re.findall(r"^  (\S+)", listed[1], re.MULTILINE) if listed else []


def help_of(words):
    """`--help` of the command that the words begin with; "…" stands for any."""
    known, text = [], tocsin("--help").stdout
    for word in words:
        names = subcommands(text)
        if not names:
            return text
        known.append(names[0] if word == "…" else word)
        result = tocsin(*known, "--help")
        equal(result.returncode, 0, " ".join(known))
        text = result.stdout
    return text


@case
def every_quoted_command_is_known():
    seen = 0
    for path in documents():
        for words in commands(path):
            with group(f"{path}: tocsin {' '.join(words)}"):
                text = help_of(words)
                for flag in (word.split("=")[0] for word in words if word.startswith("-")):
                    contains(text, flag)
            seen += 1
    assert seen > 15, seen


@case
def dev_knows_what_is_asked_of_it():
    known = re.findall(r"^\./dev (\w+)", tocsin_dev_help(), re.MULTILINE)
    for path in documents():
        for name in re.findall(r"\./dev (\w+)", read(path)):
            assert name in known, f"{path}: ./dev {name}"


def tocsin_dev_help():
    return re.search(r"cmd_help\(\) \{\n  cat <<'TEXT'\n(.*?)TEXT", read("dev"), re.DOTALL)[1]


@case
def explains_as_the_readme_shows():
    def without_times(text):
        # Their columns are as wide as they are long.
        return re.sub(r" *[0-9.]+ (ns|µs|ms|s)\b", " TIME", re.sub(r" +self +total", " self total", text))

    lines = block_with("README.md", "tocsin query explain --data")
    assert lines[0].startswith("$ tocsin "), lines[0]
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        with open(f"{folder}/fleet.om", "w", encoding="utf-8") as file:
            file.write(FLEET)
        result = tocsin(*shlex.split(lines[0])[2:], cwd=folder)
        equal(result.returncode, 0, result.stderr)
        equal(without_times(result.stdout).split("\n"), without_times("\n".join(lines[1:]) + "\n").split("\n"))


def run_block(lines, cwd, storage):
    """Runs the commands of a block in order; `serve` until it is ready, on a free port."""
    for line in lines:
        words = [word for word in shlex.split(line) if not word.startswith("--storage.path=")]
        assert words[0].endswith("tocsin"), line
        if words[1] != "serve":
            result = tocsin(*words[1:], cwd=cwd)
            equal(result.returncode, 0, line + result.stdout + result.stderr)
            continue
        own = ["--web.listen-address=127.0.0.1:0", f"--storage.path={storage}"]
        with Process([TOCSIN, *words[1:], *own], cwd=cwd) as server:
            server.expect("ready to receive web requests")
            server.signal(signal.SIGTERM)
            equal(server.wait(), 0)


@case
def ones_own_files_are_checked_and_served():
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        for name, text in {"prometheus.yml": "scrape_configs: []\n",
                           "alertmanager.yml": "route: {receiver: a}\nreceivers: [{name: a}]\n"}.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        lines = [line for line in block_with("README.md", "tocsin check config") if "/tocsin " in line]
        equal(len(lines), 3)
        run_block(lines, folder, f"{folder}/data")


@case
def every_example_is_checked_and_served_as_shown():
    lines = [line for line in block_with("examples/README.md", "tocsin serve") if "tocsin " in line]
    equal(len(lines), 3)
    for name in sorted(os.listdir(f"{ROOT}/examples")):
        if not os.path.isdir(f"{ROOT}/examples/{name}"):
            continue
        with group(name), tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
            run_block([line.replace("llamactl", name) for line in lines], ROOT, f"{folder}/data")


main()
