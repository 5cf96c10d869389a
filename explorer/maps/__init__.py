"""Maps of a collection: works placed on the plane so that those that look alike lie together."""

from explorer.maps.works import WorkMap, work_map

__all__ = ["WorkMap", "work_map"]
