"""Manifests and collections as institutions write them, read to plain values."""

from __future__ import annotations

from typing import Any

import pytest
from iiif_museum import canvas2, canvas3, manifest2, manifest3

from explorer.errors import ExplorerError
from explorer.harvest.bodies import Picture
from explorer.harvest.manifests import Listing, Manifest, read_document
from explorer.harvest.texts import plain_text, text, texts

AT = "https://museum.example/m1"
SERVICE = "https://iiif.museum.example/image/one"
SERVICE2 = {"@context": "http://iiif.io/api/image/2/context.json", "@id": SERVICE,
            "profile": "http://iiif.io/api/image/2/level2.json"}  # fmt: skip


def only(document: Any) -> Picture | None:
    """The picture of a manifest of one canvas."""
    found = read_document(document, AT)
    assert isinstance(found, Manifest)
    (canvas,) = found.canvases
    return canvas.picture


# -- texts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "expected"), [
    ("A Mill", ("A Mill",)),
    (["A Mill", "A Windmill"], ("A Mill", "A Windmill")),
    ({"@value": "Eine Mühle", "@language": "de"}, ("Eine Mühle",)),
    ([{"@value": "Eine Mühle", "@language": "de"}, {"@value": "A Mill", "@language": "en"}], ("A Mill",)),
    ({"de": ["Eine Mühle"], "fr": ["Un moulin"]}, ("Eine Mühle",)),
    ({"none": ["Molen"], "de": ["Mühle"]}, ("Molen",)), ({"de": ["Mühle"], "en-GB": ["Mill"]}, ("Mill",)),
    ({"en": []}, ()), ({"en": ["  "], "de": ["Mühle"]}, ("Mühle",)), ({"en": "A Mill"}, ("A Mill",)),
    (1605, ("1605",)), (None, ()), (True, ()), ({}, ()), ([None, {"x": {"y": 3}}], ("3",)),
    ([[[[[[["deep"]]]]]]], ()), ("A\u0000\n  Mill\ud800", ("A Mill",)),
])  # fmt: skip
def test_labels_in_every_form(value: Any, expected: tuple[str, ...]) -> None:
    assert texts(value) == expected


@pytest.mark.parametrize(("written", "plain"), [
    ("<p>A <b>mill</b></p>", "A mill"), ("a &lt; b &amp; c", "a < b & c"), ("<Anonymous>", "<Anonymous>"),
    ("1 < 2 > 0", "1 < 2 > 0"), ("a<br/>b", "a b"), ("&lt;script&gt;", "<script>"),
    ("<script>alert(1)</script>Mill<style>p{}</style>", "Mill"), ("Mill<script>alert(1)", "Mill"),
    ('<a href="https://x.org">Jan</a>', "Jan"), ("<!-- x -->Mill", "Mill"), ("x" * 9000, "x" * 4000),
])  # fmt: skip
def test_tags_are_taken_off_and_nothing_else(written: str, plain: str) -> None:
    assert plain_text(written) == plain


def test_hostile_texts_take_no_time() -> None:
    assert plain_text("<script" * 20_000) == ""
    assert len(text(["<a " * 50_000, "<" * 100_000, "<!--" * 30_000])) <= 12_010


# -- manifests ---------------------------------------------------------------------------------------------------------


def test_version_3() -> None:
    found = read_document(manifest3(
        AT, [canvas3(f"{AT}/c1", SERVICE), canvas3(f"{AT}/c2", SERVICE, label="f. 2")],
        metadata=[{"label": {"en": ["Creator"]}, "value": {"en": ["<a href='x'>Jan Brueghel</a>"]}},
                  "odd", {"label": 3}],
        summary={"en": ["A view."]}, rights="http://creativecommons.org/publicdomain/zero/1.0/",
        requiredStatement={"label": {"en": ["Attribution"]}, "value": {"en": ["Courtesy of <b>K</b>"]}},
        provider=[{"id": "https://k.example", "type": "Agent", "label": {"en": ["K Museum"]}}],
        homepage=[{"id": "https://k.example/12", "type": "Text", "format": "text/html"}],
    ), AT)  # fmt: skip
    assert isinstance(found, Manifest)
    assert (found.id, found.label, found.metadata) == (AT, "A Mill", (("Creator", "Jan Brueghel"),))
    assert (found.credit, found.provider, found.homepage) == ("Courtesy of K", "K Museum", "https://k.example/12")
    assert (found.description, found.rights) == ("A view.", "http://creativecommons.org/publicdomain/zero/1.0/")
    assert [(canvas.id, canvas.number, canvas.label, canvas.width) for canvas in found.canvases] == [
        (f"{AT}/c1", 1, "f. 1", 600), (f"{AT}/c2", 2, "f. 2", 600)]  # fmt: skip
    picture = found.canvases[0].picture
    assert picture and (picture.service, picture.version, picture.level, picture.entire) == (SERVICE, 3, 1, True)


