"""Pictures that institutions serve by IIIF, brought into a collection: manifests read, pictures fetched politely and
from the public web alone, where each is from kept in the catalogue. The order of reading: :mod:`.run`, :mod:`.walk`,
:mod:`.manifests`, :mod:`.bodies`, :mod:`.sizes`, :mod:`.gather`, :mod:`.polite`, :mod:`.addresses`."""

from explorer.harvest.polite import Manners
from explorer.harvest.run import HarvestReport, Wanted, check_iiif, harvest, harvested_addresses, index_iiif

__all__ = ["HarvestReport", "Manners", "Wanted", "check_iiif", "harvest", "harvested_addresses", "index_iiif"]
