"""The headings that museums give their columns, in English, German, Dutch, French and Italian, and in the exports of
common systems: Dublin Core, LIDO made flat, Spectrum, MuseumPlus, TMS, Axiell, Wikidata.

All are compared as :func:`plain` makes them: lower case, with one blank for whatever separates words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

FILE_COLUMN = "file"
KNOWN: Mapping[str, tuple[str, ...]] = {
    FILE_COLUMN: (
        "file", "filename", "file name", "image", "image file", "image filename", "image name", "picture", "path",
        "file path", "image path", "media file", "digital file", "datei", "dateiname", "bilddatei", "bild", "dateipfad",
        "bestand", "bestandsnaam", "afbeelding", "fichier", "nom du fichier", "nom de fichier", "nom fichier",
        "fichier image", "nome file", "nome del file", "file immagine", "immagine", "dc identifier file",
        "resource file name", "multimedia file name",
    ),
    "title": (
        "title", "name", "object title", "work", "work title", "main title", "titel", "bildtitel", "objekttitel",
        "werktitel", "bezeichnung", "titre", "titolo", "dc title", "titleset", "title set", "objtitlelocal",
        "obj title local", "objtitle", "object name title", "lido titleset", "lido title", "titel werk", "opera",
    ),
    "artist": (
        "artist", "artists", "creator", "maker", "attribution", "artist name", "painter", "artist hand", "hand",
        "artist display name", "object production person", "production person", "author", "künstler", "kuenstler",
        "künstlerin", "künstler in", "maler", "urheber", "hersteller", "kunstenaar", "maker naam", "vervaardiger",
        "schilder", "artiste", "auteur", "créateur", "createur", "peintre", "artista", "autore", "pittore",
        "dc creator",
        "event actor", "lido event actor", "actor", "objperassociation", "beteiligte", "constituents", "display name",
    ),
    "date": (
        "date", "dated", "date text", "dating", "date range", "year", "object date", "display date", "date display",
        "production date", "object production date", "date created", "creation date", "datierung", "datum",
        "entstehungszeit", "jahr", "datering", "vervaardigingsdatum", "jaar", "datation", "date de création", "année",
        "datazione", "data", "anno", "dc date", "dcterms created", "event date", "lido event date", "objdate",
        "dated text",
    ),
    "year_from": (
        "year from", "date from", "begin", "begin date", "year begin", "object begin date", "earliest", "earliest date",
        "date earliest", "date start", "start date", "year start", "date earliest single", "datierung von", "jahr von",
        "beginn", "datum van", "datering van", "begindatum", "jaar van", "date de début", "date début", "année début",
        "data inizio", "anno inizio", "da anno", "earliest production date", "inception earliest",
    ),
    "year_to": (
        "year to", "date to", "end", "end date", "year end", "object end date", "latest", "latest date", "date latest",
        "date end", "date latest single", "datierung bis", "jahr bis", "ende", "datum tot", "datering tot", "einddatum",
        "jaar tot", "date de fin", "date fin", "année fin", "data fine", "anno fine", "ad anno",
        "latest production date",
    ),
    "genre": (
        "genre", "subject", "type", "classification", "object type", "gattung", "bildgattung", "objektart", "soort",
        "objectsoort", "genere", "tipologia", "dc type", "lido objectworktype", "object work type", "objcategory",
    ),
    "style": ("style", "school", "movement", "stil", "schule", "stijl", "école", "mouvement", "stile", "scuola"),
    "medium": (
        "medium", "material", "materials", "technique", "support", "materials and techniques", "material technique",
        "medium and support", "technik", "material und technik", "material technik", "materiaal", "techniek",
        "materiaal techniek", "matériaux", "matière", "matière et technique", "matériaux et techniques", "materiale",
        "materia e tecnica", "tecnica", "dc medium", "dcterms medium", "lido materialstech", "objmaterialtechnique",
    ),
    "holder": (
        "collection", "holder", "museum", "repository", "owner", "location", "current location", "institution",
        "holding institution", "sammlung", "besitzer", "eigentümer", "aufbewahrungsort", "standort", "verzameling",
        "collectie", "bewaarplaats", "eigenaar", "musée", "lieu de conservation", "localisation", "propriétaire",
        "museo", "collezione", "luogo di conservazione", "collocazione", "lido repository", "repository name",
    ),
    "inventory": (
        "inventory number", "inventory", "inv no", "inv", "accession number", "object number", "inventory no",
        "inv number",
        "inv nr", "accession no", "acc no", "inventarnummer", "inventar nr", "inventarnr", "inventarisnummer",
        "objectnummer", "numéro d'inventaire", "n° d'inventaire", "n° inventaire", "numero d'inventaire",
        "numéro inventaire", "numero di inventario", "numero inventario", "n inventario", "inventario",
        "lido workid", "work id", "objobjectnumber", "objectnumber",
    ),
    "height_cm": ("height", "h", "höhe", "hoehe", "hoogte", "hauteur", "altezza"),
    "width_cm": ("width", "w", "breite", "b", "breedte", "largeur", "larghezza"),
    "dimensions": (
        "dimensions", "dimension", "size", "measurements", "object measurements", "masse", "abmessungen", "grösse",
        "format", "masse text", "afmetingen", "afmeting", "formaat", "maten", "taille", "mesures", "dimensioni",
        "misure",
        "dcterms extent", "lido displayobjectmeasurements", "display object measurements", "objdimension",
    ),
    "url": (
        "url", "iiif", "iiif url", "iiif manifest", "manifest", "manifest url", "landing url", "landing page", "link",
        "iiif landing url", "permalink", "web page", "webseite", "lien", "website", "object url", "link resource",
        "dcterms isreferencedby",
    ),
}  # fmt: skip
"""Field name -> the headings it goes by, best first; those of height and width may have a unit behind them."""
_MEASURES = ("height_cm", "width_cm", "dimensions")
_UNITS: Mapping[str, str] = {"cm": "cm", "mm": "mm", "m": "m", "in": "in", "inch": "in", "inches": "in"}
_UNIT_BEHIND = re.compile(r"^(.*?) (?:in )?(cm|mm|m|in|inch|inches)$")
_SPLIT = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")


def plain(heading: str) -> str:
    """A heading as it is compared.

    >>> plain("Object_Begin.Date"), plain("dc:title"), plain("Height (cm)"), plain("ObjectNumber")
    ('object begin date', 'dc title', 'height cm', 'object number')
    """
    spaced = _SPLIT.sub(" ", unicodedata.normalize("NFC", heading).replace("’", "'").strip())
    return " ".join(re.sub(r"[\s_.,:;/()\[\]\-–]+", " ", spaced).split()).casefold()


def recognised(
    headings: Sequence[str], chosen: Mapping[str, str] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Field of :data:`KNOWN` -> heading, for those that a table has, and field -> unit ("cm", "mm", "m", "in") where
    the heading of height, width or dimensions states one. A heading belongs to one field; of equal ones the first
    counts. ``chosen`` says what some columns are, whatever they are called (heading -> field, empty: none of them);
    the others are recognised as if these were not there.

    >>> recognised(["Bilddatei", "Künstler", "Höhe (mm)", "note"])
    ({'file': 'Bilddatei', 'artist': 'Künstler', 'height_cm': 'Höhe (mm)'}, {'height_cm': 'mm'})
    """
    by_name: dict[str, str] = {}
    units: dict[str, str] = {}
    chosen = chosen or {}
    known = {field: heading for heading, field in chosen.items() if field}
    of_field = _chosen_units(known)
    for heading in headings:
        if heading in chosen:
            continue
        name = plain(heading)
        if found := _UNIT_BEHIND.match(name):
            if any(found[1] in KNOWN[field] for field in _MEASURES) and found[1] not in by_name:
                by_name[found[1]], units[found[1]] = heading, _UNITS[found[2]]
            continue
        for spelled in (name, heading.strip().casefold()):  # "FileName" and "filename"
            if spelled not in by_name:
                by_name[spelled] = heading
    for field, names in KNOWN.items():
        if field in known:
            continue
        named = next((name for name in names if name in by_name and by_name[name] not in known.values()), None)
        if named is not None:
            known[field] = by_name[named]
            if named in units:
                of_field[field] = units[named]
    return known, of_field


def _chosen_units(known: Mapping[str, str]) -> dict[str, str]:
    """Units that the headings of chosen measures state, whatever they are called."""
    found = {field: _UNIT_BEHIND.match(plain(known[field])) for field in _MEASURES if field in known}
    return {field: _UNITS[unit[2]] for field, unit in found.items() if unit}
