"""The demo runs by itself: everything fires, arrives and resolves, also twice at the same time."""
import os
import signal
import tempfile

from support.cases import case, contains, equal, eventually, main
from support.process import TOCSIN, Process, http

SECONDS = 240  # It gives up by itself before.


@case
def once_ends_well_beside_another_demo():
    with Process([TOCSIN, "demo", "--plain"]) as other:
        url = other.expect(r"http://127\.0\.0\.1:\d+")[0]
        with Process([TOCSIN, "demo", "--once", "--plain"]) as demo:
            assert demo.expect(r"http://127\.0\.0\.1:\d+")[0] != url, "both use the same port"
            equal(demo.wait(SECONDS), 0, demo.output[-3000:])
            for word in ("pending", "firing", "resolved"):
                contains(demo.output.lower(), word)
        eventually("the first demo still answers", lambda: http(url + "/-/healthy").status == 200)


@case
def ctrl_c_ends_it_and_leaves_nothing():
    with tempfile.TemporaryDirectory(prefix="tocsin-e2e-") as folder:
        with Process([TOCSIN, "demo", "--plain"], env=os.environ | {"TMPDIR": folder}) as demo:
            demo.expect("Ctrl-C ends and removes everything")
            equal(len(os.listdir(folder)), 1)
            demo.signal(signal.SIGINT)
            equal(demo.wait(), 0)
        equal(os.listdir(folder), [])


main()
