"""The Compare tab without a browser: what the light table is given, the sentences, what is refused; the REST API."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box, intersection_over_union
from explorer.registration.fit import Registration
from explorer.registration.homography import moved
from explorer.ui import compare as tab
from explorer.ui import incoming, registered
from explorer.ui.judging import Judging
from explorer.ui.rest import RestApi
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import ResultOptions, Session, Step
from explorer.verification.transforms import Transform

SIZES = {"width": 400, "height": 200}


def work(**known) -> Work:
    return Work(**{"id": "a.jpg", "content": "0", "title": "A Mill", **SIZES, **known})


def registration(scale=1.0, turn=0.0, mirror=False, kind="similarity", **known) -> Registration:
    usual = {"inliers": 42, "pairs": 90, "spread": 0.43, "residual": 0.004, "log_false_alarms": -30.0}
    inlier_pairs = np.full((42, 4), 0.5)
    transform = Transform(scale, turn, mirror)
    return Registration(kind, np.eye(3), transform=transform, inlier_pairs=inlier_pairs, **{**usual, **known})


# -- in words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            registration(),
            "Registered by 42 matching points: the second lies as the first does. The points meet to within 0.4 %",
        ),
        (registration(0.83, 2.2, True), "the second is reversed, turned 2° to the left and 0.83 times as large in its"),
        (registration(1.0, -7, kind="affine"), "the second is turned 7° to the right and stretched a little."),
        (registration(kind="homography"), "the second is seen at a slight tilt."),
    ],
)
def test_a_registration_in_words(found, words):
    assert words in registered.words(found, (work(), work()))


def test_sizes_in_words_are_those_of_the_works_where_the_catalogue_has_them():
    small, large = work(width_cm=20.0, height_cm=10.0), work(width_cm=60.0, height_cm=30.0)
    assert "3.00 times as large in centimetres" in registered.words(registration(), (small, large))
    assert "of the same size in centimetres" in registered.words(registration(1 / 3), (small, large))
    assert "Registered by 2 points that you set" in registered.words(registration(inliers=2), (small, large), True)


def test_a_detail_is_laid_over_the_place_where_it_was_found():
    a, b = Box(0.1, 0.2, 0.3, 0.4), Box(0.5, 0.5, 0.9, 0.7)
    for mirror, left in ((False, 0.5), (True, 0.9)):
        laid = moved(registered.over_one_another((a, b), mirror), np.array([[0.1, 0.2], [0.3, 0.4]]))
        assert laid[0] == pytest.approx([left, 0.5]) and laid[1] == pytest.approx([1.4 - left, 0.7])


@pytest.mark.parametrize(
    "sent", [None, "x", 7, [[0, 0, 0]], [[math.nan, 0, 0, 0]], [["a"] * 4], [[0, 0, 0, 1.2]], [{}]]
)
def test_points_that_are_none_are_left_out(sent):
    assert incoming.points(sent, 8) == []


def test_more_points_than_can_be_set_are_left_out():
    assert len(incoming.points([[0.1, 0.2, 0.3, 0.4]] * 50, 8)) == 8


# -- the handlers ------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch) -> list[str]:
    sentences: list[str] = []
    monkeypatch.setattr(tab, "notify", sentences.append)
    return sentences


@pytest.fixture
def compare(demo_workspace) -> tab.CompareTab:
    """The handlers alone, without a page round them."""
    made = tab.CompareTab.__new__(tab.CompareTab)
    made.app = AppContext(demo_workspace)
    return made


NEW = Session()


def event(**data) -> SimpleNamespace:
    return SimpleNamespace(_data=data)


def chosen(key: str, kind: str = "work") -> dict[str, str]:
    return {"kind": kind, "key": key}


@pytest.fixture
def versions(demo_folder, demo_workspace) -> tuple[str, str]:
    """Two works of the demo that repeat one composition."""
    names = [found.id for found in demo_workspace.collection.works() if found.id.startswith("wooded_road")]
    return names[0], names[1]


def test_two_versions_lie_on_one_another(compare, versions):
    shown = compare.lay(NEW, event(first=chosen(versions[0]), second=chosen(versions[1])))
    assert (shown["first"]["work"], shown["second"]["work"]) == versions
    assert len(shown["matrix"]) == 9 and all(map(math.isfinite, shown["matrix"]))
    assert shown["said"].startswith("Registered by ") and not shown.get("trouble")
    assert 0 < len(shown["places"]) <= registered.MOST_PLACES
    assert shown["first"]["url"].startswith("pictures/demo/views/")


def test_points_set_by_hand_are_taken(compare, versions):
    points = [[0.1, 0.1, 0.2, 0.2], [0.9, 0.1, 0.8, 0.2]]
    shown = compare.lay(NEW, event(first=chosen(versions[0]), second=chosen(versions[1]), points=points))
    assert shown["points"] == points and "2 points that you set" in shown["said"]
    again = compare.lay(NEW, event(first=chosen(versions[0]), second=chosen(versions[1]), points=points[:1]))
    assert again["trouble"] and again["matrix"] is None and "two pairs" in again["said"]


def test_what_cannot_be_registered_lies_side_by_side_with_a_sentence(compare, versions):
    shown = compare.lay(NEW, event(first=chosen(versions[0]), second=chosen(versions[0])))
    assert shown["trouble"] and shown["matrix"] is None and shown["first"] and shown["second"]


def test_a_match_that_nothing_supports_is_laid_where_it_was_found(compare, versions, monkeypatch):
    def nothing(*args):
        raise ExplorerError("Nothing.")

    monkeypatch.setattr(tab, "register", nothing)
    query = {"kind": "work", "key": versions[0], "box": [0.1, 0.1, 0.4, 0.4]}
    shown = compare.from_match(NEW, event(query=query, match={"work": versions[1], "box": [0.5, 0.5, 0.8, 0.8]}))
    assert shown["trouble"] and shown["kind"] == "found" and "where the search found it" in shown["said"]
    assert shown["near"]["second"] == [0.5, 0.5, 0.8, 0.8]


@pytest.mark.parametrize("sent", [
    {}, {"first": 7, "second": ["x"]}, {"first": chosen("../../etc/passwd")}, {"near": "x", "fit": "y"},
    {"first": chosen("/etc/hostname", "picture")}, {"first": chosen("../x", "picture")},
])  # fmt: skip
def test_nonsense_leaves_the_table_empty(compare, told, sent):
    shown = compare.lay(NEW, SimpleNamespace(_data=sent))
    assert shown["first"] is None and shown["matrix"] is None
    assert compare.lay(NEW, SimpleNamespace(_data="nonsense"))["second"] is None


@pytest.fixture
def brought(compare, versions, demo_workspace) -> str:
    """A picture of the visitor's own: the first of two versions seen in a mirror, half as large."""
    folder = compare.app.uploads / "compare-test"
    folder.mkdir(parents=True, exist_ok=True)
    with Image.open(demo_workspace.original(demo_workspace.collection.work(versions[0]))) as image:
        small = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
        small.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "found on a market.jpg", quality=92)
    return "compare-test/found on a market.jpg"


