"""A server on this machine that answers as institutions do: manifests as a test writes them, image services of every
version that refuse what their version and level do not have, and whatever goes wrong when a test asks for it."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from PIL import Image

HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


@dataclass
class Reply:
    """An answer that is not a matter of course."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """After how many bytes of the body the connection breaks off."""
    etag: str = ""
    """Asked with it, the answer is 304."""


@dataclass
class Service:
    """A picture at the Image API."""

    size: tuple[int, int]
    version: int = 2
    level: int = 1
    sizes: tuple[tuple[int, int], ...] = ()
    info: dict[str, Any] = field(default_factory=dict)
    """What ``info.json`` has besides."""

    def info_json(self, base: str) -> dict[str, Any]:
        context = {1: "http://library.stanford.edu/iiif/image-api/1.1/context.json"}.get(
            self.version, f"http://iiif.io/api/image/{self.version}/context.json"
        )
        profile = {
            1: f"http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level{self.level}",
            2: [f"http://iiif.io/api/image/2/level{self.level}.json"], 3: f"level{self.level}",
        }[self.version]  # fmt: skip
        record = {"@context": context, ("id" if self.version == 3 else "@id"): base, "profile": profile,
                  "width": self.size[0], "height": self.size[1]}  # fmt: skip
        if self.sizes:
            record["sizes"] = [{"width": width, "height": height} for width, height in self.sizes]
        return {**record, **self.info}

    def sized(self, region: str, size: str, quality: str) -> tuple[int, int] | None:
        """The size of the answer to a request; None where this server refuses it."""
        width, height = self.size
        if region != "full":
            width, height = (int(side) for side in region.split(",")[2:])
        if quality != ("native" if self.version == 1 else "default"):
            return None
        if size == ("max" if self.version == 3 else "full"):
            return width, height
        if self.level == 0:
            ready = {(f"{w},{h}" if self.version == 3 else f"{w},"): (w, h) for w, h in self.sizes}
            return ready.get(size) if region == "full" else None
        if found := re.fullmatch(r"(\d+),(\d*)", size):
            across = int(found[1])
            return (across, int(found[2] or round(height * across / width))) if across <= width else None
        return None


def picture(seed: int, size: tuple[int, int], kind: str = "JPEG") -> bytes:
    """A picture of its own."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)
    made = io.BytesIO()
    Image.fromarray(small).resize(size).save(made, kind)
    return made.getvalue()


class Museum(ThreadingHTTPServer):
    """``replies`` by path: a reply, a document, or a list of them to be given one after another (the last stays)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: dict[str, Any] = {}
        self.services: dict[str, Service] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.held: dict[str, threading.Event] = {}
        """Paths that are answered when the event is set."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def serve_image(self, name: str, service: Service) -> str:
        """Serve a picture; its base address."""
        self.services[name] = service
        return f"{self.base}/image/{name}"

    def counts(self, part: str = "/image/") -> Counter[str]:
        """How often each address was asked for that has ``part`` in it."""
        return Counter(path for path in self.asked if part in path)

    def pictures(self) -> Counter[str]:
        """The same of pictures alone."""
        return Counter(path for path in self.asked if path.endswith((".jpg", ".png")))


class Handler(BaseHTTPRequestHandler):
    server: Museum
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        museum, path = self.server, self.path
        museum.asked.append(path)
        museum.agents.add(self.headers.get("User-Agent", ""))
        if event := museum.held.get(path):
            event.wait(30)
        self.close_connection = True
        reply = museum.replies.get(path)
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if reply is None:
            reply = self._image(path)
        if not isinstance(reply, Reply):
            reply = Reply(json.dumps(reply).encode(), headers={"Content-Type": "application/ld+json"})
        self._send(reply)

    def _image(self, path: str) -> Reply:
        found = re.fullmatch(r"/image/(\w+)/(?:info\.json|([^/]+)/([^/]+)/[^/]+/(\w+)\.jpg)", path)
        service = self.server.services.get(found[1]) if found else None
        if not found or service is None:
            return Reply(b"Not found", 404)
        if not found[2]:
            return Reply(json.dumps(service.info_json(f"{self.server.base}/image/{found[1]}")).encode())
        size = service.sized(found[2], found[3], found[4])
        number = list(self.server.services).index(found[1])
        return Reply(picture(number, size)) if size else Reply(b"Bad request", 400)

    def _send(self, reply: Reply) -> None:
        if reply.etag and self.headers.get("If-None-Match") == reply.etag:
            reply = Reply(b"", 304)
        self.send_response(reply.status)
        if reply.etag:
            self.send_header("ETag", reply.etag)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in reply.headers and "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the reader had enough
            self.wfile.write(reply.body if reply.cut_at is None else reply.body[: reply.cut_at])

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


def packed(document: Any) -> Reply:
    """A document, compressed."""
    return Reply(gzip.compress(json.dumps(document).encode()), headers={"Content-Encoding": "gzip"})


def canvas3(
    address: str, service: str, label: Any = "f. 1", size: tuple[int, int] = (600, 400), version: int = 3
) -> dict:
    """A canvas of version 3."""
    return {
        "id": address, "type": "Canvas", "label": {"none": [label]} if isinstance(label, str) else label,
        "width": size[0], "height": size[1],
        "items": [{"type": "AnnotationPage", "items": [{
            "type": "Annotation", "motivation": "painting", "target": address,
            "body": {"id": f"{service}/full/max/0/default.jpg", "type": "Image", "format": "image/jpeg",
                     "service": [{"id": service, "type": f"ImageService{version}", "profile": "level1"}]},
        }]}],
    }  # fmt: skip


def manifest3(address: str, canvases: list[dict], label: str = "A Mill", **more: Any) -> dict:
    """A manifest of version 3."""
    return {"@context": "http://iiif.io/api/presentation/3/context.json", "id": address, "type": "Manifest",
            "label": {"en": [label]}, "items": canvases, **more}  # fmt: skip


def canvas2(address: str, service: Any, label: Any = "f. 1", image: str = "", **more: Any) -> dict:
    """A canvas of version 2; ``service`` is a record, a list or None."""
    resource = {"@id": image or f"{address}.jpg", "@type": "dctypes:Image"}
    resource |= {} if service is None else {"service": service}
    return {"@id": address, "@type": "sc:Canvas", "label": label, "width": 600, "height": 400,
            "images": [{"@type": "oa:Annotation", "motivation": "sc:painting", "on": address, "resource": resource}],
            **more}  # fmt: skip


def manifest2(address: str, canvases: list[dict], label: Any = "A Mill", **more: Any) -> dict:
    """A manifest of version 2."""
    return {"@context": "http://iiif.io/api/presentation/2/context.json", "@id": address, "@type": "sc:Manifest",
            "label": label, "sequences": [{"@type": "sc:Sequence", "canvases": canvases}], **more}  # fmt: skip
