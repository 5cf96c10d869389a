"""A projection computed in a process of its own, which tells how far it is and can be ended."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

import numpy as np

from explorer.errors import ExplorerError
from explorer.maps.projection import FEWEST, USUAL, Neighbours, Umap, project
from explorer.progress import Progress, silent, stage

_CHILD = "from explorer.maps.apart import answer; answer()"
_SAID = "\x1e"  # begins a line of progress of the child
_STEP = 0.1  # seconds between two looks at the child


def project_apart(
    vectors: np.ndarray, how: Umap = USUAL, found: Neighbours | None = None, progress: Progress = silent
) -> np.ndarray:
    """As :func:`project`, in a process that then ends: UMAP and its compiler take some 350 MB, which a server would
    keep for as long as it runs.

    A watcher of the work (:mod:`explorer.progress`) that raises, as ``progress`` may, ends that process. Raises
    :class:`ExplorerError` when it fails.
    """
    if len(vectors) < FEWEST or not sys.executable:
        return project(vectors, how, found, progress)
    place = {**os.environ, "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)}
    command = [sys.executable, "-c", _CHILD]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=place) as child:
        talk = _Talk(child, _packed(vectors, how, found))
        try:
            while not talk.over():
                stage()
                for words, done, total in talk.reports():
                    progress(words, done, total)
                time.sleep(_STEP)
        except BaseException:
            child.kill()
            raise
        finally:
            talk.end()
    if child.returncode:
        reason = talk.last or f"exit status {child.returncode}"
        raise ExplorerError(f"The map could not be computed ({reason[:200]}); open it again to try once more.")
    return np.load(io.BytesIO(talk.answer), allow_pickle=False)


def answer() -> None:
    """The other end of :func:`project_apart`: a question from standard input, places to standard output, progress to
    standard error."""

    def report(words: str, done: int, total: int) -> None:
        sys.stderr.write(f"{_SAID}{json.dumps([words, done, total])}\n")
        sys.stderr.flush()

    asked = io.BytesIO(sys.stdin.buffer.read())
    how = Umap(**json.loads(asked.readline()))
    vectors, rows, cosines = (np.load(asked, allow_pickle=False) for _ in range(3))
    np.save(sys.stdout.buffer, project(vectors, how, (rows, cosines) if rows.size else None, report))


def _packed(vectors: np.ndarray, how: Umap, found: Neighbours | None) -> bytes:
    written = io.BytesIO()
    written.write(json.dumps(asdict(how)).encode() + b"\n")
    none = np.zeros((0, 0), np.float32)
    for array in (vectors, *(found or (none, none))):
        np.save(written, array)
    return written.getvalue()


class _Talk:
    """The three pipes of a child, each served by a thread, so that none of them fills up."""

    def __init__(self, child: subprocess.Popen[bytes], question: bytes) -> None:
        self.answer, self.last = b"", ""
        self._child = child
        self._reports: list[tuple[str, int, int]] = []
        self._threads = [
            threading.Thread(target=self._served, args=(each,), daemon=True)
            for each in (lambda: self._ask(question), self._listen, self._read)
        ]
        for thread in self._threads:
            thread.start()

    def over(self) -> bool:
        return self._child.poll() is not None

    def reports(self) -> list[tuple[str, int, int]]:
        """What was reported since the last time."""
        reported, self._reports = self._reports, []
        return reported

    def end(self) -> None:
        self._child.wait()
        for thread in self._threads:
            thread.join()

    @staticmethod
    def _served(serve: Callable[[], None]) -> None:
        with suppress(OSError, ValueError):  # the child ended, which its exit status tells
            serve()

    def _ask(self, question: bytes) -> None:
        if self._child.stdin:
            with self._child.stdin as pipe:
                pipe.write(question)

    def _read(self) -> None:
        self.answer = self._child.stdout.read() if self._child.stdout else b""

    def _listen(self) -> None:
        for line in self._child.stderr or ():
            text = line.decode("utf-8", "replace").strip("\n")
            if text.startswith(_SAID):
                words, done, total = json.loads(text.removeprefix(_SAID))
                self._reports.append((words, done, total))
            elif text.strip():
                self.last = text.strip()