def test_a_visitors_picture_is_compared_with_a_work(compare, versions, brought):
    shown = compare.lay(NEW, event(first=chosen(brought, "picture"), second=chosen(versions[0])))
    assert (shown["first"]["title"], shown["first"]["kind"]) == ("found on a market.jpg", "picture")
    assert not shown.get("trouble") and "is reversed" in shown["said"]
    lands = moved(np.array(shown["matrix"]).reshape(3, 3), np.array([[0.2, 0.3], [0.9, 0.8]]))
    assert lands == pytest.approx(np.array([[0.8, 0.3], [0.1, 0.8]]), abs=0.01)
    match = {"work": versions[0], "box": [0.5, 0.5, 0.8, 0.8], "transform": {"scale": 2, "turn": 0, "mirror": True}}
    query = {**chosen(brought, "picture"), "box": [0.2, 0.5, 0.5, 0.8]}
    shown = compare.from_match(NEW, event(query=query, match=match))
    lands = moved(np.array(shown["matrix"]).reshape(3, 3), np.array([[0.2, 0.3], [0.9, 0.8]]))
    assert lands == pytest.approx(np.array([[0.8, 0.3], [0.1, 0.8]]), abs=0.01)
    assert compare.lay(NEW, event(first=chosen(brought, "picture"), second=chosen(brought, "picture")))["trouble"]


