"""The dossier of one motif: all its instances, who is first, dates and sizes; plain data, tested without a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.collection import Work
from explorer.collection.kept_motifs import RELATIONS, KeptInstance
from explorer.motifs.captions import NOTHING_LEFT
from explorer.motifs.layer import ShownMotif
from explorer.search.measured import extent
from explorer.ui import views, words_for
from explorer.ui.evidence import fit
from explorer.ui.motif_tiles import Pose, pose_of, tile
from explorer.ui.motif_wall import heading
from explorer.verification import in_words

Works = Mapping[str, Work]

LEFT = "This work is no longer in the collection."
THE_FIRST = "the others are compared with this one"


def dossier(motif: ShownMotif, works: Works) -> views.Props:
    """A motif as its dossier shows it: first what is in it, then what discovery proposes, then what was removed."""
    posed = motif.from_the_first()
    pose = pose_of(posed.instances, works)
    reference = next((each for each in posed.instances if each.transform and each.work in works), None)
    lists = {"instances": posed.instances, "proposals": posed.proposals, "removed": posed.removed}
    return {
        **heading(motif, works),
        "note": motif.note,
        "notices": notices(motif),
        "aspect": round(pose.aspect, 4),
        "relations": list(RELATIONS),
        **{name: [_instance(each, pose, reference, works) for each in shown] for name, shown in lists.items()},
        "first": first_by_date([works[work] for work in motif.works if work in works]),
        "dated": dated(posed.instances, works),
        "sizes": sizes(posed.instances, pose, works),
    }


def notices(motif: ShownMotif) -> list[str]:
    """What has to be said of a motif besides its figures, in sentences."""
    said = [] if motif.instances else [f"{NOTHING_LEFT} They can be restored below."]
    apart = sum(not instance.transform and not instance.by_hand for instance in motif.instances)
    if apart and any(instance.transform for instance in motif.instances):
        said.append(f"How {apart:,} of the {len(motif.instances):,} instances lie to the others is not known, as where "
                    "motifs were merged that share no place; these are shown as they are on their works.")  # fmt: skip
    return said


def _instance(instance: KeptInstance, pose: Pose, reference: KeptInstance | None, works: Works) -> views.Props:
    work = works.get(instance.work)
    return {
        **tile(instance, pose, work),
        "file": instance.work, "place": [float(side) for side in instance.box.as_tuple()],
        "transform": fit(instance.transform),
        "said": _said(instance, reference, works),
        "percent": "" if instance.score is None else in_words.percent(instance.score),
        "score": instance.score or 0.0,
        "relation": instance.relation, "note": instance.note, "by_hand": instance.by_hand,
        "size": _size(instance, work),
    }  # fmt: skip


def _said(instance: KeptInstance, reference: KeptInstance | None, works: Works) -> str:
    """How an instance lies, in words: as large as on the works themselves where both sizes are known."""
    if instance.work not in works:
        return LEFT
    if instance is reference:
        return THE_FIRST
    if instance.transform is None:
        return "drawn by hand" if instance.by_hand else "position not known"
    own = None
    if reference is not None:
        here, there = extent(works[reference.work]), extent(works[instance.work])
        own = instance.transform.scale * there.cm_per_pixel / here.cm_per_pixel if here and there else None
    return in_words.transform(instance.transform, own)


def _size(instance: KeptInstance, work: Work | None) -> str:
    known = extent(work)
    return words_for.size(known.box_size(instance.box)) if known else ""


# -- dates -------------------------------------------------------------------------------------------------------------


def first_by_date(works: Sequence[Work]) -> views.Props | None:
    """The works that may be the first: those that were begun before any other was certainly finished. None where fewer
    than two dates are known."""
    spans = [(*work.span, work) for work in works if work.span]
    if len(spans) < 2:
        return None
    earliest = min(last for _, last, _ in spans)
    first = [work for start, _, work in sorted(spans, key=lambda span: span[0]) if start <= earliest]
    return {
        "works": [views.caption(work) for work in first[:4]], "sure": len(first) == 1,
        "more": max(0, len(first) - 4), "undated": len(works) - len(spans),
    }  # fmt: skip


def dated(instances: Sequence[KeptInstance], works: Works) -> list[views.Props]:
    """Works with their first and last year, in the order of the first; empty where fewer than two are dated."""
    known = [works[name] for name in dict.fromkeys(each.work for each in instances) if name in works]
    found = [
        {**views.caption(work), "start": work.span[0], "end": work.span[1]}
        for work in known if work.span
    ]  # fmt: skip
    return sorted(found, key=lambda entry: entry["start"]) if len(found) > 1 else []


# -- sizes -------------------------------------------------------------------------------------------------------------


def sizes(instances: Sequence[KeptInstance], pose: Pose, works: Works) -> list[views.Props]:
    """How long the motif is on each work whose size the catalogue states, in centimetres, its longer side; the shortest
    first. Empty where fewer than two are known.

    It follows from the transforms, not from the boxes, which differ in how much they take in around the motif.
    """
    found = []
    for instance in instances:
        known = extent(works.get(instance.work))
        if known is None:
            continue
        if instance.transform:
            length = max(pose.width, pose.height) * instance.transform.scale * known.cm_per_pixel
        else:
            length = max(known.box_size(instance.box))
        found.append({**views.caption(works[instance.work]), "cm": round(length, 2), "fits": known.fits})
    return sorted(found, key=lambda entry: entry["cm"]) if len(found) > 1 else []
