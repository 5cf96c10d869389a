"""Brueghel Explorer: click a detail of a painting, see every place in the collection where it recurs.

What this module exports is the public API, and is kept from one version to the next; the modules below it may change.
:mod:`explorer.api` has the calls and how they correspond to the command line::

    import explorer

    collection = explorer.open("demo")
    for match in collection.search("picture.jpg", box=(40, 60, 220, 240)):
        print(match.file, match.box, match.probability, match.transform)
    for work in collection.label(["a village in winter", "a still life"]):
        print(work.file, work.label)
    places = collection.map()
"""

from explorer.api import (
    IndexedCollection,
    IndexRecord,
    JudgementRecord,
    LabelRecord,
    LabelResult,
    MapRecord,
    MapResult,
    MatchRecord,
    MotifInstanceRecord,
    MotifRecord,
    PartRecord,
    ProposalRecord,
    SearchResult,
    SkippedRecord,
    TransformRecord,
    WhereBoxRecord,
    WhereRecord,
    WorkRecord,
    fetch_benchmark,
    index_folder,
    open,
    paint_demo,
    serve,
)
from explorer.errors import ExplorerError

__version__ = "0.1.0"

__all__ = [
    "ExplorerError",
    "IndexRecord",
    "IndexedCollection",
    "JudgementRecord",
    "LabelRecord",
    "LabelResult",
    "MapRecord",
    "MapResult",
    "MatchRecord",
    "MotifInstanceRecord",
    "MotifRecord",
    "PartRecord",
    "ProposalRecord",
    "SearchResult",
    "SkippedRecord",
    "TransformRecord",
    "WhereBoxRecord",
    "WhereRecord",
    "WorkRecord",
    "__version__",
    "fetch_benchmark",
    "index_folder",
    "open",
    "paint_demo",
    "serve",
]
