"""A ``CLIPModel`` or ``SiglipModel`` with its tokenizer, from a local folder, the hub's cache here, or the hub."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import huggingface_hub
import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoTokenizer, CLIPModel, SiglipModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.utils import logging as transformers_logging

from explorer.errors import ExplorerError

Colours = tuple[tuple[float, ...], tuple[float, ...]]
"""Mean and standard deviation of red, green and blue, in 0 to 1, that a model's input is normalised by."""
_UNUSABLE = (
    OSError, ValueError, RuntimeError, TypeError, AttributeError, LookupError, SafetensorError, httpx.HTTPError,
)  # fmt: skip
"""What loading a missing, damaged or foreign model raises."""

_KINDS: dict[str, tuple[Any, Any]] = {
    "clip": (CLIPModel, CLIPImageProcessorPil), "siglip": (SiglipModel, SiglipImageProcessorPil),
}  # fmt: skip
"""Types of models that can be read: the model, and what reads the colours that it takes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClipFiles:
    """What a model's files hold."""

    model: CLIPModel | SiglipModel
    tokenizer: Any
    colours: Colours
    kind: str
    """``clip`` or ``siglip``."""


def read_clip(source: str) -> ClipFiles:
    """Read a local folder, or a model of the hub by its id: from the cache first, then over the network.

    Raises :class:`ExplorerError` when it is not to be had, or is neither kind of model with its tokenizer.
    """
    is_local = Path(source).is_dir()
    if not is_local and (Path(source).is_absolute() or source.startswith(".") or source.count("/") > 1):
        raise ExplorerError(f"There is no model folder {source}; give a folder with a CLIPModel, a hub id, or 'mini'.")
    try:
        return _read(source, local_files_only=True)
    except _UNUSABLE as error:
        if is_local:
            problem = f"{source} does not hold a CLIPModel or SiglipModel with its tokenizer ({_first_line(error)})."
            raise ExplorerError(problem) from error
    log.info("fetching %s from the model hub", source)
    try:
        _reach_hub()
        return _read(source, local_files_only=False)
    except _UNUSABLE as error:
        raise ExplorerError(
            f"The model {source} is not on this computer and cannot be fetched from the model hub: connect to the "
            f"internet and try again, name a local folder with --model FOLDER, or work offline with --model mini."
        ) from error


def _reach_hub() -> None:
    """Raises OSError unless the hub responds, with whatever status: its own client would retry for most of a minute."""
    try:
        urllib.request.urlopen(huggingface_hub.constants.ENDPOINT, timeout=10).close()
    except urllib.error.HTTPError:
        return


def _read(source: str, local_files_only: bool) -> ClipFiles:
    """Raises one of :data:`_UNUSABLE` unless every weight of the model is there: transformers would fill in random
    ones."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    kind = AutoConfig.from_pretrained(source, local_files_only=local_files_only).model_type
    if kind not in _KINDS:
        raise ValueError(f"it is a model of type {kind}")
    model_class, processor_class = _KINDS[kind]
    tokenizer = _tokenizer(source, local_files_only)
    processor: Any = processor_class.from_pretrained(source, local_files_only=local_files_only)
    loaded: Any = model_class.from_pretrained(
        source, local_files_only=local_files_only, dtype=torch.float32, output_loading_info=True
    )
    model, report = loaded
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{len(missing)} of its weights are missing, such as {missing[0]}")
    if not isinstance(model.config.vision_config.patch_size, int):
        raise ValueError("its patches are not square")
    if len(tokenizer) < model.config.text_config.vocab_size // 2:  # an empty one is made where its file is missing
        raise ValueError("its tokenizer is missing or belongs to another model")
    _check_texts(kind, model.config, tokenizer)
    return ClipFiles(model, tokenizer, (tuple(processor.image_mean), tuple(processor.image_std)), kind)


def _tokenizer(source: str, local_files_only: bool) -> Any:
    """A model's tokenizer. Those of the first SigLIPs need packages that this program does not."""
    try:
        return AutoTokenizer.from_pretrained(source, local_files_only=local_files_only)
    except ImportError as error:
        raise ValueError("its tokenizer needs two more packages: pip install sentencepiece protobuf") from error


def _check_texts(kind: str, config: Any, tokenizer: Any) -> None:
    """Raises ValueError where words would get vectors that mean nothing, without any other sign of it."""
    if kind == "siglip":
        if not config.vision_config.vision_use_head:
            raise ValueError("it has no pooling head, and so no vector of a whole picture")
        if config.text_config.projection_size != config.vision_config.hidden_size:
            raise ValueError("its words and its pictures have vectors of different lengths")
        return
    tokens = tokenizer("a windmill")["input_ids"]
    expected = config.text_config.eos_token_id
    expected = max(tokens) if expected == 2 else expected  # 2: of early checkpoints, which take the highest token
    if tokens[-1] != expected:
        raise ValueError("its tokenizer ends texts with another token than the model looks for")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
