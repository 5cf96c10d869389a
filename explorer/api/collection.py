"""An opened collection, as scripts and notebooks use it: search, label, map, works, judgements."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.api.kept import WhatPeopleMade
from explorer.api.map_records import MapResult
from explorer.api.records import (
    LabelResult,
    SearchResult,
    WhereRecord,
    WorkRecord,
)
from explorer.errors import ExplorerError
from explorer.progress import Progress, silent

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.workspace import Workspace

Numbers = Sequence[float]


class IndexedCollection(WhatPeopleMade):
    """A collection that :func:`explorer.open` opened; it may be open elsewhere too. Nothing here changes it but columns
    that are kept and removed, and motifs and bookmarks that are read from a file."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        """What the functions inside the package take. It may change from one version to the next."""

    @property
    def name(self) -> str:
        return self.workspace.name

    def __repr__(self) -> str:
        return f"<IndexedCollection {self.name!r}: {self.workspace.manifest.works:,} works>"

    def __len__(self) -> int:
        return len(self.workspace.collection.ids())

    def works(self, text: str = "") -> list[WorkRecord]:
        """The works whose catalogue entry or file name has all the words of ``text``; without words, all of them."""
        works = self.workspace.collection.find(text)
        return [
            WorkRecord(work.id, self.workspace.original(work), work.title, work.artist, work.date, work.year,
                       work.width, work.height)
            for work in works
        ]  # fmt: skip

    def picture(self, file: str) -> Image:
        """The original of a work, upright, in RGB and in full size: what the boxes of all records refer to."""
        from explorer.collection import open_picture

        return open_picture(self.workspace.original(self.workspace.collection.work(file))).image

    def search(  # noqa: PLR0913 (the command's options, each by its name)
        self, image: Path | str | None = None, *, box: Numbers | None = None, click: Numbers | None = None,
        also: Sequence[Numbers] = (), layout: bool = False, alike: bool = False,
        text: str | Sequence[str | tuple[str, float]] | None = None,
        like: Sequence[Path | str | tuple[Path | str, Numbers]] = (),
        unwanted: Sequence[Path | str | tuple[Path | str, Numbers]] = (),
        top: int = 20, per_work: int = 1, own: bool = False, within: Sequence[str] = (),
        csv: Path | str | None = None, html: Path | str | None = None,
    ) -> SearchResult:  # fmt: skip
        """Where a picture, a detail of it, or words are found in the collection, best first.

        ``image`` is a picture file, in the collection or not. ``box`` (x0, y0, x1, y1) is a detail of it; ``click``
        (x, y) is a point of it, and means the thing there as far as it recurs: the result's ``proposals`` say what
        was searched and what else it may mean. Its ``notes`` say which words the model does not know, or that they do
        not stand out in the collection. ``also`` has further boxes of the same picture that must be there too,
        with ``layout`` in the same arrangement. With ``alike``, works are found that are like the whole picture,
        whether or not anything of it recurs there; their scores are no probabilities. ``text`` is words, by themselves
        or with a picture, whose matches they then order; a list may have several, and pairs of words and a weight from
        -1 (not wanted) to 1. ``like`` and ``unwanted`` have pictures, or pairs of a picture and a box, that are
        examples, and that should not be there.
        ``top`` matches are given at most, ``per_work`` of one work, those in the picture's own work only with ``own``.
        ``within`` has entries of the catalogue that the works must have, such as ``genre:landscape``, and ``years``
        that they may be of, ``years:1590..1610``; values of one column are alternatives.
        The matches are also written to a table ``csv`` and to one page ``html``, complete in itself, where those are
        named.

        Raises :class:`explorer.ExplorerError` when there is nothing to search for, a picture cannot be read, a box or a
        click lies outside it, a detail shows nothing that could be matched, or no work is ``within``.
        """
        from explorer.search import notes, search
        from explorer.search.export import findings
        from explorer.search.parsing import parse_query
        from explorer.search.query import SearchOptions
        from explorer.search.serialisation import match_records, with_click
        from explorer.search.take_away import Wanted, take_away
        from explorer.search.within import asked_within

        record = {
            "image": None if image is None else str(image), "box": None if box is None else _numbers(box),
            "click": None if click is None else _numbers(click), "also": [_numbers(further) for further in also],
            "layout": layout, "alike": alike, "text": _weighted(text), "like": [_detail(picture) for picture in like],
            "not": [_detail(picture) for picture in unwanted],
        }  # fmt: skip
        limits = SearchOptions(top, per_work, own, within=asked_within(self.workspace.collection, within))
        query, proposals = with_click(self.workspace, parse_query(record), limits.within)
        matches, said = search(self.workspace, query, limits), notes(self.workspace, query)
        wanted = Wanted(csv=None if csv is None else Path(csv), html=None if html is None else Path(html))
        if wanted.any:
            take_away(findings(self.workspace, query, limits, matches, said), wanted)
        return SearchResult.from_json(match_records(self.workspace, matches), proposals, said)

    def where(self, file: str, words: str) -> WhereRecord:
        """Where in a work words are found: the boxes that fit best, and how well each part of the picture fits.

        The picture is read and goes through the model; the last few are kept, so that further words for the same work
        take no time. Raises :class:`explorer.ExplorerError` for a work that is not there, a picture that cannot be
        read, and where there are no words.
        """
        from explorer.search.standing import where_in_work

        work = self.workspace.collection.work(file)
        return WhereRecord.from_json(where_in_work(self.workspace, work.id, words).record(work, words))

    def recurrence(self, file: str) -> dict[str, Any]:
        """Which parts of a work are in other works, by the motifs that were found: a record that JSON can carry.

        ``counts`` has, row by row, of ``rows`` by ``columns`` cells the number of other works that have what is there;
        ``places`` has each place (``box``, pixels of the original) with the ``file``, ``box`` and ``score`` of where it
        was ``found``. Raises :class:`explorer.ExplorerError` for a work that is not there, and where no motifs were
        looked for.
        """
        from explorer.motifs.recurrence import recurrence

        return recurrence(self.workspace, file).to_json(self.workspace.picture_sizes())

    def label(  # noqa: PLR0913 (the command's options, each by its name)
        self, prompts: Sequence[str] | str | None = None, *, prompts_file: Path | str | None = None,
        label_set: str | None = None, templates: Sequence[str] | None = None, threshold: float | None = None,
        against: str | None = None, keep: str | None = None, csv: Path | str | None = None,
        text_vectors: Path | str | None = None, names: Path | str | None = None,
    ) -> LabelResult:  # fmt: skip
        """Every work's probability for each label in plain words, and the label that suits it, if one fits.

        ``prompts`` is a list of labels, or a text with semicolons between them; or they are in ``prompts_file``, one a
        line, or the column "label" of a ``.csv``; or ``label_set`` is the name of a ready set. Or the labels' vectors
        were computed elsewhere: ``text_vectors`` is a ``.npy`` file whose row i is the vector of line i of the text
        file ``names``. ``templates`` are ways of asking, each with ``{}`` where the label goes. A work has no label
        unless its fit (:mod:`explorer.words.abstention`) is at least ``threshold``, 0 to 1. ``against`` is a column of
        the catalogue to count the labels against, ``keep`` a name to keep them under as a column of the catalogue,
        ``csv`` a file to write.

        Raises :class:`explorer.ExplorerError` for labels, templates, a threshold, a column or a name that will not do.
        """
        from explorer.words.abstention import USUAL_THRESHOLD
        from explorer.words.asking import LabelQuestion, answer, chosen_labels
        from explorer.words.given_vectors import read_class_vectors
        from explorer.words.prompts import check_templates, usual_templates

        least = USUAL_THRESHOLD if threshold is None else threshold
        file = None if prompts_file is None else Path(prompts_file)
        asked: tuple[str, ...] = ()  # vectors were asked for elsewhere
        if (text_vectors is None) != (names is None):
            raise ExplorerError("Labels by vectors are text_vectors together with names.")
        if text_vectors is not None and names is not None:
            if prompts is not None or file is not None or label_set is not None:
                raise ExplorerError("Labels are either prompts, or text_vectors together with names.")
            given = read_class_vectors(Path(text_vectors), Path(names))
            labels = given.labels
        else:
            given, labels = None, tuple(chosen_labels(prompts, file, label_set))
            asked = usual_templates() if templates is None else check_templates(templates)
        table = None if csv is None else Path(csv)
        question = LabelQuestion(labels, asked, least, against, keep, table, given)
        return LabelResult(answer(self.workspace, question).record)

    def columns(self) -> list[str]:
        """Columns of the catalogue that say something of at least one work, with those that were kept."""
        return self.workspace.collection.columns()

    def column(self, name: str) -> dict[str, str]:
        """What a column of the catalogue says of each work, by file; works of which it says nothing are left out.

        Raises :class:`explorer.ExplorerError` where there is no such column.
        """
        from explorer.words.confusion import column_values

        return {file: value for file, value in column_values(self.workspace, name).items() if value}

    def remove_column(self, name: str) -> None:
        """Remove a column that was kept; :meth:`restore_column` brings it back. Raises :class:`explorer.ExplorerError`
        where there is none of that name."""
        self.workspace.collection.kept.remove(name)

    def restore_column(self, name: str) -> None:
        """Bring back a kept column that was removed. Raises :class:`explorer.ExplorerError` where there is none of that
        name, or the name is taken by now."""
        self.workspace.collection.kept.restore(name)

    def map(  # noqa: PLR0913 (the command's options, each by its name)
        self, *, regions: bool = False, layout: str = "umap", neighbours: int = 15, min_dist: float = 0.1,
        metric: str = "cosine", columns: tuple[str, str] = ("", ""), aspect: float = 1.0,
        coordinates: Path | str | None = None, keep: str = "own", csv: Path | str | None = None,
        png: Path | str | None = None, svg: Path | str | None = None, html: Path | str | None = None,
        pixels: int = 4000, title: str = "", progress: Progress = silent,
    ) -> MapResult:  # fmt: skip
        """Where the works, or with ``regions`` their details, lie on a plane; computed once for each state of the
        collection and each setting.

        ``layout`` is ``"umap"`` (those that look alike lie together), ``"grid"`` (the same without overlap, filling a
        plane ``aspect`` times as wide as high), ``"time"``, ``"columns"`` or ``"own"`` (both by two ``columns`` of the
        catalogue with numbers). ``neighbours``, ``min_dist`` and ``metric`` are UMAP's. ``coordinates`` is a table with
        the columns file, x and y: it is kept as two columns, called after ``keep``, and laid out. The map is also
        written to a table ``csv``, pictures ``png`` and ``svg`` of ``pixels`` on the longer side, and one page
        ``html``, where those are named.

        Raises :class:`explorer.ExplorerError` for settings that will not do, and where nothing can be laid out by them.
        """
        from explorer.maps import MapSettings
        from explorer.maps.drawn import draw
        from explorer.maps.own import keep_places, read_places
        from explorer.maps.table import map_json
        from explorer.maps.take_away import Wanted, take_away

        kind = "regions" if regions else "works"
        settings = None
        if coordinates is None:
            settings = MapSettings(kind, layout, neighbours, min_dist, metric, columns, aspect)
        elif regions or layout not in ("umap", "own"):
            raise ExplorerError("Coordinates are a layout of their own, of works.")
        files = [None if path is None else Path(path) for path in (csv, png, svg, html)]
        wanted = Wanted(files[0], files[1], files[2], files[3], pixels, title)
        if settings is None:
            own = read_places(Path(str(coordinates)), sorted(self.workspace.collection.ids()))
            settings = keep_places(self.workspace, keep, own)
        drawn = draw(self.workspace, settings, progress=progress)
        take_away(self.workspace, drawn, wanted, progress)
        return MapResult(map_json(self.workspace, drawn))

    def evaluate(  # noqa: PLR0913 (the command's options, each by its name)
        self, annotations: Path | str | None = None, *, protocol: str = "artminer", per_work: int = 1,
        column: str | None = None, data: Path | str | None = None, templates: Sequence[str] | None = None,
        least: int | None = None, most: int | None = None, queries: int | None = None, progress: Progress = silent,
    ) -> dict[str, Any]:  # fmt: skip
        """How well searches find what is known to be there; the record that ``explorer evaluate PROTOCOL --json``
        writes.

        ``annotations`` is a file of true boxes: in ArtMiner's format for the protocols ``"artminer"`` and
        ``"brueghel"`` (which looks for it among the pictures when it is left out), both with ``per_work`` places per
        work; a table with the columns file, class, x0, y0, x1, y1 for ``"objects"``, of which ``queries`` boxes at most
        are searched with. ``"zero-shot"`` takes a ``column`` of the catalogue (values of ``least`` works or more) or a
        folder ``data`` of folders with pictures, each named after what they show (``most`` pictures at most), and
        ``templates``, the ways of asking. The benchmarks of :data:`explorer.evaluate.benchmarks.TEXTS` take their truth
        as ``annotations``, or look for it below ``data`` or among the pictures.

        Raises :class:`explorer.ExplorerError` for a protocol that is none, and for what it cannot use.
        """
        from explorer.evaluate.command import Measure, evaluate_collection

        boxes, folder = (None if path is None else Path(path) for path in (annotations, data))
        asked = Measure(protocol, boxes, per_work, column, folder, templates, least, most, queries)
        return evaluate_collection(self.workspace, asked, progress).record


def _numbers(values: Sequence[float]) -> list[float]:
    """Coordinates as plain numbers, whatever kind of number they were."""
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError):
        raise ExplorerError(f"A box is four numbers and a click two, in pixels, not {values!r}.") from None


def _weighted(text: str | Sequence[str | tuple[str, float]] | None) -> list[Any]:
    """Words as the parser takes them, each with its weight where one is given."""
    given = [text] if isinstance(text, str) else list(text or [])
    return [{"text": words[0], "weight": words[1]} if isinstance(words, tuple) else words for words in given]


def _detail(picture: Path | str | tuple[Path | str, Numbers]) -> dict[str, Any]:
    if isinstance(picture, tuple):
        path, box = picture
        return {"image": str(path), "box": _numbers(box)}
    return {"image": str(picture), "box": None}
