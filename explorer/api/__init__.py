"""The Python API: a few calls over the same functions as the command line and the web API, with the same names.

Boxes and clicks are pixels of the original, upright picture. Every answer is made of frozen records whose attributes
are the keys of the command line's JSON. Errors are :class:`explorer.ExplorerError`, each with a sentence that says
what to do next.

| command line | Python | web API of the running app |
|---|---|---|
| `explorer index FOLDER --name NAME` | `explorer.index_folder(folder, name)` | |
| `explorer index ... --vectors FILE` | `explorer.index_folder(..., vectors=file)` | |
| `explorer demo FOLDER` | `explorer.paint_demo(folder)` | |
| `explorer serve NAME` | `explorer.serve(name)` | the app itself |
| `explorer evaluate artminer NAME --annotations FILE` | `c.evaluate(file)` | |
| `explorer evaluate zero-shot NAME --column COLUMN` | `c.evaluate(protocol="zero-shot", column=...)` | |
| `explorer evaluate objects NAME --annotations FILE` | `c.evaluate(file, protocol="objects")` | |
| `explorer fetch brueghel` | `explorer.fetch_benchmark(folder)` | |
| `NAME` of any command | `c = explorer.open(name)` | the collection that the app serves |
| `search --image` | `c.search(image)` | `search_picture`, `search_region` |
| `search --image --box` | `c.search(image, box=...)` | the same with `box` |
| `search --image --click` | `c.search(image, click=...)` | `click_picture`, `click_region` |
| `search --text` | `c.search(text=...)` | `search_words` |
| `--text` several times, `--text-not` | `text=["a windmill", ("people", -1)]` | `search_combined` |
| `--also`, `--layout`, `--like`, `--not` | `also=`, `layout=`, `like=`, `unwanted=` | `search_combined` |
| `--alike` | `alike=True` | `search_alike` |
| `--top`, `--per-work`, `--own` | `top=`, `per_work=`, `own=` | `top`, `per_work`, `own` |
| `search --html`, `--csv` | `html=`, `csv=` | |
| `search --queries` | a loop over `c.search` | one call for each query |
| `explorer where NAME --file --words` | `c.where(file, words)` | `where` |
| `explorer label` | `c.label(prompts)` | `label` |
| `--prompts-file`, `--set` | `prompts_file=`, `label_set=` | `label_set` |
| `--templates-file`, `--threshold` | `templates=`, `threshold=` | `templates`, `threshold` |
| `--against`, `--keep`, `--csv` | `against=`, `keep=`, `csv=` | `against`, `keep` |
| `explorer columns` | `c.columns()`, `c.column(name)` | `columns` |
| `--remove`, `--restore` | `c.remove_column(name)`, `c.restore_column(name)` | `remove_column`, `restore_column` |
| `explorer label --text-vectors` | `c.label(text_vectors=..., names=...)` | |
| `explorer judgements` | `c.judgements()` | `judgements` |
| `explorer bookmarks` | `c.bookmarks()` | |
| `explorer motifs` | `c.motifs()` | `motifs` (those that were found) |
| `--again`, `--hidden`, `--motif` | `again=`, `hidden=`, `motif=` | |
| `--csv`, `--annotations`, `--base-url`, `--graphml`, `--pdf`, `--zip`, `--html` | arguments of the same names | |
| `--read`, `--who` | `read=`, `who=` | |
| | `c.works(text)` | `find` |
| `explorer map` | `c.map()` | `map` |
| `--regions`, `--layout`, `--columns`, `--aspect`, `--coordinates`, `--keep` | arguments of the same names | |
| `--neighbours`, `--min-dist`, `--metric`; `--csv`, `--png`, `--svg`, `--html` | the same | |

Filling and measuring a collection (`index`, `demo`, `fetch`, `evaluate`, `train-mini`) is for whoever runs the server
and has no web call; `explorer.adapt.pipeline.train_mini` trains, and may change from one version to the next. `not` is
a keyword of Python, hence `unwanted`; `explorer.index`, `explorer.demo` and `explorer.fetch` are subpackages, hence
`index_folder`, `paint_demo` and `fetch_benchmark`.

Importing this module is light: the model, the index and the libraries under them load with the first call that needs
them.
"""

from explorer.api.calls import fetch_benchmark, index_folder, open, paint_demo, serve
from explorer.api.collection import IndexedCollection
from explorer.api.map_records import MapRecord, MapResult
from explorer.api.motif_records import MotifInstanceRecord, MotifRecord
from explorer.api.records import (
    IndexRecord,
    JudgementRecord,
    LabelRecord,
    LabelResult,
    MatchRecord,
    PartRecord,
    ProposalRecord,
    SearchResult,
    SkippedRecord,
    TransformRecord,
    WhereBoxRecord,
    WhereRecord,
    WorkRecord,
)

__all__ = [
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
    "fetch_benchmark",
    "index_folder",
    "open",
    "paint_demo",
    "serve",
]
