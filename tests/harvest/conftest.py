"""The museum's server, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from iiif_museum import Museum
from serving import serving


@pytest.fixture
def museum() -> Iterator[Museum]:
    with Museum() as running, serving(running):
        yield running
        for event in running.held.values():
            event.set()
