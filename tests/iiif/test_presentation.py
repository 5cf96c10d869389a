"""Manifests and collections, held against what the IIIF Presentation API 3.0 asks of each kind of resource."""

from __future__ import annotations

import json
from dataclasses import replace

from explorer.collection import Work
from explorer.iiif.presentation import Addresses, collection, manifest

TITLE = "<script>alert(1)</script>"
AT = Addresses("https://example.org/app", "prints & more")
WORK = Work(
    "A/recto 1#.jpg", "ab12", 9000, 6000, "Winter", artist="Jan Brueghel", date="c. 1610", holder="KMSKA",
    inventory="12", height_cm=20.5, width_cm=30, url="https://example.org/12",
    extra={"Provenance": "Sale, 1900", "": "x"},
)  # fmt: skip


REQUIRED = {
    "Collection": {"id", "label", "items"}, "Manifest": {"id", "label"}, "Canvas": {"id", "width", "height", "items"},
    "AnnotationPage": {"id", "items"}, "Annotation": {"id", "motivation", "target", "body"},
    "Image": {"id", "format", "width", "height"}, "ImageService3": {"id", "profile"}, "Text": {"id", "format"},
}  # fmt: skip
"""By type, what a resource must have (sections 3 and 5, and for pictures what they should)."""
LANGUAGE_MAPS = ("label", "value", "summary")


def as_read(document: dict) -> dict:
    """A document after JSON, when it has been seen that it is one."""
    read = json.loads(json.dumps(document))
    assert read["@context"] == "http://iiif.io/api/presentation/3/context.json"
    check(read)
    return read


def check(resource: object) -> None:
    if isinstance(resource, list):
        for item in resource:
            check(item)
    if not isinstance(resource, dict):
        return
    if "type" in resource:
        assert set(resource) >= REQUIRED[resource["type"]] or set(resource) == {"id", "type"}  # a reference
        assert resource["id"].startswith("https://")
    for name, value in resource.items():
        if name in LANGUAGE_MAPS:
            assert all(
                isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in value.values()
            )
        elif name in ("items", "thumbnail", "service", "homepage", "metadata", "partOf"):
            assert isinstance(value, list)
            assert value
        check(value)


def test_a_manifest_is_one_and_says_what_the_catalogue_says() -> None:
    document = manifest(WORK, "Gift, 1900", AT)
    read = as_read(document)
    assert read["id"] == "https://example.org/app/iiif/prints%20%26%20more/manifest/A%2Frecto%201%23.jpg"
    said = {
        next(iter(entry["label"].values()))[0]: next(iter(entry["value"].values()))[0] for entry in read["metadata"]
    }
    assert said == {
        "Artist": "Jan Brueghel", "Date": "c. 1610", "Holder": "KMSKA", "Inventory number": "12",
        "Height and width": "20.5 × 30 cm", "Provenance": "Sale, 1900",
    }  # fmt: skip
    assert read["requiredStatement"]["value"] == {"none": ["Gift, 1900"]}
    assert read["homepage"][0]["id"] == "https://example.org/12"
    canvas = read["items"][0]
    assert (canvas["width"], canvas["height"]) == (9000, 6000)
    painted = canvas["items"][0]["items"][0]
    assert painted["target"] == canvas["id"]
    assert (painted["body"]["width"], painted["body"]["height"]) == (3000, 2000)
    assert painted["body"]["service"][0]["id"] == AT.image(WORK.id)


def test_a_work_without_an_entry_has_a_manifest_too() -> None:
    document = manifest(Work("a.jpg", "", 100, 80, "a"), "", AT)
    assert as_read(document)["label"] == {"none": ["a"]}
    assert not {"metadata", "requiredStatement", "homepage"} & set(document)


def test_a_title_is_never_html() -> None:
    read = as_read(manifest(replace(WORK, title=TITLE, url="javascript:alert(1)"), TITLE, AT))
    assert "<script" not in json.dumps(read)
    assert "homepage" not in read


def test_a_collection_lists_its_works() -> None:
    works = [WORK, replace(WORK, id="b.jpg", title="Spring")]
    read = as_read(collection("prints & more", works, AT))
    assert [item["id"] for item in read["items"]] == [AT.manifest(work.id) for work in works]
    assert [item["label"]["none"] for item in read["items"]] == [["Winter"], ["Spring"]]
