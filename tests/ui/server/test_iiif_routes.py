"""The IIIF services as a viewer meets them over the network: Image API 3.0 level 2, manifests, who may read them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from generated import SMALL, ground
from PIL import Image

from explorer.collection import open_picture
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui.server.guard import Access
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

LARGE = "scans/A&B #1 50%.png"
SIZE = (2600, 1300)
TITLE = '<script>alert("title")</script>'
VIEWER, OTHER = "https://viewer.example", "https://other.example"


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two works: one larger than the copies for the screen, with an awkward name and title, and a small one."""
    folder = tmp_path_factory.mktemp("scans")
    (folder / "scans").mkdir()
    large = ground(3, *SIZE)
    large.putpixel((0, 0), (255, 0, 0))
    large.save(folder / LARGE)
    ground(4, 300, 200).save(folder / "small.png")
    catalogue = folder / "catalogue.csv"
    catalogue.write_text(f'file,title,credit line\n"{LARGE}","{TITLE.replace(chr(34), chr(34) * 2)}","Gift, 1900"\n')
    cache = tmp_path_factory.mktemp("cache")
    index_folder(folder, "scans", cache, SMALL, metadata=catalogue)
    return Workspace.open("scans", cache)


@pytest.fixture(scope="module")
def address(scans: Workspace) -> Iterator[str]:
    page = build_app(scans)
    access = Access.of(viewers=[VIEWER])
    yield launch(page, scans, port=free_port("127.0.0.1", 0), block=False, access=access).rstrip("/")
    page.close(verbose=False)


@pytest.fixture(scope="module")
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{address}/iiif/scans/", timeout=60) as client:
        yield client


def service(work: str = LARGE) -> str:
    return f"image/{quote(work, safe='')}"


