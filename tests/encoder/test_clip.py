"""The encoder of CLIPs: nothing of a picture is lost, batches change nothing, models come from folders and a hub."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from generated import folder_of, ground, work
from PIL import Image

from explorer.config import Config
from explorer.encoder import Encoding, open_encoder
from explorer.encoder.clip import ClipEncoder
from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def config(clip_folder: Path) -> Config:
    return Config(model=str(clip_folder), resolution=448)


@pytest.fixture(scope="module")
def clip_encoder(config: Config) -> ClipEncoder:
    return open_encoder(config)


def encoded(encoder, *images: Image.Image) -> list[Encoding]:
    return encoder.encode([encoder.prepare(image, *image.size) for image in images])


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (300, 300), (1200, 300), (200, 1000), (4000, 50), (16, 16)])
def test_the_grid_has_the_pictures_shape(clip_encoder, size: tuple[int, int]) -> None:
    rows, columns = clip_encoder.grid_shape(*size)
    (encoding,) = encoded(clip_encoder, ground(1, *size) if min(size) >= 50 else Image.new("RGB", size, "teal"))
    assert encoding.match.shape == encoding.joint.shape == (rows, columns)
    assert max(rows, columns) == 448 / 16
    assert min(rows, columns) >= 2
    short = max(rows, columns) * min(size) / max(size)
    assert min(rows, columns) == max(2, round(short))


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("size", [(640, 320), (320, 640)])
def test_a_detail_in_a_corner_changes_that_corner_most(clip_encoder, size: tuple[int, int], corner) -> None:
    """A centre crop would lose it: corners of long pictures lie outside."""
    plain = ground(2, *size)
    marked = plain.copy()
    side = 64
    marked.paste(work(3, side, side), (corner[0] * (size[0] - side), corner[1] * (size[1] - side)))
    before, after = encoded(clip_encoder, plain, marked)
    for kind in ("match", "joint"):
        change = np.linalg.norm(getattr(after, kind).vectors - getattr(before, kind).vectors, axis=2)
        rows, columns = change.shape
        deep, wide = max(1, round(rows * side / size[1])), max(1, round(columns * side / size[0]))
        here = change[:deep] if corner[1] == 0 else change[-deep:]
        here = here[:, :wide] if corner[0] == 0 else here[:, -wide:]
        assert here.mean() > 2 * change.mean(), kind
        row, column = np.unravel_index(change.argmax(), change.shape)
        assert (row < deep) == (corner[1] == 0)
        assert (column < wide) == (corner[0] == 0)


def test_vectors_in_the_space_of_words_have_unit_length(clip_encoder) -> None:
    for encoding in encoded(clip_encoder, work(1, 400, 300), Image.new("RGB", (400, 300), "black")):
        np.testing.assert_allclose(np.linalg.norm(encoding.joint.vectors, axis=2), 1, atol=1e-4)
        assert np.linalg.norm(encoding.whole) == pytest.approx(1, abs=1e-4)
        assert np.isfinite(encoding.match.vectors).all()
        assert encoding.joint.vectors.shape[2] == len(encoding.whole) == clip_encoder.words(["a"]).shape[1]


def test_a_batch_gives_what_single_pictures_give(clip_encoder) -> None:
    images = [work(n, 320, 240) for n in range(5)]
    for alone, together in zip((encoded(clip_encoder, image)[0] for image in images), encoded(clip_encoder, *images),
                               strict=True):  # fmt: skip
        for kind in ("match", "joint"):
            ours, theirs = getattr(alone, kind).vectors, getattr(together, kind).vectors
            np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
        np.testing.assert_allclose(alone.whole, together.whole, atol=1e-4)


def test_the_same_picture_gives_the_same_vectors(clip_encoder, config: Config) -> None:
    first, second = (encoded(clip_encoder, work(4, 320, 240))[0] for _ in range(2))
    np.testing.assert_array_equal(first.match.vectors, second.match.vectors)
    assert open_encoder(config).hash == clip_encoder.hash


def test_different_pictures_differ(clip_encoder) -> None:
    first, second = encoded(clip_encoder, work(5, 320, 240), work(6, 320, 240))
    assert first.whole @ second.whole < 0.9999


def test_preparing_keeps_all_of_the_picture(clip_encoder) -> None:
    """Left half red, right half blue: so it stays, at the size of the grid."""
    image = Image.new("RGB", (900, 300), "red")
    image.paste("blue", (450, 0, 900, 300))
    prepared = np.asarray(clip_encoder.prepare(image, 900, 300))
    assert prepared.shape[:2] == tuple(side * 16 for side in clip_encoder.grid_shape(900, 300))
    middle = prepared.shape[1] // 2
    assert (prepared[:, : middle - 4, 0] > 200).all()
    assert (prepared[:, middle + 4 :, 2] > 200).all()


# -- words -------------------------------------------------------------------------------------------------------------

TEXTS = ["a windmill", "a ship at sea", "", " ", "w" * 10_000, "a windmill " * 500, "brûlée – „Höllensturz“ 画 💣"]
TEXTS += ["\0", "\ud800"]


def test_words_have_unit_length_whatever_they_are(clip_encoder) -> None:
    vectors = clip_encoder.words(TEXTS)
    assert vectors.shape[0] == len(TEXTS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_words_do_not_depend_on_their_neighbours(clip_encoder) -> None:
    together = clip_encoder.words(TEXTS)
    for text, expected in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(clip_encoder.words([text])[0], expected, atol=1e-4)


def test_different_words_differ(clip_encoder) -> None:
    mill, ship = clip_encoder.words(["a windmill", "a ship at sea"])
    assert mill @ ship < 0.9999


# -- models from folders -----------------------------------------------------------------------------------------------


def test_a_saved_model_loads_with_its_own_colours(clip_folder: Path) -> None:
    from transformers import CLIPModel

    encoder = open_encoder(Config(model=str(clip_folder)))
    assert encoder.note == ""
    model = CLIPModel.from_pretrained(clip_folder)
    assert encoder.logit_scale == pytest.approx(float(model.logit_scale.detach().exp()), rel=1e-3)
    assert encoder.words(["a mill"]).shape == (1, model.config.projection_dim)
    grey = encoder.prepare(Image.new("RGB", (64, 64), (128, 128, 128)), 64, 64)
    normalised = encoder._pixels([grey]).numpy()
    np.testing.assert_allclose(normalised, (128 / 255 - 0.5) / 0.25, atol=1e-4)


@pytest.mark.parametrize("layer", [1, -4, -12])
def test_a_layer_that_is_not_there_is_refused(clip_folder: Path, layer: int) -> None:
    with pytest.raises(ExplorerError, match="3 blocks"):
        open_encoder(Config(model=str(clip_folder), match_layer=layer))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json", "preprocessor_config.json"])
@pytest.mark.parametrize("content", [None, b"", b"[]"], ids=["missing", "empty", "brackets"])
def test_a_damaged_clip_folder_is_one_sentence(clip_folder: Path, tmp_path: Path, file: str, content) -> None:
    broken = shutil.copytree(clip_folder, tmp_path / "broken")
    (broken / file).unlink() if content is None else (broken / file).write_bytes(content)
    with pytest.raises(ExplorerError, match="does not hold a CLIPModel") as caught:
        open_encoder(Config(model=str(broken)))
    assert "\n" not in str(caught.value)


def test_a_model_with_weights_missing_is_refused(clip_folder: Path, tmp_path: Path) -> None:
    """transformers would fill them up with random numbers and only warn."""
    from safetensors.numpy import load_file, save_file

    partial = shutil.copytree(clip_folder, tmp_path / "partial")
    weights = load_file(partial / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, partial / "model.safetensors", {"format": "pt"})
    with pytest.raises(ExplorerError, match=r"visual_projection\.weight"):
        open_encoder(Config(model=str(partial)))


@pytest.mark.parametrize("change", [{"model_type": "siglip"}, {"model_type": "bert"}, {"projection_dim": 32}])
def test_a_model_of_another_kind_or_shape_is_refused(clip_folder: Path, tmp_path: Path, change: dict) -> None:
    changed = shutil.copytree(clip_folder, tmp_path / "changed")
    config = json.loads((changed / "config.json").read_text("utf-8"))
    (changed / "config.json").write_text(json.dumps({**config, **change}), "utf-8")
    with pytest.raises(ExplorerError, match="does not hold a CLIPModel"):
        open_encoder(Config(model=str(changed)))


@pytest.mark.parametrize("name", ["./absent", "/absent/model", "a/b/c", "../absent"])
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(name: str) -> None:
    with pytest.raises(ExplorerError, match="no model folder"):
        open_encoder(Config(model=name))


# -- models from a hub -------------------------------------------------------------------------------------------------


class Hub(BaseHTTPRequestHandler):
    """As much of the model hub as fetching one model takes."""

    protocol_version = "HTTP/1.1"
    folder: Path
    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(f"{self.command} {path}")
        name = re.sub(r"^/someone/tiny-clip/resolve/(main|a{40})/", "", path)
        file = self.folder / name
        if path == "/":
            self._send(200, b"a hub", {}, with_body)
        elif path == "/api/models/someone/tiny-clip":
            files = [{"rfilename": path.name} for path in sorted(self.folder.iterdir())]
            record = {"id": "someone/tiny-clip", "modelId": "someone/tiny-clip", "sha": "a" * 40, "siblings": files}
            self._send(200, json.dumps(record).encode(), {"Content-Type": "application/json"}, with_body)
        elif name != path and "/" not in name and file.is_file():
            headers = {"ETag": f'"{name}"', "X-Repo-Commit": "a" * 40, "Accept-Ranges": "bytes"}
            self._send(200, file.read_bytes(), headers, with_body)
        else:
            kind = "EntryNotFound" if "/someone/tiny-clip" in path else "RepoNotFound"
            self._send(404, b"{}", {"X-Error-Code": kind, "X-Repo-Commit": "a" * 40}, with_body)

    def _send(self, status: int, body: bytes, headers: dict[str, str], with_body: bool) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@pytest.fixture
def hub(clip_folder: Path) -> Iterator[ThreadingHTTPServer]:
    handler = type("ThisHub", (Hub,), {"folder": clip_folder, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def explorer(home: Path, endpoint: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with a hub and a model cache of its own."""
    settings = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    settings |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "explorer", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120, check=False)