def test_version_2() -> None:
    found = read_document(manifest2(
        AT, [canvas2(f"{AT}/c1", SERVICE2)], label=[{"@value": "Mühle", "@language": "de"}], description="A view.",
        attribution=["Courtesy of K"], license="https://rightsstatements.org/NoC",
        related={"@id": "https://k.example/12", "format": "text/html"},
        metadata=[{"label": [{"@value": "Artist", "@language": "en"}, {"@value": "Künstler", "@language": "de"}],
                   "value": ["Jan", "Pieter"]}],
    ), AT)  # fmt: skip
    assert isinstance(found, Manifest)
    assert (found.label, found.metadata) == ("Mühle", (("Artist", "Jan; Pieter"),))
    assert (found.credit, found.rights) == ("Courtesy of K", "https://rightsstatements.org/NoC")
    assert (found.homepage, found.description) == ("https://k.example/12", "A view.")
    picture = found.canvases[0].picture
    assert picture and (picture.service, picture.version, picture.level) == (SERVICE, 2, 2)


@pytest.mark.parametrize("service", [
    [SERVICE2], {**SERVICE2, "@id": f"{SERVICE}/"}, {**SERVICE2, "@id": f"{SERVICE}/info.json"}, SERVICE,
    {"@id": SERVICE}, {"id": SERVICE, "type": "ImageService2", "profile": "level2"},
    [{"@context": "http://iiif.io/api/annex/services/physdim/1/context.json", "@id": "https://x.org/dim"}, SERVICE2],
    [{"@id": "https://x.org/login", "profile": "http://iiif.io/api/auth/1/login"}, SERVICE2],
    {"@id": SERVICE, "@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json"},
    {"@id": SERVICE, "profile": ["http://iiif.io/api/image/2/level1.json", {"formats": ["jpg"]}],
     "service": {"profile": "http://iiif.io/api/auth/1/login", "@id": "https://x.org/login"}},
])  # fmt: skip
def test_a_service_in_every_form(service: Any) -> None:
    picture = only(manifest2(AT, [canvas2(f"{AT}/c1", service)]))
    assert picture is not None and picture.service == SERVICE


def test_a_service_may_be_known_by_the_pictures_address_alone() -> None:
    picture = only(manifest2(AT, [canvas2(f"{AT}/c1", None, image=f"{SERVICE}/full/full/0/default.jpg")]))
    assert picture is not None and (picture.service, picture.entire) == (SERVICE, True)
    picture = only(manifest2(AT, [canvas2(f"{AT}/c1", None, image="https://museum.example/scan.jpg")]))
    assert picture == Picture("https://museum.example/scan.jpg")


def test_of_a_choice_the_first_or_the_default_is_taken() -> None:
    natural = {"id": "https://x.org/natural.jpg", "type": "Image"}
    other = {"id": "https://x.org/xray.jpg", "type": "Image"}
    canvas = canvas3(f"{AT}/c1", SERVICE)
    canvas["items"][0]["items"][0]["body"] = {"type": "Choice", "items": [natural, other]}
    picture = only(manifest3(AT, [canvas]))
    assert picture is not None and picture.image == natural["id"]
    canvas = canvas2(f"{AT}/c1", None)
    canvas["images"][0]["resource"] = {"@type": "oa:Choice", "default": natural, "item": [other, "rdf:nil"]}
    picture = only(manifest2(AT, [canvas]))
    assert picture is not None and picture.image == natural["id"]


