"""The whole page: its tabs, and what links them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr
from starlette.datastructures import QueryParams

from explorer.config import model_name
from explorer.errors import ExplorerError
from explorer.ui import incoming, views
from explorer.ui.answers import gallery
from explorer.ui.bookmarks import BookmarksTab, Keeper
from explorer.ui.citing import Citer
from explorer.ui.collection import CollectionTab, damage
from explorer.ui.compare import CompareTab
from explorer.ui.components import Masthead
from explorer.ui.explore import ExploreTab
from explorer.ui.facets import selection_of
from explorer.ui.finding import Finding
from explorer.ui.guidance import Guide, guidance
from explorer.ui.leading import to, to_asked, to_linked
from explorer.ui.map import MapTab
from explorer.ui.motifs import MotifChooser, MotifsTab
from explorer.ui.rest import RestApi
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.server.guard import is_shared
from explorer.ui.server.refusals import Page
from explorer.ui.session import Session
from explorer.ui.wiring import after, notify, quiet, working
from explorer.ui.words import WordsTab
from explorer.workspace import Workspace

if TYPE_CHECKING:
    from explorer.config import RuntimeOptions

log = logging.getLogger(__name__)

TITLE = "Brueghel Explorer"
VISITORS_PICTURES = (3600, 86400)
"""Seconds: how often the server looks for pictures that visitors brought, and at what age it deletes them. All go when
it stops."""


def build_app(workspace: Workspace, runtime: RuntimeOptions | None = None, base_url: str = "") -> gr.Blocks:
    """The page over a collection; a link with ``collection=NAME`` leads to another of the same cache folder, which is
    opened with ``runtime``. ``base_url`` is the address under which it is cited, where that is not the page's own."""
    app = AppContext(workspace, runtime, base_url)
    with Page(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=VISITORS_PICTURES) as page:
        page.temp_file_sets.append(app.copies)
        page.collections, page.maps = app.collections, app.maps
        RestApi(app)  # before the page's own events, which would take the endpoints' names
        session = gr.State(Session())
        masthead = Masthead({})
        finding = Finding(app.queue)
        MotifChooser(app, finding)
        Keeper(app)
        Citer(app, session)
        Guide(guidance())
        with gr.Tabs() as tabs:
            with gr.Tab("Explore", id="explore", render_children=True):
                explore = ExploreTab(app, session)
            with gr.Tab("Compare", id="compare", render_children=True):
                compare = CompareTab(app, session)
            with gr.Tab("Words", id="words", render_children=True):
                words = WordsTab(app, session)
            with gr.Tab("Motifs", id="motifs", render_children=True):
                motifs = MotifsTab(app, finding).board
            with gr.Tab("Bookmarks", id="bookmarks", render_children=True):
                bookmarks = BookmarksTab(app)
            with gr.Tab("Map", id="map", render_children=True) as map_tab:
                works_map = MapTab(app, session, map_tab).map
            with gr.Tab("Collection", id="collection", render_children=True) as collection_tab:
                collection = CollectionTab(app, session, collection_tab, finding)

        # wiring
        def open_collection(known: Session, request: gr.Request) -> tuple[Any, ...]:
            return opened(app, known, request.query_params, is_shared(request.request))

        opening = page.load(
            open_collection, session, [session, masthead, explore.gallery, words.search.caveat], **quiet()
        )
        opening.then(words.search.offer, session, words.search.examples, **after())
        for source in (words.labels, works_map, collection.grid):
            source.choose(explore.open, session, explore.shown, **quiet()).then(to("explore"), None, tabs, **after())
        found, searching = words.search.results, working(explore.results)
        for followed in (found.follow, found.look, found.these, motifs.follow, motifs.look, works_map.follow):
            followed(to("explore"), None, tabs, **quiet())
        for followed in (found.follow, found.look, motifs.follow, works_map.follow):
            followed(explore.follow, session, explore.shown, **searching)
        words.search.follow_limits(explore.gallery)
        found.these(explore.these_beside, [session, words.search.asked], explore.shown, **searching)
        motifs.look(explore.look, session, explore.viewer, **quiet())
        for results in (explore.results, found, motifs):
            results.compare(to("compare"), None, tabs, **quiet())
            results.compare(compare.from_match, session, compare.table, **working(compare.table))
        compare.table.arrive(compare.lay, session, compare.table, **working(compare.table))
        shown = [tabs, words.halves, bookmarks.halves, collection.halves]
        page.load(to_linked, None, shown, **quiet())
        masthead.go(to_asked, None, shown, **quiet())
    return page


def opened(
    app: AppContext, session: Session, address: QueryParams, shared: bool
) -> tuple[Session, views.Props, views.Props, dict[str, Any]]:
    """What the page shows of its collection when it is opened: session, masthead, gallery, and the note on the model
    beside the search with words. Where the ``collection`` of the ``address`` cannot be opened, a sentence, and the
    default; what it has by ``in`` chooses works. What is damaged is said to the visitors of a ``shared`` page without
    where on the server it is."""
    name = incoming.text(address.get("collection")) or app.collections.first_name()
    try:
        context = app.named(name)
    except ExplorerError as error:
        context = app.named(app.collections.first_name())
        notify(f"{said(error)} {context.workspace.name} is shown instead.")
    workspace = context.workspace
    for sentence in damage(workspace, shared):
        notify(sentence)
    other = "" if app.collections.is_default(workspace) else workspace.name
    masthead = {
        "collection": workspace.name,
        "address": other,
        "model": model_name(workspace.config.model),
        "note": workspace.model_note,
    }
    caveat = gr.update(value=workspace.model_note, visible=bool(workspace.model_note))
    context.selection = selection_of(workspace.collection, address.getlist("in"), notify)
    session = replace(session, collection=other, selection=context.selection)
    return session, masthead, gallery(context), caveat
