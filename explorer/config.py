"""All settings of a collection in one frozen value, and the fingerprint of those that change its vectors."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError

DEFAULT_MODEL = "openai/clip-vit-base-patch16"
MINI_MODEL = "mini"
"""The bundled model."""
BUNDLED_NAMES = frozenset({MINI_MODEL, "small"})
"""Its name, and the one that it had before: what was indexed under that keeps its folder, which is named after it."""
_FROM_MODEL: Any = None
"""Default of the settings whose default depends on the model; ``Config.__post_init__`` fills them in."""
_DEFAULTS = {"resolution": 448, "whitening": 0.0, "hog_weight": 1.0}
_DEFAULTS_BUNDLED = {"resolution": 832, "whitening": 0.5, "hog_weight": 0.5}
FEATURES_VERSION = 1
"""Raised by hand whenever a constant or a step of the algorithm changes what is computed of a picture (gradient
histograms, key points, regions, PCA): it is part of the fingerprint, so that old features and new ones are never mixed.
A test compares the features of a fixed picture with those that are kept for this version."""
FACETS = ("token", "value")
"""Outputs of a transformer block that can match details: its tokens, or the value vectors of its attention."""
INDEX_OPTIONS = (
    "model", "resolution", "match_layer", "match_facet", "cell_dims", "hog_weight", "whitening", "bfloat16", "engine",
)  # fmt: skip
"""Settings that a user may choose when a collection is indexed; the command line's options have the same names."""


@dataclass(frozen=True)
class Config:
    """The settings that a collection is indexed with.

    The first group determines the vectors: changing any of it means encoding again, into another folder.
    The second group determines only how they are searched, and may change from one search to the next.

    Raises :class:`ExplorerError` for values out of range.
    """

    # -- these change vectors ---------------------------------------------------------------------------------------
    model: str = DEFAULT_MODEL
    """Hub id or local folder of a Hugging Face ``CLIPModel``; ``mini`` ships with the project. With ``vectors``, the
    name of the model that they were computed with."""
    resolution: int = _FROM_MODEL
    """Long side, in pixels, at which a picture goes through the model; its aspect ratio is kept. Left out: 832
    for the bundled model, which is quick and needs the pixels, 448 for others."""
    match_layer: int = 0
    """Transformer block whose output matches details, counted from the end (-1 is the last); 0 is the block that the
    model's own config names or, where it names none, the block that is chosen when a collection is indexed."""
    match_facet: str = ""
    """Output of that block, one of :data:`FACETS`; empty is what the model's own config names, or its tokens."""
    cell_dims: int = 128
    """Dimensions kept of a patch token for matching (PCA fitted on the collection); 0 keeps them all."""
    whitening: float = _FROM_MODEL
    """Power by which PCA directions are equalised: 0 is plain PCA, 1 whitens fully. Left out: 0.5 for the bundled
    model, 0 for others."""
    hog_weight: float = _FROM_MODEL
    """Weight of the gradient histograms (HOG) relative to the model's patch tokens when details are matched: the ratio
    of their standard deviations, 0 to 1000; 0 leaves the histograms out. Left out: 0.5 for the bundled
    model, 1 for others."""
    bfloat16: bool = False
    """Whether a CLIP computes in half precision (bfloat16) where the machine has that in hardware: some 2.5 times as
    fast on such a processor, with vectors that differ from those of full precision by little more than rounding."""
    vectors: bool = False
    """Whether the works' vectors were computed elsewhere and are given, each for a whole work; then the model is only
    known by its name, and settings of encoding mean nothing."""
    scales: tuple[float, ...] = (1.0, 0.5, 0.3, 0.18)
    """Sides of the square regions, as fractions of the side of a square of the picture's area; 1 is the whole."""
    overlap: float = 0.4
    """Least overlap of neighbouring regions of one scale, as a fraction of their side (R-MAC uses 0.4)."""

    # -- these do not -----------------------------------------------------------------------------------------------
    engine: str = "auto"
    """The vector index, like a database address: ``exact``, ``hnsw`` (``hnsw?M=16&ef=400``), or the one that suits the
    number of regions (:data:`explorer.index.EXACT_UP_TO`)."""
    candidate_regions: int = 1000
    """Regions retrieved from the index at first; more where they lie in too few works."""
    candidate_works: int = 300
    """Works retrieved from the index for a search, as candidates for coarse matching."""
    rerank_works: int = 100
    """Works, the best of the candidates after coarse matching, that are matched densely and verified."""

    def __post_init__(self) -> None:
        for name, value in (_DEFAULTS_BUNDLED if self.model in BUNDLED_NAMES else _DEFAULTS).items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        if self.match_facet and self.match_facet not in FACETS:
            raise ExplorerError(f"The match facet is one of {', '.join(FACETS)}, not {self.match_facet!r}.")
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise ExplorerError(f"The {_spoken(name)} must lie between {least:g} and {most:g}, not at {value!r}.")
        for name in _WHOLE:
            if not isinstance(getattr(self, name), int):
                raise ExplorerError(f"The {_spoken(name)} must be a whole number, not {getattr(self, name)!r}.")
        if not isinstance(self.bfloat16, bool):
            raise ExplorerError(f"The setting bfloat16 is either true or false, not {self.bfloat16!r}.")
        if not self.scales or not all(0 < scale <= 1 for scale in self.scales):
            raise ExplorerError(f"The scales of regions must lie above 0 and up to 1, not at {self.scales!r}.")

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Config:
        """A config as :meth:`to_json` wrote it, or an earlier version whose settings are known by :data:`_RENAMED` and
        :data:`_ADDED`.

        Raises :class:`ExplorerError` for a record with other settings, and for values out of range.
        """
        names = {old: new for new, old in _RENAMED.items()}
        record = {**_ADDED, **{names.get(name, name): value for name, value in dict(record).items()}}
        record = {name: value for name, value in record.items() if name not in LOOKUP_SETTINGS}
        known = {field.name for field in fields(cls)} - LOOKUP_SETTINGS
        differing = sorted(known ^ set(record))
        if differing:
            raise ExplorerError(
                f"This collection was indexed by another version (setting {differing[0]!r}); index it again: what "
                f"people made is kept."
            )
        return replace(cls(), **{**record, "scales": tuple(record["scales"])})

    def to_json(self) -> dict[str, Any]:
        """The settings that a collection was indexed with, by name, with values that JSON can hold. Those of
        :data:`LOOKUP_SETTINGS` are left out: they are the program's, whatever they were when a collection was indexed.
        """
        record = {**asdict(self), "scales": list(self.scales)}
        return {name: value for name, value in record.items() if name not in LOOKUP_SETTINGS}

    def fingerprint(self, model_hash: str) -> str:
        """A readable folder name that differs whenever the vectors would; ``model_hash`` identifies the weights.

        >>> Config(model="openai/clip-vit-base-patch16").fingerprint("abc")  # doctest: +ELLIPSIS
        'clip-vit-base-patch16-448px-...'
        """
        record = self.to_json()
        ignored = {"engine", *(name for name, default in _ADDED.items() if record[name] == default)}
        deciding = {_RENAMED.get(name, name): value for name, value in record.items() if name not in ignored}
        deciding["model"] = model_hash
        if FEATURES_VERSION > 1:
            deciding["features"] = FEATURES_VERSION
        digest = hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()[:8]
        if self.vectors:
            name = re.sub(r"[^A-Za-z0-9]+", "-", self.model).strip("-")
            return f"vectors-{name.lower()[:40]}-{digest}"
        name = re.sub(r"[^A-Za-z0-9]+", "-", self.model.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]).strip("-")
        return f"{name.lower()[:40]}-{self.resolution}px-{digest}"


