"""The page without a browser: what its parts are given, what is refused, and the REST API round trip."""

from __future__ import annotations

import json
import math
import os
import socket
import urllib.request

import pytest
from gradio_client import Client, handle_file
from PIL import Image

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.paths import ASSETS
from explorer.search.click import click_proposals
from explorer.search.query import Match
from explorer.ui import build_app, colours, incoming, launch, views
from explorer.ui.compare import Compare
from explorer.ui.components import AssetComponent
from explorer.ui.explore import ExploreTab
from explorer.ui.listing import ListOfWorks
from explorer.ui.pictures import Pictures
from explorer.ui.pointing import pointed
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.server.launch import free_port
from explorer.ui.session import LONGEST_TRAIL, ResultOptions, Session, Step
from explorer.words.where import words_in_work

HOSTILE = "<script>alert(1)</script>"


def work(**known) -> Work:
    return Work(**{"id": "a.jpg", "content": "0", "width": 400, "height": 200, "title": "A Mill", **known})


# -- views: records to what the parts show -----------------------------------------------------------------------------


def test_a_caption_passes_titles_on_as_they_are_for_the_script_to_set_as_text():
    assert views.caption(work(title=HOSTILE))["title"] == HOSTILE


def test_a_stage_lists_only_the_facts_the_catalogue_states():
    stage = views.stage(work(medium="oil", height_cm=27.5, width_cm=36.0), "u", None)
    assert stage["facts"] == ["oil", "27.5 × 36 cm"]
    assert (stage["width"], stage["height"], stage["aspect"]) == (400, 200, 2.0)


def test_a_picture_is_measured_where_the_catalogues_size_fits_it():
    measured = views.stage(work(height_cm=20.0, width_cm=40.0), "u", None)
    assert (measured["cm_per_pixel"], measured["no_scale"]) == (pytest.approx(0.1), "")
    framed, unknown = (views.stage(work(height_cm=height, width_cm=40.0), "u", None) for height in (30.0, None))
    assert framed["cm_per_pixel"] is unknown["cm_per_pixel"] is None
    assert "does not fit" in framed["no_scale"] and "does not state" in unknown["no_scale"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//elsewhere", ""])
def test_only_web_addresses_become_links(url):
    assert views.stage(work(url=url), "u", None)["page"] == ""
    assert views.stage(work(url="https://museum.example/1"), "u", None)["page"] == "https://museum.example/1"


def test_results_count_places_and_works():
    options = ResultOptions()
    cards = [views.card(Match("a.jpg", Box(0, 0, 0.5, 0.5), 0.91234567, rank), work()) for rank in (1, 2)]
    assert views.results(cards, options)["count"] == "2 places in 1 work"
    assert views.results(cards[:1], options)["count"] == "1 place"
    assert cards[0]["score"] == 0.9123
    assert views.results([], options)["message"]


def test_a_found_record_speaks_pixels_of_the_original():
    found = views.found(Match("a.jpg", Box(0.25, 0.5, 0.5, 1.0), 0.5, 1), work())
    assert found["box"] == [100, 100, 200, 200]
    json.dumps(found)


def test_the_map_offers_no_column_that_has_a_value_of_its_own_for_each_work():
    numbers = range(40)
    columns = {
        "accession": [f"KM.{number}" for number in numbers],
        "inventory": [str(number % 3) for number in numbers],  # whatever it has, it tells works apart
        "remark": ["" if number < 20 else f"remark {number}" for number in numbers],
        "year": [str(1600 + number) for number in numbers],
        "painter": [f"painter {number % 12}" for number in numbers],
        "genre": ["sea", "town"] * 20,
        "rare": ["", *["only here"], *[""] * 38],
    }
    assert colours.offered(columns) == ["year", "painter", "genre", "rare"]


# -- what arrives from a browser ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent", [[0, 0, 1], ["a"] * 4, 7, "0011", {}, [0, 0, math.nan, 1], [0.5, 0.5, 0.5, 0.9], [2, 2, 3, 3]]
)
def test_a_box_that_is_none_is_refused_in_a_sentence(sent):
    with pytest.raises(ExplorerError, match=r"\w+ .*\.$"):
        incoming.box(sent)