def closed_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


def test_a_model_is_fetched_from_the_hub_once_and_then_used_offline(hub, tmp_path: Path) -> None:
    folder, home, cache = folder_of(tmp_path / "pictures", 2, size=(120, 90)), tmp_path / "home", tmp_path / "cache"
    endpoint = f"http://127.0.0.1:{hub.server_port}"
    done = explorer(home, endpoint, "index", folder, "--name", "c", "--model", "someone/tiny-clip", "--cache", cache,
                    "--resolution", 96, "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["works"] == 2
    assert any("GET" in request and "model.safetensors" in request for request in hub.RequestHandlerClass.asked)
    hub.shutdown()
    nowhere = f"http://127.0.0.1:{closed_port()}"
    done = explorer(home, nowhere, "search", "c", "--text", "a windmill", "--cache", cache, "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["matches"]) == 2


def test_without_a_hub_one_clear_error_names_the_embedded_model(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path / "pictures", 1, size=(120, 90)), tmp_path / "cache"
    nowhere = f"http://127.0.0.1:{closed_port()}"
    done = explorer(tmp_path / "home", nowhere, "index", folder, "--name", "c", "--cache", cache, "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "--model mini" in done.stderr
    assert "openai/clip-vit-base-patch16" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not cache.exists()


def test_a_model_that_the_hub_does_not_have_is_one_clear_error(hub, tmp_path: Path) -> None:
    folder, endpoint = folder_of(tmp_path / "pictures", 1, size=(120, 90)), f"http://127.0.0.1:{hub.server_port}"
    done = explorer(tmp_path / "home", endpoint, "index", folder, "--name", "c", "--model", "someone/absent",
                    "--cache", tmp_path / "cache")  # fmt: skip
    assert done.returncode == 1
    assert "someone/absent" in done.stderr
    assert "--model mini" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_bfloat16_gives_the_same_vectors_but_for_rounding(clip_encoder: ClipEncoder, config: Config) -> None:
    half = open_encoder(replace(config, bfloat16=True))
    assert half.hash != clip_encoder.hash
    prepared = half.prepare(work(4), 480, 360)
    there, here = half.encode([prepared])[0], clip_encoder.encode([prepared])[0]
    assert there.match.vectors.dtype == there.joint.vectors.dtype == there.whole.dtype == np.float32
    for one, other in ((there.match.vectors, here.match.vectors), (there.joint.vectors, here.joint.vectors)):
        cosines = (unit_rows(one) * unit_rows(other)).sum(-1)
        assert cosines.min() > 0.999
    assert float(there.whole @ here.whole) > 0.999
    np.testing.assert_allclose(half.words(["a mill"]), clip_encoder.words(["a mill"]), atol=1e-6)
