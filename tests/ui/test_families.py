"""Groups of versions, as the results ask for them."""

from __future__ import annotations

import pytest

from explorer.collection.kept_motifs import KeptInstance
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif
from explorer.ui import families
from explorer.ui.searching import AppContext
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace


def test_versions_have_the_number_of_their_group(prints: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    works = [work.id for work in prints.collection.works()]
    asked = families.family_function(AppContext(prints))
    assert asked({"works": works}) == {}, "nobody looked for motifs"
    assert asked({"works": 3}) == asked(None) == asked({"collection": "no such", "works": works}) == {}
    shared = [KeptInstance(work, Box(0.05, 0.05, 0.95, 0.95), transform=Transform(1.0, 0.0, False)) for work in works]
    monkeypatch.setattr(families, "known_motifs", lambda workspace: [ShownMotif("m-1", tuple(shared))])
    assert asked({"works": [*works, "gone.jpg", 7]}) == dict.fromkeys(works, 1)
    assert asked({"works": works[:1]}) == {works[0]: 1}