@pytest.mark.parametrize("sent", [None, "0.5", math.nan, -0.1, 1.5, 10**400, [0.5]])
def test_a_place_that_is_none_is_refused_in_a_sentence(sent):
    with pytest.raises(ExplorerError, match="two numbers from 0 to 1"):
        incoming.fraction(sent)


def test_result_options_are_brought_within_limits():
    assert incoming.result_options({"top": "many", "per_work": -4, "own": "yes"}) == ResultOptions(20, 1, False)
    assert incoming.result_options({"top": 10**9, "per_work": "3", "own": True}) == ResultOptions(
        incoming.MOST_RESULTS, 3, True
    )
    assert incoming.result_options("nonsense") == ResultOptions()


def test_only_files_that_were_uploaded_are_opened(tmp_path):
    uploads, outside = tmp_path / "uploads", tmp_path / "secret.jpg"
    uploads.mkdir()
    outside.write_bytes(b"x")
    (uploads / "link.jpg").symlink_to(outside)
    (uploads / "mine.jpg").write_bytes(b"x")
    assert incoming.uploaded(str(uploads / "mine.jpg"), uploads) == (uploads / "mine.jpg").resolve()
    around = str(uploads / ".." / "secret.jpg")
    for sent in (str(outside), around, str(uploads / "link.jpg"), str(uploads), "", None, "a\0"):
        with pytest.raises(ExplorerError):
            incoming.uploaded(sent, uploads)


# -- the session -------------------------------------------------------------------------------------------------------


def test_the_trail_goes_back_and_a_new_step_forgets_what_lay_ahead():
    a, b, c = (Step("work", name, Box.whole(), searched=True) for name in "abc")
    session = Session().stepped(a).stepped(b).moved(0)
    assert session.here == a
    assert session.stepped(c).steps == (a, c)
    assert session.returned(b).at == 1
    assert session.moved(9).here == a


def test_the_trail_keeps_its_length():
    session = Session()
    for number in range(60):
        session = session.stepped(Step("work", str(number), searched=True))
    assert len(session.steps) == LONGEST_TRAIL
    assert session.here.key == "59"


SMALL, LARGE = Box(0.4, 0.4, 0.5, 0.5), Box(0.3, 0.3, 0.6, 0.6)


def test_another_size_of_a_click_is_no_step_of_its_own():
    clicked = Step("work", "a.jpg", SMALL, searched=True, sizes=(SMALL, LARGE))
    session = Session().stepped(Step("work", "b.jpg", LARGE, searched=True)).stepped(clicked)
    larger = session.corrected(clicked.resized(1))
    assert [step.box for step in larger.steps] == [LARGE, LARGE]
    assert larger.here.sizes == (SMALL, LARGE)
    assert clicked.resized(7) == clicked.resized(-1) == clicked
    by_link = Step("work", "a.jpg", LARGE, searched=True)
    assert larger.returned(by_link).here.sizes, "a link to the place leads back to the step, its sizes with it"


def test_the_stage_tells_the_sizes_of_a_click():
    step = Step("work", "a.jpg", LARGE, searched=True, sizes=(SMALL, LARGE))
    assert views.sizes(step) == {
        "proposals": [[0.4, 0.4, 0.5, 0.5], [0.3, 0.3, 0.6, 0.6]], "proposal": 1, "refining": False,
    }  # fmt: skip
    assert views.sizes(Step("work", "a.jpg", LARGE)) == {"proposals": [], "proposal": None, "refining": False}


