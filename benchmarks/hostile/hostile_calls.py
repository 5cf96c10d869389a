"""Hostile calls of the app's web API: every named endpoint with every kind of argument, and addresses that are none."""

from __future__ import annotations

import json
import random
from typing import Any, NamedTuple
from urllib.parse import quote

FILE_DATA = {"_type": "gradio.FileData"}
_DEEP: list[Any] = []
for _ in range(60):
    _DEEP = [_DEEP]
HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**400, 1e308, -0.5, float("nan"), float("inf"), "", " ", "0", "null",
    "a" * 100_000,
    "\0", "%00", "a.jpg\0.png", "../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/",
    "<script>alert(1)</script>", "' OR 1=1 --", "\ud800", "\u202e\U0001f410", "{{7*7}}", "NaN", [], {}, [None], [[]],
    [0] * 10_000,
    {"file": None}, {"file": "work-000.jpg", "box": [9, 9, 1, 1]}, {"a": {"b": {"c": []}}}, _DEEP, [1, 2, 3],
    [0, 0, float("nan"), 5], [-1e9, -1e9, 1e9, 1e9], ["a", "b", "c", "d"], [0, 0, 0, 0], [10**400] * 4,
    {"path": "/etc/passwd", "meta": FILE_DATA}, {"path": "/etc/passwd"}, {"path": "../../x.jpg", "meta": FILE_DATA},
    {"url": "http://127.0.0.1:9/a.jpg", "path": "a.jpg", "meta": FILE_DATA}, {"path": None, "meta": FILE_DATA},
    {"path": "\0", "meta": FILE_DATA}, {"path": ["a"], "meta": FILE_DATA}, {"meta": FILE_DATA}, {"__type__": "update"},
    {"url": "file:///etc/passwd", "path": "a.jpg", "meta": FILE_DATA}, [{"path": "/etc/passwd", "meta": FILE_DATA}],
    [{"file": "work-000.jpg", "weight": "heavy"}] * 9, [{"text": "x", "weight": -1}], [{"file": "work-000.jpg"},
    {"text": ""}],
)  # fmt: skip
"""Arguments. A few of them are fine for some endpoints."""
VALID: dict[str, Any] = {
    "text": "title", "limit": 5, "collection": "", "file": "work-000.jpg", "box": [10, 10, 90, 90], "top": 3,
    "per_work": 1,
    "own": True, "x": 60.0, "y": 50.0, "first": "work-000.jpg", "second": "work-001.jpg", "first_box": None,
    "second_box": None, "query": {"file": "work-000.jpg", "box": [0, 0, 80, 80]}, "match": {"file": "work-001.jpg"},
    "verdict": "accepted", "note": "", "who": "", "judgement": 1, "layout": False, "prompts": "a mill\na ship",
    "parts": [{"file": "work-000.jpg", "box": [10, 10, 90, 90]}, {"text": "snow"}], "picture": None,
    "label_set": "", "templates": "", "threshold": None, "against": "", "keep": "", "name": "By label",
    "words": "a mill", "within": None,
}  # fmt: skip
"""An argument that does, for every parameter that there is; a picture must be uploaded first."""
_MAY_REFUSE = ("withdraw", "register", "remove_column", "restore_column", "motifs")
"""Endpoints that may answer a good call with a sentence: that it was withdrawn before, that nothing agrees, that no
such column was kept, that nobody looked for motifs yet."""
_BODIES = (
    b"", b"{", b"[]", b"null", b'"data"', b'{"data": null}', b'{"data": 5}', b'{"data": {"text": "a"}}',
    b'{"data": "abc"}',
    b'{"fn_index": 0}', b'{"data": [' + b"[" * 3000 + b"]" * 3000 + b"]}",
        b'{"data": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    b'{"data": ["\\ud800"]}', b'{"data": [NaN]}', b"\xff\xfe\0", b'{"data": ["' + b"x" * 3_000_000 + b'"]}',
    b'{"data": [1' + b"0" * 5000 + b"]}", b'{"data": [], "data": [1]}', b'{"data": [], "session_hash": {"a": 1}}',
    b'{"data": [], "fn_index": 99999}', b'{"data": [], "trigger_id": "x", "event_data": [1]}',
)  # fmt: skip
_ADDRESSES = (
    "gradio_api/call/absent", "gradio_api/call/", "gradio_api/call/%00", "gradio_api/call/..%2f..%2fetc%2fpasswd",
    "gradio_api/call/find/absent", "gradio_api/call/find/%00", "gradio_api/run/absent", "gradio_api/run/find",
    "gradio_api/api/find",
    "gradio_api/file=/etc/passwd", "gradio_api/file=%00", "gradio_api/file=..%2f..%2fetc%2fpasswd", "gradio_api/file=",
    "gradio_api/file/absent", "gradio_api/proxy=http://127.0.0.1:9/", "gradio_api/queue/join", "gradio_api/queue/data",
    "gradio_api/queue/data?session_hash=%00", "gradio_api/component_server", "gradio_api/upload",
    "gradio_api/heartbeat/x%00",
    "gradio_api/startup-events", "gradio_api/cancel", "gradio_api/reset", "gradio_api/" + "x" * 5000, "absent",
    "%00", "static/%2e%2e/x",
    "assets/..%2f..%2fx", "custom_component/a/b/c/d", "gradio_api/deep_link?session_hash=a", "config%00",
    "?collection=%00",
    "?work=%00&box=NaN", "?collection=..%2f..", "login", "monitoring", "gradio_api/process_recording",
    "gradio_api/stream/a/b/c",
)  # fmt: skip


class HostileCall(NamedTuple):
    """One request: a method, an address after the app's own, a body, whether the answer comes as an event, and whether
    it must be a result, since nothing is wrong with the call."""

    words: str
    method: str
    path: str
    body: bytes
    awaited: bool
    good: bool = False


def hostile_call(seed: int, number: int, endpoints: dict[str, list[Any]]) -> HostileCall:
    """The call of a ``number``, for ``endpoints`` with arguments that do: two in three are calls of them."""
    rng = random.Random(f"{seed}/{number}")
    if number % 6 == 4:
        body, name = rng.choice(_BODIES), rng.choice(sorted(endpoints))
        return HostileCall(f"{name} with a body of {body[:40]!r}", "POST", f"gradio_api/call/{name}", body, True)
    if number % 6 == 5:
        path, method = rng.choice(_ADDRESSES), rng.choice(("GET", "POST", "POST", "PUT", "DELETE", "HEAD"))
        body = rng.choice((b"", b"{}", b'{"data": []}', rng.choice(_BODIES[:9]))) if method != "GET" else b""
        return HostileCall(f"{method} {path[:60]} with {body[:30]!r}", method, path, body, False)
    name = sorted(endpoints)[number % len(endpoints)]
    arguments = _arguments(rng, endpoints[name])
    body = json.dumps({"data": arguments}).encode()
    shown = json.dumps(arguments)
    words = f"{name}({shown if len(shown) < 160 else shown[:150] + '...'})"
    is_good = shown == json.dumps(endpoints[name]) and name not in _MAY_REFUSE
    return HostileCall(words, "POST", f"gradio_api/call/{quote(name)}", body, True, is_good)


def _arguments(rng: random.Random, valid: list[Any]) -> list[Any]:
    """One hostile argument among valid ones, or several; now and then too few or too many."""
    arguments = list(valid)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 6))):
        arguments[rng.randrange(len(arguments))] = rng.choice(HOSTILE)
    return rng.choice(
        (arguments,) * 4 + (arguments[: rng.randrange(len(arguments))], [*arguments, rng.choice(HOSTILE)])
    )