def picture(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_the_information_names_itself_and_its_tiles_are_there(web: httpx.Client, address: str) -> None:
    answer = web.get(f"{service()}/info.json")
    info = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert info["id"] == f"{address}/iiif/scans/{service()}"
    assert (info["width"], info["height"]) == SIZE
    linked = web.get(f"{service()}/info.json", headers={"Accept": "application/ld+json"})
    assert linked.headers["content-type"].startswith("application/ld+json;profile=")
    moved = web.get(service())
    assert (moved.status_code, moved.headers["location"]) == (303, f"{info['id']}/info.json")
    tile = web.get(f"{info['id']}/2048,1024,552,276/276,138/0/default.jpg")
    assert picture(tile).size == (276, 138)


@pytest.mark.parametrize("region", [(1000, 400, 600, 500), (2100, 800, 500, 500)])
def test_a_part_has_the_pixels_of_the_original(
    web: httpx.Client, scans: Workspace, region: tuple[int, int, int, int]
) -> None:
    left, top, width, height = region
    found = picture(web.get(f"{service()}/{left},{top},{width},{height}/max/0/default.png")).convert("RGB")
    original = open_picture(scans.folder / LARGE).image.crop((left, top, left + width, top + height))
    assert found.size == (width, height)
    assert np.abs(np.asarray(found, np.float32) - np.asarray(original, np.float32)).mean() < 3


def test_region_size_rotation_quality_and_format(web: httpx.Client) -> None:
    turned = picture(web.get(f"{service()}/0,0,1300,650/130,/90/default.jpg"))
    assert (turned.size, turned.format, turned.mode) == ((65, 130), "JPEG", "RGB")
    upright = np.asarray(picture(web.get(f"{service()}/full/260,/0/default.png")).convert("L"), np.float32)
    for rotation, same in (
        ("180", upright[::-1, ::-1]), ("!0", upright[:, ::-1]), ("90", np.rot90(upright, -1)),
        ("!90", np.rot90(upright[:, ::-1], -1)), ("270", np.rot90(upright)), ("360", upright),
    ):  # fmt: skip
        found = picture(web.get(f"{service()}/full/260,/{rotation}/gray.png"))
        assert np.abs(np.asarray(found, np.float32) - same).mean() < 1.5, rotation
    assert picture(web.get(f"{service()}/square/^!900,900/22.5/color.webp")).format == "WEBP"
    assert picture(web.get(f"{service('small.png')}/full/max/0/bitonal.png")).mode == "1"
    assert picture(web.get(f"{service('small.png')}/full/^pct:200/0/bitonal.jpg")).size == (600, 400)


def test_answers_name_their_canonical_address_and_the_level(web: httpx.Client, address: str) -> None:
    answer = web.get(f"{service()}/pct:0,0,50,50/!100,100/0.0/default.jpg")
    canonical = f"{address}/iiif/scans/{service()}/0,0,1300,650/100,50/0/default.jpg"
    assert answer.links["canonical"]["url"] == canonical
    assert answer.links["profile"]["url"] == "http://iiif.io/api/image/3/level2.json"
    assert web.get(canonical).content == answer.content
    head = web.head(canonical)
    assert (head.status_code, head.content) == (200, b"")


def test_a_browser_that_has_it_is_not_sent_it_again_unless_the_file_is_another(web: httpx.Client) -> None:
    asked = f"{service()}/full/100,/0/default.jpg"
    first = web.get(asked)
    again = web.get(asked, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "no-cache" in first.headers["cache-control"]
    for other in (f"{service()}/full/101,/0/default.jpg", f"{service('small.png')}/full/100,/0/default.jpg"):
        assert web.get(other, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(("asked", "status"), [
    ("0,0,0,0/max/0/default.jpg", 400), ("full/2601,/0/default.jpg", 400), ("full/max/400/default.jpg", 400),
    ("full/max/0/best.jpg", 400), ("full/max/0/default.gif", 400), ("full/max/0/default", 400),
    ("a/b/c/d", 400), ("full/max/default.jpg", 404), ("info.xml", 404),
])  # fmt: skip
def test_wrong_requests_are_a_sentence(web: httpx.Client, asked: str, status: int) -> None:
    answer = web.get(f"{service()}/{asked}")
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("path", [
    "image/none.png/info.json", "image/none.png/full/max/0/default.jpg", "manifest/none.png", "manifest",
    "collection/x", "", "image", "../../etc/passwd",
    "image/..%2F..%2Fcollection.sqlite/info.json", "image/%00/info.json",
])  # fmt: skip
def test_what_is_not_there(web: httpx.Client, path: str) -> None:
    assert web.get(path).status_code == 404


def test_another_collection_is_not_there(address: str) -> None:
    assert httpx.get(f"{address}/iiif/none/collection").status_code == 404
    assert httpx.get(f"{address}/iiif/..%2Fscans/collection").status_code == 404


def test_a_proxy_may_decode_the_identifier(web: httpx.Client) -> None:
    name, rest = LARGE.split("/")
    assert web.get(f"image/{quote(name)}/{quote(rest)}/info.json").json()["width"] == SIZE[0]
    assert picture(web.get(f"image/{quote(name)}/{quote(rest)}/full/100,/0/default.jpg")).size == (100, 50)


def test_the_address_is_the_one_that_the_visitor_sees(web: httpx.Client) -> None:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"}
    assert web.get("collection", headers=headers).json()["id"] == "https://localhost/iiif/scans/collection"


def test_the_collection_leads_to_manifests_and_they_to_pictures(web: httpx.Client) -> None:
    listed = web.get("collection").json()["items"]
    assert len(listed) == 2
    for item in listed:
        work = web.get(item["id"]).json()
        assert work["id"] == item["id"]
        body = work["items"][0]["items"][0]["items"][0]["body"]
        assert picture(web.get(body["id"])).size == (body["width"], body["height"])
        assert picture(web.get(work["thumbnail"][0]["id"])).width <= 512
        assert web.get(f"{body['service'][0]['id']}/info.json").json()["width"] == work["items"][0]["width"]
    large = web.get(f"manifest/{quote(LARGE, safe='')}").json()
    assert "<script" not in str(large)
    assert large["requiredStatement"]["value"] == {"none": ["Gift, 1900"]}


def test_only_pages_that_are_allowed_may_read_it(web: httpx.Client) -> None:
    info = f"{service()}/info.json"
    allowed = web.get(info, headers={"Origin": VIEWER, "Sec-Fetch-Site": "cross-site"})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, VIEWER)
    shown = web.get(f"{service()}/full/99,/0/default.jpg", headers={
        "Referer": f"{VIEWER}/a?b", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
    })  # fmt: skip
    assert (shown.status_code, shown.headers["cross-origin-resource-policy"]) == (200, "cross-origin")
    asked_first = web.options(info, headers={"Origin": VIEWER, "Access-Control-Request-Method": "GET"})
    assert (asked_first.is_success, asked_first.headers["access-control-allow-origin"]) == (True, VIEWER)
    for headers in ({"Origin": OTHER}, {"Referer": f"{OTHER}/", "Sec-Fetch-Site": "cross-site"}):
        refused = web.get(info, headers=headers)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in web.get(info).headers
    elsewhere = web.get(f"{web.base_url.scheme}://{web.base_url.netloc.decode()}/config", headers={"Origin": VIEWER})
    assert elsewhere.status_code == 403


def test_every_page_may_be_allowed() -> None:
    from starlette.datastructures import Headers

    viewers = Access.of(viewers=["*"]).viewers
    assert viewers.open_to("/iiif/a/collection", Headers({"origin": OTHER})) == "*"
    assert viewers.open_to("/config", Headers({"origin": OTHER})) == ""


@pytest.mark.parametrize("text", ["viewer.example", "ftp://viewer.example", "https://viewer.example/mirador", ""])
def test_what_names_no_page_is_refused(text: str) -> None:
    with pytest.raises(ExplorerError, match="names no page"):
        Access.of(viewers=[text])


def test_an_original_that_is_gone_is_a_sentence(web: httpx.Client, scans: Workspace, tmp_path: Path) -> None:
    place, away = scans.folder / LARGE, tmp_path / "away.png"
    place.rename(away)
    for pyramid in scans.tiles.folder.rglob("size.txt"):
        pyramid.unlink()
    try:
        answer = web.get(f"{service()}/0,0,99,99/max/0/default.jpg")
        assert answer.status_code == 404
        assert str(scans.folder) not in answer.text
    finally:
        away.rename(place)
