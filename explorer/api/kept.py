"""What people made of a collection, as scripts use it: motifs, bookmarks, judgements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.api.motif_records import MotifRecord
from explorer.api.records import JudgementRecord
from explorer.errors import ExplorerError
from explorer.progress import Progress, silent

if TYPE_CHECKING:
    from explorer.workspace import Workspace


class WhatPeopleMade:
    """These methods of :class:`explorer.api.collection.IndexedCollection`."""

    workspace: Workspace

    def motifs(  # noqa: PLR0913 (the command's options, each by its name)
        self, *, again: bool = False, hidden: bool = False, motif: str | None = None, read: Path | str | None = None,
        who: str = "", csv: Path | str | None = None, annotations: Path | str | None = None, base_url: str = "",
        graphml: Path | str | None = None, pdf: Path | str | None = None, zip: Path | str | None = None,
        html: Path | str | None = None, progress: Progress = silent,
    ) -> list[MotifRecord]:  # fmt: skip
        """What recurs across the collection, with what people made of it, strongest first.

        Where nobody has looked yet, or ``again``, this takes minutes; what was compared is kept, so that it goes on
        where it was stopped. ``motif`` is the id of a single one, hidden or not, or of one that was merged into it;
        ``hidden`` gives those too that people hid.
        ``read`` is a file of motifs whose decisions are first added to those that are kept, in the name of ``who``.

        Files are written where they are named: a table ``csv``, W3C Web ``annotations`` (``base_url`` is the address of
        the running app, for works of which the catalogue has no IIIF address), the works that share motifs as
        ``graphml``, a dossier ``pdf``, the details as a ``zip``, and with ``motif`` one page of it, ``html``.

        Raises :class:`explorer.ExplorerError` for a collection without details, an unknown motif, a file that holds no
        motifs, and where annotations need an address.
        """
        from explorer.motifs.current import chosen_motifs, current_motifs
        from explorer.motifs.reading_back import read_back
        from explorer.motifs.take_away import Wanted, take_away

        named = {
            "csv": csv, "annotations": annotations, "graphml": graphml, "pdf": pdf, "zip": zip, "html": html,
        }  # fmt: skip
        files = {name: Path(path) for name, path in named.items() if path is not None}
        wanted = Wanted(**files, base_url=base_url)
        if base_url and annotations is None:
            raise ExplorerError("base_url is for annotations, which are not asked for.")
        if who and read is None:
            raise ExplorerError("who is for read, which is not given.")
        if read is not None:
            read_back(self.workspace.collection, Path(read), who)
        motifs = current_motifs(self.workspace, progress, again, hidden or motif is not None)
        if motif is not None or wanted.any:
            motifs = chosen_motifs(motifs, motif, self.workspace.collection.motifs.merged())
        take_away(self.workspace, motifs, wanted, progress)
        sizes = self.workspace.picture_sizes()
        return [MotifRecord.from_json(shown.to_json(sizes)) for shown in motifs]

    def judgements(self, csv: Path | str | None = None) -> list[JudgementRecord]:
        """All judgements that hold, in the order in which they were given; also written to a file ``csv``, if named."""
        from explorer.collection.judgement_export import judgement_records, write_csv

        records = judgement_records(self.workspace.collection)
        if csv is not None:
            write_csv(records, Path(csv))
        return [JudgementRecord.from_json(record) for record in records]

    def bookmarks(  # noqa: PLR0913 (the command's options, each by its name)
        self, set: str = "", *, read: Path | str | None = None, who: str = "", csv: Path | str | None = None,
        zip: Path | str | None = None, annotations: Path | str | None = None, base_url: str = "",
        html: Path | str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What people kept: of one ``set``, by its name, or all; the record that ``explorer bookmarks --json`` writes.

        ``read`` is a file of a set (its table or JSON), of which a set is made first, in the name of ``who``. Files are
        written where they are named: a table ``csv``, the details as a ``zip``, W3C Web ``annotations`` (``base_url``
        is the address of the running app, for works of which the catalogue has no IIIF address), one page ``html``.

        Raises :class:`explorer.ExplorerError` for a set that is not there, a file that holds none, and where
        annotations need an address.
        """
        from explorer.bookmarks.chosen import chosen_set
        from explorer.bookmarks.export import set_json
        from explorer.bookmarks.reading_back import read_in
        from explorer.bookmarks.take_away import Wanted, take_away

        if base_url and annotations is None:
            raise ExplorerError("base_url is for annotations, which are not asked for.")
        if who and read is None:
            raise ExplorerError("who is for read, which is not given.")
        named = {"csv": csv, "zip": zip, "annotations": annotations, "html": html}
        wanted = Wanted(**{name: Path(path) for name, path in named.items() if path is not None}, base_url=base_url)
        made = "" if read is None else read_in(self.workspace.collection, Path(read), who)
        chosen = chosen_set(self.workspace, made or set)
        take_away(chosen, wanted)
        return set_json(chosen)
