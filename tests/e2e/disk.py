"""A disk that is full, has no inodes left or is read-only: what cannot be done is said, all else goes on."""
import contextlib
import json
import os
import subprocess
import sys
import tempfile

from support.cases import case, contains, equal, eventually, main
from support.process import TOCSIN, Tocsin, run

FILES = {"prometheus.yml": "rule_files: [rules.yml]\n",
         "rules.yml": "groups: [{name: g, interval: 1s, rules: [{alert: Always, expr: vector(1)}]}]\n"}


def enter_own_mounts():
    """Runs this program again where it may mount: nobody else sees what, and it goes with the program."""
    if os.environ.get("TOCSIN_E2E_OWN_MOUNTS"):
        return
    for unshare in (["unshare", "--user", "--map-root-user", "--mount"], ["unshare", "--mount"]):
        probe = 'mount -t tmpfs tmpfs "$0"'
        with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
            if subprocess.run(unshare + ["sh", "-c", probe, folder], stderr=subprocess.DEVNULL, check=False).returncode:
                continue
        os.environ["TOCSIN_E2E_OWN_MOUNTS"] = "1"
        os.execvp(unshare[0], unshare + [sys.executable, "-B"] + sys.argv)
    print("nothing may be mounted here\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


@contextlib.contextmanager
def disk(options):
    """A folder, whose `data` is a small disk of its own."""
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        os.mkdir(f"{folder}/data")
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", f"{folder}/data"], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", f"{folder}/data"], check=True)


def fill(folder):
    """Takes all the room; the file that has it."""
    path = os.path.join(folder, "ballast")
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return path


def refusal(folder, storage):
    """What `tocsin serve` says when it does not start with this --storage.path."""
    config = os.path.join(folder, "prometheus.yml")
    with open(config, "w", encoding="utf-8") as file:
        file.write("{}\n")
    # Without the superuser's right to write where the permissions forbid it.
    result = run("setpriv", "--bounding-set=-dac_override,-dac_read_search", TOCSIN, "serve",
                 f"--config.file={config}", f"--storage.path={storage}", "--web.listen-address=127.0.0.1:0")
    equal(result.returncode, 1, result.stderr)
    return result.stderr


def logged(path):
    """The entries of a query log that are whole."""
    entries = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            with contextlib.suppress(json.JSONDecodeError):
                entries.append(json.loads(line))
    return entries


@case
def a_full_disk_stops_neither_start_nor_queries_nor_alerts():
    with disk("size=64k") as folder:
        ballast = fill(f"{folder}/data")
        log = f"{folder}/data/query.log"
        with Tocsin(FILES, f"--query.log-file={log}", folder=folder) as server:
            server.expect(r"Queries that run will not be noted.*No space left on device \(free space")
            eventually("the alert fires", lambda: server.firing() == {"Always"})
            equal(server.value("vector(42)"), 42)
            eventually("lost lines are counted",
                       lambda: server.metric("prometheus_engine_query_log_failures_total") > 1)
            server.expect(r"Cannot write the query log.*No space left on device")
            os.remove(ballast)
            eventually("the query log goes on",
                       lambda: server.value("vector(43)") == 43 and
                       "vector(43)" in [entry["params"]["query"] for entry in logged(log)])


@case
def a_disk_without_inodes_is_named():
    with disk("size=64k,nr_inodes=1") as folder:
        storage = f"{folder}/data/below"
        equal(refusal(folder, storage),
              f'tocsin: the data folder {storage}: cannot make the folder "{storage}": No space left on device '
              "(free space or inodes on this file system); choose another with --storage.path\n")


@case
def a_read_only_disk_is_named():
    with disk("size=64k,ro") as folder:
        said = refusal(folder, f"{folder}/data")
        contains(said, f'tocsin: the data folder {folder}/data: cannot open "{folder}/data/lock": Read-only file system')
        contains(said, "--storage.path")
        equal(len(said.splitlines()), 1)


@case
def a_folder_without_permission_is_named():
    with disk("size=64k,mode=0500") as folder:
        equal(refusal(folder, f"{folder}/data"),
              f'tocsin: the data folder {folder}/data: cannot open "{folder}/data/lock": Permission denied '
              "(the process runs as user 0, who may not); choose another with --storage.path\n")


enter_own_mounts()
main()
