"""The queue for what computes: whose turn it is, what is computed once, who is sent away, and who leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

import pytest

from explorer.errors import ExplorerError
from explorer.progress import Cancelled, stage, watched
from explorer.ui.queueing import WAITING, FairQueue
from explorer.ui.turns import answered

SOON = 30


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The value of a coroutine, in a thread of its own: other tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Questions:
    """Questions that are asked in threads of their own; ``order`` has those that were computed, in their order."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue, self.order = queue, list[str]()
        self.threads: list[threading.Thread] = []
        self.errors: list[str] = []

    def ask(self, client: str, key: str | None, function: Callable[[], Any]) -> None:
        def asking() -> None:
            try:
                self.queue.compute(client, key, function)
            except ExplorerError as error:
                self.errors.append(str(error))

        before = sum(self.queue.waiting().values())
        thread = threading.Thread(target=Context().run, args=(asking,), daemon=True)
        self.threads.append(thread)
        thread.start()
        while thread.is_alive() and sum(self.queue.waiting().values()) == before:  # the order of asking is the test's
            thread.join(0.001)

    def named(self, client: str, name: str, key: str | None = None) -> None:
        self.ask(client, key, lambda: self.order.append(name))

    def named_here(self, client: str, name: str) -> None:
        self.queue.compute(client, None, lambda: self.order.append(name))

    def finish(self) -> None:
        for thread in self.threads:
            thread.join(SOON)
            assert not thread.is_alive()


@pytest.fixture
def one() -> Iterator[tuple[Questions, threading.Event]]:
    """A queue that computes one thing at a time, and is held up until the event is set."""
    questions, go_on, begun = (
        Questions(FairQueue(at_once=1, most_waiting=12, most_of_one=8)),
        threading.Event(),
        threading.Event(),
    )
    questions.ask("first", None, lambda: (begun.set(), go_on.wait(SOON)))
    assert begun.wait(SOON)
    yield questions, go_on
    go_on.set()
    questions.finish()


def test_everybodys_turn_comes_round(one: tuple[Questions, threading.Event]) -> None:
    questions, go_on = one
    for name in ("a1", "a2", "a3", "b1", "c1", "c2"):
        questions.named(name[0], name)
    go_on.set()
    questions.finish()
    assert questions.order == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_equal_questions_are_computed_once_when_the_first_of_them_has_its_turn(
    one: tuple[Questions, threading.Event],
) -> None:
    questions, go_on = one
    for name in ("a1", "a2"):
        questions.named("a", name)
    questions.named("a", "shared", "key")
    questions.named("b", "never", "key")
    questions.named("b", "other", "another key")
    go_on.set()
    questions.finish()
    assert questions.order == ["a1", "shared", "a2", "other"]
    questions.named("a", "again", "key")
    questions.finish()
    assert questions.order[-1] == "again", "what was computed is not kept"


def test_what_goes_on_with_a_question_comes_before_what_begins(one: tuple[Questions, threading.Event]) -> None:
    questions, go_on = one
    looked, stay = threading.Event(), threading.Event()

    def asking() -> None:
        questions.named_here("a", "a, first look")
        looked.set()
        questions.named_here("a", "a, answer")

    thread = threading.Thread(target=Context().run, args=(asking,))
    questions.threads.append(thread)
    thread.start()
    while not questions.queue.waiting().get("a"):
        thread.join(0.001)
    questions.ask("b", None, lambda: (questions.order.append("b1"), stay.wait(SOON)))
    questions.named("c", "c1")
    go_on.set()
    assert looked.wait(SOON)
    while not questions.queue.waiting().get("a"):
        thread.join(0.001)
    stay.set()
    questions.finish()
    assert questions.order == ["a, first look", "b1", "a, answer", "c1"]


def test_who_asks_for_too_much_is_sent_away_with_a_sentence(one: tuple[Questions, threading.Event]) -> None:
    questions, go_on = one
    for number in range(8):
        questions.named("a", f"a{number}")
    with pytest.raises(ExplorerError, match="The server is busy: 9 questions wait already"):
        questions.queue.compute("a", None, lambda: None)
    for number in range(3):
        questions.named("b", f"b{number}")
    with pytest.raises(ExplorerError, match="busy"):
        questions.queue.compute("c", None, lambda: None)
    go_on.set()
    questions.finish()
    assert len(questions.order) == 11
    assert questions.queue.compute("c", None, lambda: "served") == "served" and not questions.queue.waiting()


def test_who_goes_away_leaves_the_line_and_others_get_what_they_share(one: tuple[Questions, threading.Event]) -> None:
    questions, go_on = one
    told: list[str] = []

    def leave(words: str) -> None:
        told.append(words)
        if questions.queue.waiting().get("b"):
            raise Cancelled

    def going() -> None:
        with watched(leave), pytest.raises(Cancelled):
            questions.queue.compute("a", "key", lambda: questions.order.append("shared"))
        with watched(leave), pytest.raises(Cancelled):
            questions.queue.compute("a", "alone", lambda: questions.order.append("alone"))

    thread = threading.Thread(target=Context().run, args=(going,), daemon=True)
    questions.threads.append(thread)
    thread.start()
    while not questions.queue.waiting().get("a"):
        thread.join(0.001)
    questions.named("b", "never", "key")
    thread.join(SOON)
    assert "a" not in questions.queue.waiting() and told[0] == WAITING
    go_on.set()
    questions.finish()
    assert questions.order == ["shared"]


def test_what_nobody_waits_for_ends_where_it_next_looks() -> None:
    queue, begun, left, ended = FairQueue(at_once=1), threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        left.wait(SOON)
        try:
            stage("going on")
        except Cancelled:
            ended.set()
            raise

    def leave(words: str) -> None:
        if begun.is_set():
            raise Cancelled

    with watched(leave), pytest.raises(Cancelled):
        queue.compute("a", None, work)
    left.set()
    assert ended.wait(SOON)


def test_stages_values_and_errors_reach_everybody_who_asked() -> None:
    queue, both, heard = FairQueue(at_once=2), threading.Barrier(2), list[str]()

    def work() -> str:
        both.wait(SOON)
        stage("comparing")
        return "found"

    with watched(heard.append):
        threads = [threading.Thread(target=Context().run, args=(queue.compute, "b", None, work))]
        threads[0].start()
        assert queue.compute("a", None, work) == "found", "as many are computed at once as may be"
    threads[0].join(SOON)
    assert [words for words in heard if words not in ("", WAITING)] == ["comparing"]

    with pytest.raises(ExplorerError, match="no such work"):
        queue.compute("a", "key", fails)
    assert queue.compute("a", "outer", lambda: queue.compute("a", "inner", lambda: 7)) == 7, "a part needs no turn"


def test_a_call_whose_caller_has_gone_leaves_the_line(one: tuple[Questions, threading.Event]) -> None:
    questions, go_on = one

    async def gone() -> bool:
        return True

    async def here() -> bool:
        return False

    with pytest.raises(Cancelled):
        run(answered(lambda: questions.queue.compute("a", None, lambda: questions.order.append("a")), gone))
    while questions.queue.waiting().get("a"):
        threading.Event().wait(0.001)
    go_on.set()
    assert run(answered(lambda: questions.queue.compute("b", None, lambda: "served"), here)) == "served"
    assert questions.order == []
    with pytest.raises(ExplorerError, match="no such work"):
        run(answered(lambda: questions.queue.compute("b", None, fails), here))


def fails() -> None:
    raise ExplorerError("There is no such work.")