def test_a_click_means_the_best_supported_of_several_regions(demo_workspace):
    context, known = CollectionContext(demo_workspace), demo_workspace.collection.works()[3].id
    step = pointed(context, {"kind": "work", "key": known, "x": 0.4, "y": 0.6})
    found = click_proposals(demo_workspace, known, 0.4, 0.6)
    assert step.searched and step.box.as_tuple() == pytest.approx(found[0].box.as_tuple(), abs=1e-5)
    assert step.box in step.sizes and len(step.sizes) == len(found)
    assert [box.area for box in step.sizes] == sorted(box.area for box in step.sizes)
    for sent in ({"kind": "work", "key": "none.jpg", "x": 0.4, "y": 0.6}, {"kind": "work", "key": known}, None):
        with pytest.raises(ExplorerError, match=r"\.$"):
            pointed(context, sent)


def test_a_click_on_a_picture_of_the_visitors_own_means_what_recurs_too(demo_workspace, tmp_path):
    context = CollectionContext(demo_workspace)
    context.uploads = tmp_path
    known = demo_workspace.collection.works()[3]
    with Image.open(demo_workspace.original(known)) as image:
        image.convert("RGB").save(tmp_path / "mine.png")  # another file: its content is no work's
    step = pointed(context, {"kind": "picture", "key": "mine.png", "x": 0.4, "y": 0.6})
    assert (step.kind, step.key, step.searched) == ("picture", "mine.png", True)
    assert step.box in step.sizes and len(step.sizes) > 1


def test_a_first_look_gives_way_to_what_a_click_means():
    before = Session().stepped(Step("work", "b.jpg", LARGE, searched=True))
    looked = before.stepped(Step("work", "a.jpg", SMALL, searched=True, provisional=True))
    assert [step.box for step in looked.steps] == [LARGE, SMALL]
    assert [step.box for step in looked.stepped(Step("work", "a.jpg", LARGE, searched=True)).steps] == [LARGE, LARGE]
    assert views.sizes(looked.here)["refining"] and not views.sizes(before.here)["refining"]


def test_a_first_look_that_was_left_is_a_step_as_any_other_when_one_comes_back_to_it():
    first, look = Step("work", "a.jpg", searched=True), Step("work", "b.jpg", searched=True, provisional=True)
    again = Session().stepped(first).stepped(look).moved(0).moved(1)
    assert again.here == look and not again.here.provisional
    on = again.stepped(Step("work", "c.jpg", searched=True))
    assert [step.key for step in on.steps] == ["a.jpg", "b.jpg", "c.jpg"]


def test_a_step_whose_picture_is_gone_keeps_its_place_on_the_trail(demo_workspace):
    context = CollectionContext(demo_workspace)
    known = demo_workspace.collection.works()[0].id
    gone = Step("picture", "gone/a.jpg", searched=True)
    session = Session().stepped(gone).stepped(Step("work", known, searched=True))
    shown = context.trail(session)
    assert [step["title"] for step in shown["steps"]] == ["a.jpg", demo_workspace.collection.work(known).title]


# -- the parts and the page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", sorted(one.name for one in (ASSETS / "components").iterdir() if one.is_dir()))
def test_every_part_is_self_contained(folder):
    """Nothing from another host, and nothing that turns data into markup."""
    files = {path.name: path for path in (ASSETS / "components" / folder).iterdir()}
    assert {"template.html", "style.css", "script.js"} <= set(files)
    for path in files.values():
        text = path.read_text(encoding="utf-8")
        assert "http:" not in text and "https:" not in text and "@import" not in text
        assert "innerHTML" not in text and "insertAdjacentHTML" not in text and "document.write" not in text
        if path.suffix != ".js":
            assert "${" not in text and "{{" not in text, "templates are constant"
    assert folder in {part.folder for part in (Compare, *AssetComponent.__subclasses__())}


def test_pictures_are_given_for_known_works_only(demo_workspace):
    pictures = Pictures(AppContext(demo_workspace))
    first = demo_workspace.collection.works()[0].id
    made = pictures.thumbnails({"works": [first, "../../etc/passwd", 7]})
    assert list(made) == [first]
    assert made[first].startswith("pictures/demo/thumbnails/")
    places = [{"work": first, "box": [0.2, 0.2, 0.5, 0.5]}, {"work": "none.jpg"}, {"work": first, "box": "wide"}]
    detail, nothing, broken = pictures.details({"collection": "demo", "places": places})
    assert detail["box"][0] == pytest.approx(0.35 / 1.7, abs=1e-3)
    assert nothing is None and broken is None
    assert pictures.thumbnails("nonsense") == {} and pictures.details(None) == []
    elsewhere = {"collection": "../demo", "works": [first], "places": places[:1]}
    assert pictures.thumbnails(elsewhere) == {} and pictures.details(elsewhere) == [None]


