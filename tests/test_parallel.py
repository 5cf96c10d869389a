"""Threads: as many as the process may have, in every pool, and BLAS has its own again once all searches are done."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from explorer import parallel
from explorer.parallel import limit_threads, map_in_threads, one_blas_thread, processors, thread_count

ROOT = Path(__file__).parents[1]


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Every pool at two threads, whatever the machine has; afterwards as it was."""
    environment, pools = dict(os.environ), (torch.get_num_threads(), cv2.getNumThreads())
    blas = min(threads_of("blas"))
    limit_threads(2)
    yield
    limit_threads(0)
    setting = threading.Thread(target=threadpool_limits, args=(blas, "blas"))  # what the tests' environment says
    setting.start()
    setting.join()
    os.environ.clear()
    os.environ.update(environment)
    torch.set_num_threads(pools[0])
    cv2.setNumThreads(pools[1])


def threads_of(api: str) -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == api}


class Held:
    """Work with one thread of BLAS that goes on until it is told to end."""

    def __init__(self) -> None:
        self._inside, self._end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        self._inside.wait(20)

    def _work(self) -> None:
        with one_blas_thread():
            self._inside.set()
            self._end.wait(20)

    def end(self) -> None:
        self._end.set()
        self._thread.join(20)


def test_blas_has_one_thread_within_overlapping_maps_and_its_own_afterwards(two_threads: None) -> None:
    assert threads_of("blas") == {2}
    for ends_first in (0, 1):
        held = [Held(), Held()]
        assert threads_of("blas") == {1}
        held[ends_first].end()
        assert threads_of("blas") == {1}, "the other is still at work"
        held[1 - ends_first].end()
        assert threads_of("blas") == {2}


def test_others_may_limit_blas_once_a_map_is_done(two_threads: None) -> None:
    map_in_threads(abs, [1, 2])
    with threadpool_limits(1, "blas"):
        assert threads_of("blas") == {1}
    assert threads_of("blas") == {2}


def test_a_limit_given_within_a_map_holds_afterwards(two_threads: None) -> None:
    held = Held()
    limit_threads(3)
    assert threads_of("blas") == {1}
    held.end()
    assert threads_of("blas") == {3}


def test_a_limit_reaches_every_pool_of_the_process(two_threads: None) -> None:
    for count in (1, 2):
        limit_threads(count)
        assert threads_of("blas") == {count}
        assert (torch.get_num_threads(), cv2.getNumThreads(), thread_count()) == (count,) * 3
        used: set[int] = set()
        barrier = threading.Barrier(count)

        def note(item: int, used: set[int] = used, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(20)  # an item is done only when all threads have one
            used.add(threading.get_ident())

        map_in_threads(note, range(2 * count))
        assert len(used) == count


def test_no_limit_leaves_the_users_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", processors)
    before = dict(os.environ)
    limit_threads(0)
    assert dict(os.environ) == before
    assert thread_count() == processors()


BUSY = """
import os, sys, time
from explorer.parallel import limit_threads, map_in_threads
limit_threads(int(sys.argv[1]))
import cv2, numpy as np, scipy.linalg
matrix = np.random.default_rng(0).normal(size=(500, 500))
picture = np.zeros((900, 900, 3), np.uint8)
map_in_threads(lambda _: matrix @ matrix, range(8))
for _ in range(8):
    matrix @ matrix, scipy.linalg.lu(matrix), cv2.GaussianBlur(picture, (31, 31), 4)
threads = [open(f"/proc/self/task/{task}/stat").read() for task in os.listdir("/proc/self/task")]
print(sum(int(thread.rpartition(")")[2].split()[11]) > 2 for thread in threads))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_one_thread_is_one_thread() -> None:
    """Threads that took processor time, as the system counts it."""
    there = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", BUSY, "1"], cwd=ROOT, env=there, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no such call")
def test_processors_are_those_that_the_process_may_run_on() -> None:
    script = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); from explorer.parallel import processors"
    )
    command = [sys.executable, "-c", f"{script}; print(processors())"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() == "1"


@pytest.mark.parametrize(("files", "most"), [
    ({"cpu.max": "150000 100000\n"}, 2), ({"cpu.max": "20000 100000"}, 1), ({"cpu.max": "max 100000"}, 64),
    ({"cpu.max": "junk"}, 64), ({"cpu.max": "100000 0"}, 64), ({}, 64),
    ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
    ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 64),
], ids=range(8))  # fmt: skip
def test_a_containers_share_of_time_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], most: int
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setattr(parallel, "_CGROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)), raising=False)
    assert processors() == most


def test_errors_and_order_are_those_of_a_plain_loop() -> None:
    def root(item: int) -> float:
        if item < 0:
            raise ValueError("no root")
        return float(np.sqrt(item))

    for count in (1, 2, 9):
        assert map_in_threads(root, list(range(count))) == [root(item) for item in range(count)]
    with pytest.raises(ValueError, match="no root"):
        map_in_threads(root, [1, -1, 4])


def test_a_map_within_a_map_comes_to_its_end(two_threads: None) -> None:
    """Both use the same threads: the inner one must not wait for those that wait for it."""
    assert map_in_threads(lambda n: sum(map_in_threads(abs, range(n))), range(12)) == [
        n * (n - 1) // 2 for n in range(12)
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_maps_with_threads_of_its_own(two_threads: None) -> None:
    map_in_threads(abs, range(8))
    child = os.fork()
    if not child:
        os._exit(0 if map_in_threads(abs, range(-8, 0)) == [8, 7, 6, 5, 4, 3, 2, 1] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
