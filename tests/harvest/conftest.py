"""The museum's server, running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from iiif_museum import Museum


@pytest.fixture
def museum() -> Iterator[Museum]:
    with Museum() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        for event in running.held.values():
            event.set()
        running.shutdown()
        thread.join()
