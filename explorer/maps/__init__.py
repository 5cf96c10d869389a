"""Maps of a collection: works and details placed on the plane so that those that look alike lie together."""

from explorer.maps.layouts import Layout, lay_out, work_map
from explorer.maps.settings import MapSettings
from explorer.maps.works import WorkMap

__all__ = ["Layout", "MapSettings", "WorkMap", "lay_out", "work_map"]