LOOKUP_SETTINGS = frozenset({"candidate_regions", "candidate_works", "rerank_works"})
"""Settings of a search alone: they are not kept with a collection, so that a change of them holds for every index."""
_LIMITS: dict[str, tuple[float, float]] = {
    "resolution": (32, 4096), "match_layer": (-200, 200), "cell_dims": (0, 100_000), "whitening": (0, 1),
    "hog_weight": (0, 1000), "overlap": (0, 0.95), "candidate_regions": (1, 10_000_000),
    "candidate_works": (1, 10_000_000), "rerank_works": (1, 10_000_000),
}  # fmt: skip
_WHOLE = ("resolution", "match_layer", "cell_dims", *sorted(LOOKUP_SETTINGS))
_RENAMED = {"hog_weight": "outlines", "rerank_works": "laid_works"}
"""Settings and their names in earlier versions. Those names are in old manifests and still in the fingerprint, so that
renaming a setting encodes nothing again."""
_ADDED: dict[str, Any] = {"match_facet": "", "bfloat16": False, "vectors": False}
"""Settings that manifests of earlier versions lack, with the value that those versions implied. With that value they do
not enter the fingerprint, which then is what it was before the setting existed."""


def _spoken(name: str) -> str:
    """A setting's name in a sentence."""
    return name.replace("hog", "HOG").replace("_", " ")


@dataclass(frozen=True)
class RuntimeOptions:
    """Settings of a run that do not change its results. 0, or empty, is a suitable choice for this machine.

    Raises :class:`ExplorerError` for numbers below 0.
    """

    threads: int = 0
    """Threads that may compute at once, the model's and all others."""
    batch: int = 0
    """Pictures per forward pass of the model."""
    device: str = ""
    """Torch device: ``cpu``, ``cuda`` or ``mps``."""

    def __post_init__(self) -> None:
        if self.threads < 0 or self.batch < 0:
            raise ExplorerError("The number of threads, and of pictures per pass, cannot be less than 0.")


def model_name(model: str) -> str:
    """A model by its short name: of a folder the last part of the path.

    >>> model_name("openai/clip-vit-base-patch16"), model_name("/models/brueghel-clip/")
    ('openai/clip-vit-base-patch16', 'brueghel-clip')
    """
    return Path(model).name if Path(model).is_absolute() else model