def test_a_part_of_a_picture_is_no_place_in_its_service() -> None:
    canvas = canvas2(f"{AT}/c1", None)
    canvas["images"][0]["resource"] = {
        "@type": "oa:SpecificResource", "full": {"@id": f"{SERVICE}/full/full/0/default.jpg", "service": SERVICE2},
        "selector": {"@type": "iiif:ImageApiSelector", "region": "10,20,300,400", "rotation": "90"},
    }  # fmt: skip
    picture = only(manifest2(AT, [canvas]))
    assert picture is not None and (picture.region, picture.rotation, picture.entire) == ("10,20,300,400", "90", False)
    picture = only(manifest2(AT, [canvas2(f"{AT}/c1", SERVICE2, image=f"{SERVICE}/10,20,30,40/full/0/default.jpg")]))
    assert picture is not None and (picture.region, picture.entire) == ("10,20,30,40", False)


def test_pictures_beside_each_other_on_one_canvas() -> None:
    canvas = canvas3(f"{AT}/c1", SERVICE)
    page = canvas["items"][0]["items"]
    left, right = {**page[0], "target": f"{AT}/c1#xywh=0,0,300,400"}, {**page[0], "target": {
        "type": "SpecificResource", "source": f"{AT}/c1",
        "selector": {"type": "FragmentSelector", "value": "xywh=percent:50,0,50,100"}}}  # fmt: skip
    whole = {**page[0], "target": f"{AT}/c1#xywh=0,0,600,400"}
    page[:] = [left, right, whole, {**page[0], "motivation": "commenting"}]
    found = read_document(manifest3(AT, [canvas]), AT)
    assert isinstance(found, Manifest)
    places = [canvas.picture.place for canvas in found.canvases if canvas.picture]
    assert places == [(0, 0, 300, 400), (300, 0, 300, 400), None]
    assert [canvas.number for canvas in found.canvases] == [1, 2, 3]


@pytest.mark.parametrize("change", [
    {"images": []}, {"images": None}, {"images": "x"}, {"images": [{"resource": None}]}, {"images": [{"resource": 3}]},
    {"images": [{"motivation": "sc:painting", "resource": {"@type": "dctypes:Sound", "@id": "https://x.org/a.mp3"}}]},
    {"images": [{"resource": {"@type": "dctypes:Image"}}]},
])  # fmt: skip
def test_a_canvas_without_a_picture(change: dict[str, Any]) -> None:
    assert only(manifest2(AT, [{**canvas2(f"{AT}/c1", None), **change}])) is None


def test_sizes_may_be_missing_or_odd() -> None:
    found = read_document(manifest2(AT, [{**canvas2("", None), "width": "600", "height": None}]), AT)
    assert isinstance(found, Manifest)
    assert (found.canvases[0].width, found.canvases[0].height, found.canvases[0].id) == (600, 0, "")


def test_choices_of_choices_without_end() -> None:
    inner: dict[str, Any] = {"type": "Choice"}
    inner["items"] = [inner]
    canvas = canvas3(f"{AT}/c1", SERVICE)
    canvas["items"][0]["items"][0]["body"] = inner
    assert only(manifest3(AT, [canvas])) is None


def test_collections_in_every_form() -> None:
    found = read_document({"@id": AT, "@type": "sc:Collection", "label": "Works", "first": "https://x.org/p1",
                           "collections": [{"@id": "https://x.org/c"}], "manifests": ["https://x.org/m"],
                           "members": [{"@id": "https://x.org/n", "@type": "sc:Manifest"}, 3, {}]}, AT)  # fmt: skip
    assert found == Listing(
        AT, "Works", tuple((f"https://x.org/{name}", None) for name in "cmn"), ("https://x.org/p1",)
    )
    inside = manifest3("https://x.org/m", [])
    found = read_document({"id": AT, "type": "Collection", "label": {"en": ["Works"]}, "items": [inside]}, AT)
    assert found == Listing(AT, "Works", (("https://x.org/m", inside),))


@pytest.mark.parametrize("document", [None, [], "text", 3, {}, {"type": "Canvas"}, {"@type": "sc:AnnotationList"},
                                      {"@context": "http://iiif.io/api/image/2/context.json", "@id": "x"}])  # fmt: skip
def test_what_is_neither(document: Any) -> None:
    with pytest.raises(ExplorerError, match="is no IIIF manifest or collection"):
        read_document(document, AT)
