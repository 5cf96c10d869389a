"""Motifs written to the files that somebody asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.motifs.export import write_motifs_csv
from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import Origin, origin_of
from explorer.plates.sheet import works_of
from explorer.progress import Progress, silent
from explorer.workspace import Workspace


@dataclass(frozen=True)
class Wanted:
    """The files that are asked for, each None where it is not."""

    csv: Path | None = None
    annotations: Path | None = None
    graphml: Path | None = None
    pdf: Path | None = None
    zip: Path | None = None
    html: Path | None = None
    base_url: str = ""
    """The address of the running app, for ``annotations``."""

    @property
    def any(self) -> bool:
        """Whether any file is."""
        return any((self.csv, self.annotations, self.graphml, self.pdf, self.zip, self.html))


@dataclass(frozen=True)
class _Job:
    workspace: Workspace
    motifs: Sequence[ShownMotif]
    origin: Origin
    wanted: Wanted
    progress: Progress


def take_away(
    workspace: Workspace, motifs: Sequence[ShownMotif], wanted: Wanted, progress: Progress = silent
) -> list[str]:
    """Write motifs to the files that are wanted, each whole or not at all; what was written, in sentences.

    Raises :class:`ExplorerError` where a page of several motifs is asked for, and where annotations need an address.
    """
    if wanted.html is not None and len(motifs) != 1:
        raise ExplorerError(f"A page is of one motif, not of {len(motifs):,}; name it.")
    job = _Job(workspace, motifs, origin_of(workspace), wanted, progress)
    said: list[str] = []
    for name, write in _WRITERS.items():
        path = getattr(wanted, name)
        if path is not None:
            said += [f"Written to {path}.", *write(job, path)]
    return said


def _csv(job: _Job, path: Path) -> list[str]:
    listed = (each for motif in job.motifs for each in (*motif.instances, *motif.proposals, *motif.removed))
    works = works_of(job.workspace, {each.work for each in listed})
    write_motifs_csv(job.motifs, job.workspace.picture_sizes(), job.origin, path, works)
    return []


def _annotations(job: _Job, path: Path) -> list[str]:
    from explorer.iiif.annotations import write_annotations
    from explorer.motifs.annotations import annotated

    found = annotated(job.workspace, job.motifs, job.origin, job.wanted.base_url)
    write_annotations(found, path)
    return _without("annotation", found.left_out)


def _graphml(job: _Job, path: Path) -> list[str]:
    from explorer.motifs.works_graph import versions, works_graph, write_graphml

    graph = works_graph(job.workspace, job.motifs, job.origin)
    write_graphml(graph, path)
    return [f"Versions of one composition: {', '.join(group)}." for group in versions(graph)]


def _pdf(job: _Job, path: Path) -> list[str]:
    from explorer.motifs.dossier_pdf import write_dossier

    return write_dossier(job.workspace, job.motifs, job.origin, path, job.progress).sentences()


def _zip(job: _Job, path: Path) -> list[str]:
    from explorer.motifs.details_zip import write_details

    return _without("picture", write_details(job.workspace, job.motifs, job.origin, path, job.progress))


def _html(job: _Job, path: Path) -> list[str]:
    from explorer.motifs.sheet import sheet_of
    from explorer.plates.single_page import write_page

    return _without("picture", write_page(sheet_of(job.workspace, job.motifs[0], job.origin), path))


_WRITERS: dict[str, Callable[[_Job, Path], list[str]]] = {
    "csv": _csv, "annotations": _annotations, "graphml": _graphml, "pdf": _pdf, "zip": _zip, "html": _html,
}  # fmt: skip


def _without(what: str, works: Sequence[str]) -> list[str]:
    return [f"Without {what}: {', '.join(works)}."] if works else []
