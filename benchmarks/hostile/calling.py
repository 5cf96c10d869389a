"""Hostile calls of a running app: every answer is a result or a sentence, and names no folder of the computer."""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks.hostile.hostile_calls import FILE_DATA, VALID, HostileCall, hostile_call
from benchmarks.hostile.outcome import CRASH, SILENT, SLOW, UNSAID, Measured, Outcome
from benchmarks.hostile.sentences import fault_of
from benchmarks.hostile.serving import Served, served
from benchmarks.hostile.watched import ROOT, Verdict

PATIENCE = 60.0
"""Seconds until an answer that has not come will not come."""
_CLIENTS = 4
_LONG = 200_000_000


class Answer(NamedTuple):
    """What a server said."""

    status: int
    text: str


def call_api(seed: int, count: int, works: int) -> Outcome:
    """Make ``count`` hostile calls of an app over so many works, several at a time, and then a good one."""
    with Measured(Outcome("API calls")) as outcome, tempfile.TemporaryDirectory() as passing:
        with served(Path(passing), works) as app:
            endpoints = _endpoints(app)
            calls = [hostile_call(seed, number, endpoints) for number in range(count)]
            secrets = [
                str(app.pictures.parent.resolve()),
                str(ROOT),
                sys.prefix,
                str(Path.home()) + "/",
                "site-packages",
            ]
            with ThreadPoolExecutor(_CLIENTS) as clients:
                verdicts = list(clients.map(lambda call: _verdict(app, call, secrets), calls))
            for number, (call, verdict) in enumerate(zip(calls, verdicts, strict=True)):
                if verdict.kind:
                    outcome.fail(f"{number}: {call.words}", *verdict)
                else:
                    outcome.survive(verdict.how)
            _last(app, outcome)
        outcome.peak_mb = app.peak_mb
        if app.died:
            outcome.fail("all calls", CRASH, "the server died")
    return outcome


def _last(app: Served, outcome: Outcome) -> None:
    """After all of them a good call must be answered."""
    body = json.dumps({"data": ["", 50, ""]}).encode()
    found = _verdict(app, HostileCall("find()", "POST", "gradio_api/call/find", body, True), [])
    if found.how == "a result":
        outcome.survive("a result")
    else:
        outcome.fail("a good call after all others", CRASH, found.how)


def _endpoints(app: Served) -> dict[str, list[Any]]:
    """The named endpoints, each with arguments that do."""
    picture = (app.pictures / "work-000.jpg").read_bytes()
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    uploaded = _asked(
        app.address, "POST", "gradio_api/upload", head + picture + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    )
    valid = {**VALID, "picture": {"path": json.loads(uploaded.text)[0], "meta": FILE_DATA}}
    described = json.loads(_asked(app.address, "GET", "gradio_api/info", b"").text)["named_endpoints"]
    return {
        name.strip("/"): [valid[parameter["parameter_name"]] for parameter in endpoint["parameters"]]
        for name, endpoint in described.items()
    }


def _asked(address: str, method: str, path: str, body: bytes, kind: str = "application/json") -> Answer:
    """One request; an event stream is read until the event that ends it."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
    try:
        connection.request(method, f"/{path}", body or None, {"Content-Type": kind})
        response = connection.getresponse()
        if not response.getheader("Content-Type", "").startswith("text/event-stream"):
            return Answer(response.status, response.read(_LONG).decode("utf-8", "replace"))
        lines: list[str] = []
        while line := response.readline():
            lines.append(line.decode("utf-8", "replace"))
            if not line.strip() and any(one.startswith(("event: complete", "event: error")) for one in lines):
                break
        return Answer(response.status, "".join(lines))
    finally:
        connection.close()


def _verdict(  # noqa: PLR0911 (one for each way of failing)
    app: Served, call: HostileCall, secrets: list[str]
) -> Verdict:
    try:
        answer = _asked(app.address, call.method, call.path, call.body)
        if call.awaited and answer.status == 200:
            event = json.loads(answer.text)["event_id"]
            answer = _asked(app.address, "GET", f"{call.path}/{event}", b"")
    except TimeoutError:
        return Verdict(SLOW, f"no answer within {PATIENCE:g} s")
    except (OSError, http.client.HTTPException) as error:
        return Verdict(CRASH, f"connection dropped ({type(error).__name__}: {error})")
    except (ValueError, KeyError, TypeError) as error:
        return Verdict(UNSAID, f"no event: {error}")
    secret = next((secret for secret in secrets if secret in answer.text), "")
    if secret:
        return Verdict(SILENT, f"the answer names {secret}: {answer.text[:200]}")
    if answer.status >= 500:
        return Verdict(CRASH, f"{answer.status}: {answer.text[:200]}")
    if not call.awaited:
        return Verdict("", f"HTTP {answer.status // 100}xx")
    verdict = _judged(answer)
    if call.good and verdict.how != "a result" and not verdict.kind:
        return Verdict(UNSAID, f"a good call was refused: {answer.text[:200]}")
    return verdict


def _judged(answer: Answer) -> Verdict:
    """What an endpoint answered."""
    if answer.status >= 400:
        return Verdict("", "HTTP 4xx") if answer.text.strip() else Verdict(UNSAID, f"{answer.status} without a word")
    data = next((line[6:] for line in answer.text.splitlines() if line.startswith("data: ")), "")
    try:
        sent: Any = json.loads(data, parse_constant=_refused)
    except ValueError as error:
        return Verdict(UNSAID, f"no JSON ({error}): {answer.text[:200]}")
    if "event: complete" in answer.text:
        return Verdict("", "a result")
    sentence = sent.get("error") if isinstance(sent, dict) else sent
    fault = fault_of(sentence) if isinstance(sentence, str) else "no sentence"
    return Verdict(UNSAID, f"{fault}: {data[:300]}") if fault else Verdict("", "a sentence")


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