def test_a_visitors_picture_that_is_gone_is_said_to_be(compare, versions, told):
    shown = compare.lay(NEW, event(first=chosen("compare-test/gone.jpg", "picture"), second=chosen(versions[0])))
    assert shown["first"] is None and shown["second"]["work"] == versions[0]
    assert told == ["The picture did not arrive; drop it again."]


# -- a match is laid as its card has it --------------------------------------------------------------------------------


def carried(shown: dict, works: tuple[Work, Work], box: list[float]) -> tuple[float, float, bool, list[float]]:
    """What a matrix does to a box, by its corners in pixels: scale, turn, mirror, and the box's sides afterwards."""
    corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
    there = moved(np.array(shown["matrix"]).reshape(3, 3), corners)
    here, lands = (points * (work.width, work.height) for points, work in zip((corners, there), works, strict=True))
    across, down = (lands[1] - lands[0]), (lands[3] - lands[0])
    there = there.clip(0, 1)  # of a detail that is cut off, a card shows what there is
    scale = math.sqrt(np.hypot(*across) * np.hypot(*down) / np.prod(here[2] - here[0]))
    mirror = across[0] * down[1] - across[1] * down[0] < 0
    if mirror:
        across = -across
    return scale, math.degrees(math.atan2(-across[1], across[0])), bool(mirror), [*there.min(0), *there.max(0)]


def cards_of(context: CollectionContext, work_id: str, box: Box) -> list[dict]:
    step = Step("work", work_id, box, searched=True)
    return Judging(context).cards(step, context.matches(step, ResultOptions(top=12)))


def sent_by(card: dict) -> dict:
    """What the page sends of a card, as JSON carries it."""
    why = card["evidence"]
    found = {
        "transform": why["fit"],
        "pairs": why["pairs"],
        "key_points": why["key_points"],
        "probability": why["probability"],
    }
    return json.loads(json.dumps({"work": card["work"], "box": card["box"], "mirrored": card["mirrored"], **found}))


def test_card_and_comparison_agree_for_every_sure_match_of_the_demos_truth(compare, demo_folder):
    collection, overlaps = compare.app.of(NEW).workspace.collection, []
    for queries in json.loads((demo_folder / "annotations.json").read_text("utf-8")).values():
        for query in queries:
            first = collection.work(query["query"][0])
            box = Box.from_pixels(tuple(query["query"][1]), first.width, first.height).clipped()
            for card in cards_of(compare.app.of(NEW), first.id, box):
                evidence = card["evidence"]
                if evidence["probability"] < 0.9 or evidence["fit"] is None:
                    continue
                query_side = {**chosen(first.id), "box": list(box.as_tuple())}
                shown = compare.from_match(NEW, event(query=query_side, match=sent_by(card)))
                works = first, collection.work(card["work"])
                scale, turn, mirror, lands = carried(shown, works, query_side["box"])
                about = f"{first.id} {query_side['box']} on {card['work']}"
                assert scale == pytest.approx(evidence["fit"]["scale"], rel=0.1), about
                assert abs((turn - evidence["fit"]["turn"] + 180) % 360 - 180) < 5, about
                assert mirror == evidence["fit"]["mirror"], about
                assert evidence["transform"] in shown["said"] and not shown.get("trouble"), about
                overlaps.append(float(intersection_over_union(np.array(lands), np.array(card["box"]))[0, 0]))
                assert overlaps[-1] > 0.2, about  # cells may have turned what lies in the box
    assert len(overlaps) > 50 and np.mean(overlaps) > 0.85