def test_handlers_are_bound_so_that_gradio_hands_them_the_event(demo_workspace):
    """functools.partial, or a type imported for type checkers only, would switch that off with a mere warning."""
    from gradio.helpers import special_args

    moves = ("open", "restore", "follow", "point", "resize", "bring", "look", "travel")
    handlers = {name: getattr(ExploreTab, name) for name in (*moves, "change_options", "fold", "complain")}
    for name, function in {**handlers, "find": ListOfWorks.find}.items():
        handler = function.__get__(object())
        _, _, event_index, _ = special_args(handler)
        assert event_index is not None, name


def test_a_taken_port_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ExplorerError, match="cannot be used"):
        free_port("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("port", [-5, 65536, 10**9])
def test_a_port_that_is_none_is_a_sentence(port: int):
    with pytest.raises(ExplorerError, match="from 0"):
        free_port("127.0.0.1", port)


def test_the_address_is_told_when_the_page_can_be_opened(demo_workspace):
    page, told = build_app(demo_workspace), []

    def ready(address: str) -> None:
        with urllib.request.urlopen(address, timeout=30) as answer:
            told.append(answer.status)

    launch(page, demo_workspace, port=free_port("127.0.0.1", 0), block=False, ready=ready)
    page.close(verbose=False)
    assert told == [200]


# -- the REST API ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(demo_workspace):
    page = build_app(demo_workspace)
    address = launch(page, demo_workspace, port=free_port("127.0.0.1", 0), block=False)
    client = Client(address, verbose=False, analytics_enabled=False)
    yield client
    client.close()
    page.close(verbose=False)


def test_the_api_offers_what_a_user_does(client):
    offered = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(offered) >= {"/find", "/search_region", "/search_picture", "/search_words", "/where", "/label", "/map"}
    assert set(offered) >= {"/judge", "/judgements", "/withdraw", "/click_region", "/click_picture"}


def test_find_and_search_a_region_through_the_api(client, demo_workspace):
    entries = client.predict(text="", limit=3, api_name="/find")
    assert [entry["file"] for entry in entries] == [one.id for one in demo_workspace.collection.works()[:3]]
    first = entries[0]
    box = [0, 0, first["width"] // 3, first["height"] // 3]
    matches = client.predict(file=first["file"], box=box, top=5, per_work=1, own=False, api_name="/search_region")
    assert [match["rank"] for match in matches] == [1, 2, 3, 4, 5]
    assert first["file"] not in {match["file"] for match in matches}
    own = client.predict(file=first["file"], box=box, top=1, per_work=1, own=True, api_name="/search_region")
    assert all(one["box"][2] > box[2] or one["box"][3] > box[3] for one in own if one["file"] == first["file"])


def test_a_search_through_the_api_keeps_to_works_of_the_catalogue(client, demo_workspace):
    works = demo_workspace.collection.works()
    genre = works[0].genre
    answer = client.predict(file=works[0].id, top=100, within=[f"genre:{genre}"], api_name="/search_region")
    assert {match["file"] for match in answer} == {work.id for work in works[1:] if work.genre == genre}


def test_search_with_a_picture_sent_to_the_api(client, demo_workspace, tmp_path):
    known = demo_workspace.collection.works()[1]
    copy = tmp_path / "copy.png"
    with Image.open(demo_workspace.original(known)) as image:
        image.convert("RGB").resize((image.width // 2, image.height // 2)).save(copy)
    matches = client.predict(picture=handle_file(str(copy)), top=3, own=True, api_name="/search_picture")
    assert matches[0]["file"] == known.id


def test_a_click_through_the_api_is_answered_as_on_the_command_line(client, demo_workspace, tmp_path):
    known = demo_workspace.collection.works()[3]
    answer = client.predict(file=known.id, x=300, y=420, top=3, api_name="/click_region")
    first = answer["proposals"][0]["box"]
    assert first[0] <= 300 <= first[2] and first[1] <= 420 <= first[3]
    assert answer["matches"] == client.predict(file=known.id, box=first, top=3, api_name="/search_region")
    copy = tmp_path / "copy.png"
    with Image.open(demo_workspace.original(known)) as image:
        image.convert("RGB").save(copy)
    sent = client.predict(picture=handle_file(str(copy)), x=300, y=420, top=3, api_name="/click_picture")
    assert len(sent["proposals"]) > 1 and sent["matches"][0]["file"] == known.id
    with pytest.raises(Exception, match="outside the picture"):
        client.predict(file=known.id, x=-1, y=2, api_name="/click_region")


def test_words_labels_and_map_through_the_api(client, demo_workspace):
    words = client.predict(text="a windmill", top=4, per_work=1, api_name="/search_words")
    assert len(words) == 4
    work = demo_workspace.collection.works()[0]
    where = client.predict(file=work.id, words="a windmill", api_name="/where")
    assert where == words_in_work(demo_workspace, work.id, "a windmill").record(work, "a windmill")
    table = client.predict(prompts="a windmill\na ship", api_name="/label")
    assert client.predict(prompts=["a windmill", "a ship"], api_name="/label") == table
    assert table["labels"] == ["a windmill", "a ship"]
    assert len(table["works"]) == demo_workspace.manifest.works
    assert sum(table["works"][0]["scores"].values()) == pytest.approx(1.0, abs=1e-3)


def test_labels_of_a_ready_set_against_a_column_through_the_api(client, demo_workspace):
    table = client.predict(
        label_set="genres", templates=["a painting of {}"], threshold=0.0, against="genre", api_name="/label"
    )
    assert table["labels"][0] == "a landscape" and table["without"] == 0
    assert sum(sum(row["counts"]) for row in table["against"]["rows"]) == demo_workspace.manifest.works
    assert client.predict(api_name="/columns") == {"columns": demo_workspace.collection.columns(), "kept": []}


@pytest.mark.parametrize(
    ("endpoint", "sent", "sentence"),
    [
        ("/search_region", {"file": "none.jpg"}, "There is no work"),
        ("/search_region", {"file": None, "box": [9, 9, 1, 1]}, "box"),
        ("/search_words", {"text": "  "}, "Type a few words"),
        ("/search_words", {"text": "a mill", "within": ["colour:red"]}, "cannot be chosen by 'colour:red'"),
        ("/search_words", {"text": "a mill", "within": ["genre:none"]}, "No work of the collection"),
        ("/where", {"file": "none.jpg", "words": "a mill"}, "none.jpg"),
        ("/label", {"prompts": " "}, "label"),
        ("/label", {"prompts": "a ship", "label_set": "genres"}, "not both"),
        ("/label", {"label_set": "absent"}, "no ready set"),
        ("/label", {"prompts": "a ship", "templates": "a {"}, "has no {}"),
        ("/label", {"prompts": "a ship", "threshold": 7}, "from 0"),
        ("/label", {"prompts": "a ship", "against": "colour"}, "no column 'colour'"),
        ("/label", {"prompts": "a ship", "keep": "genre"}, "has a column"),
        ("/remove_column", {"name": "genre"}, "No column"),
        ("/search_picture", {"picture": {"path": "/etc/hostname"}}, "did not arrive"),
    ],
)
def test_errors_of_the_api_are_sentences(client, demo_workspace, endpoint, sent, sentence):
    if sent.get("file", "") is None:
        sent = {**sent, "file": demo_workspace.collection.works()[0].id}
    with pytest.raises(Exception, match=sentence):
        client.predict(**sent, api_name=endpoint)


def test_gradio_was_told_to_call_nobody():
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