def test_the_whole_works_are_one_click_away_and_the_match_another(compare, versions):
    found = {"transform": {"scale": 0.5, "turn": 30, "mirror": True}, "probability": 0.95}
    match = {"work": versions[1], "box": [0.5, 0.5, 0.7, 0.7], **found}
    by_match = compare.from_match(NEW, event(query={**chosen(versions[0]), "box": [0.1, 0.1, 0.3, 0.3]}, match=match))
    assert by_match["said"].startswith("By this match (a copy, almost certainly, 95%): reversed")
    kept = {name: by_match[name] for name in ("near", "fit", "probability")}
    asked = {"first": chosen(versions[0]), "second": chosen(versions[1]), **json.loads(json.dumps(kept))}
    wholes = compare.lay(NEW, event(**asked, whole=True))
    assert wholes["matrix"] == compare.lay(NEW, event(first=asked["first"], second=asked["second"]))["matrix"]
    assert wholes["said"].startswith("Registered by ") and wholes["said"].endswith("This differs from the match.")
    back = compare.lay(NEW, event(**asked))
    assert (back["said"], back["matrix"]) == (by_match["said"], pytest.approx(by_match["matrix"], abs=1e-5))


def test_a_match_that_does_not_convince_is_said_not_to(compare, versions):
    found = {"transform": {"scale": 0.5, "turn": 30, "mirror": True}, "probability": 0.05}
    match = {"work": versions[1], "box": [0.5, 0.5, 0.7, 0.7], **found}
    shown = compare.from_match(NEW, event(query={**chosen(versions[0]), "box": [0.1, 0.1, 0.3, 0.3]}, match=match))
    assert shown["trouble"] and shown["said"].startswith("By this match (unconvincing, 5%)")


@pytest.mark.parametrize("fit", [None, "x", [1] * 5, [0] * 6, [math.nan] * 6, [1e9] * 6, [1, 1, 0, 1, 1, 0], [{}] * 6])
def test_maps_that_are_none_are_not_taken(fit):
    assert incoming.matrix(fit) is None


@pytest.mark.parametrize("sent", [None, {}, {"scale": 0, "turn": 0}, {"scale": "x"}, {"scale": 1, "turn": math.inf}])
def test_transforms_that_are_none_are_not_taken(sent):
    assert incoming.transform(sent) is None


def test_works_are_offered_by_what_is_typed(compare, demo_workspace):
    works = compare.offering()
    everything = works({"text": ""})
    assert len(everything["works"]) == min(tab.MOST_OFFERED, len(demo_workspace.collection.works()))
    assert works({"text": "nothing is called this"}) == {"works": [], "more": 0}
    assert works(7)["works"] == everything["works"]


def test_handlers_are_bound_so_that_gradio_hands_them_the_event():
    from gradio.helpers import special_args

    for name in ("lay", "from_match"):
        assert special_args(getattr(tab.CompareTab, name).__get__(object()))[2] is not None, name


def test_a_registration_for_scripts_is_in_pixels(demo_workspace, versions):
    api = RestApi.__new__(RestApi)
    api.app = AppContext(demo_workspace)
    record = api.register(*versions)
    first, second = (demo_workspace.collection.work(name) for name in versions)
    there = moved(np.array(record["matrix"]).reshape(3, 3), np.array([[first.width / 2, first.height / 2]]))[0]
    assert 0 < there[0] < second.width and 0 < there[1] < second.height
    assert record["inliers"] >= 6 and record["kind"] in ("similarity", "affine", "homography")
    with pytest.raises(ExplorerError, match="no work"):
        api.register("none.jpg", versions[1])
