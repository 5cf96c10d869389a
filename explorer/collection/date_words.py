"""The words with which museums write dates, in English, German, Dutch, French and Italian.

Each word stands for one kind of token of :mod:`explorer.collection.dates`. All are in lower case, without full stops.
"""

from __future__ import annotations

from collections.abc import Mapping

BEFORE = (
    "before|ante|prior to|not after|no later than|until|till|vor|bis|spätestens|voor|vóór|tot|uiterlijk|avant|"
    "jusqu'?en|jusqu'?à|au plus tard|prima del|prima di|entro|fino al|fino a"
)
AFTER = (
    "after|post|not before|no earlier than|from|since|nach|ab|seit|frühestens|na|vanaf|sinds|vroegst|après|"
    "depuis|à partir de|à partir du|au plus tôt|dopo il|dopo|dal|a partire dal"
)
OR_BEFORE = "or (?:earlier|before)|oder (?:früher|davor)|of (?:eerder|vroeger)|ou avant|o prima"
OR_AFTER = "or (?:later|after)|oder (?:später|danach)|of later|ou après|o dopo"
TO = "to|until|till|through|bis|tot|t/m|au|à|jusqu'?en|jusqu'?à|al|a|fino al|fino a|e?n? met"
OR = "and|or|und|oder|en|of|et|ou|e|o|sowie"
CENTURY = (
    "centur(?:y|ies)|cent|c|jahrhunderts?|jahrhunderten|jahrh|jhdts?|jhd|jhs|jh|eeuw(?:en|se)?|siècles?|siecles?|"
    "s|secol[oi]|sec|saec"
)
BC = (
    "bce?|b\\.? ?c\\.?(?: ?e\\.?)?|before christ|v\\.? ?chr(?:istus)?|vor chr(?:istus)?|vor christi(?: geburt)?|"
    "voor christus|v\\.? ?u\\.? ?z|av(?:ant|\\.)? ?j\\.?-? ?-?c|avant jésus-christ|a\\.? ?c\\.|avanti cristo"
)
AD = (
    "ad|a\\.? ?d\\.?|ce|c\\.? ?e\\.|n\\.? ?chr(?:istus)?|nach chr(?:istus)?|na christus|apr?(?:ès|"
    "\\.)? ?j\\.?-? ?-?c|après jésus-christ|d\\.? ?c\\.|dopo cristo"
)

_FIRST = "1st|first|1\\.|1o|1ª|1\\.a|1re|1ère|1er|1e|1ste|erste[nrs]?|première?|eerste|prim[ao]"
_SECOND = "2nd|second|2\\.|2ª|2e|2de|2ème|zweite[nrs]?|deuxième|seconde?|second[ao]|tweede"
_THIRD = "3rd|third|3\\.|3ª|3e|3de|3ème|dritte[nrs]?|troisième|terz[ao]|derde"
_FOURTH = "4th|fourth|4\\.|4ª|4e|4de|4ème|vierte[nrs]?|quatrième|quart[ao]|vierde"
_LAST = "last|letzte[nrs]?|dernière?|laatste|ultim[ao]"
_HALF = "half|hälfte|h|moitié|helft|metà"
_QUARTER = "quarter|viertel|quart|kwart|quarto"
_THIRD_PART = "third|drittel|tiers|derde|terzo"

PARTS: Mapping[str, tuple[float, float]] = {
    f"(?:{_FIRST}) (?:{_HALF})": (0, 1 / 2),
    f"(?:{_SECOND}|{_LAST}) (?:{_HALF})": (1 / 2, 1),
    f"(?:{_FIRST}) (?:{_QUARTER})": (0, 1 / 4),
    f"(?:{_SECOND}) (?:{_QUARTER})": (1 / 4, 1 / 2),
    f"(?:{_THIRD}) (?:{_QUARTER})": (1 / 2, 3 / 4),
    f"(?:{_FOURTH}|{_LAST}) (?:{_QUARTER})": (3 / 4, 1),
    f"(?:{_FIRST}) (?:{_THIRD_PART})": (0, 1 / 3),
    f"(?:{_SECOND}) (?:{_THIRD_PART})": (1 / 3, 2 / 3),
    f"(?:{_THIRD}|{_LAST}) (?:{_THIRD_PART})": (2 / 3, 1),
    "early|earlier|beginning|begin|beginn|anfang|frühe[nsmr]?|vroege?|début|debut|inizio?|inizi": (0, 1 / 3),
    "mid|middle|mitte|midden|mi|milieu|metà": (1 / 3, 2 / 3),
    "late|later|end|ende|späte[nsmr]?|laat|late|einde?|fin|fine": (2 / 3, 1),
}  # fmt: skip
"""Part of a century or a decade -> where it begins and ends, as shares of it."""

SPELLED: Mapping[str, int] = {
    "twelfth|zwölfte[nrs]?|twaalfde|douzième|dodicesimo": 12,
    "thirteenth|dreizehnte[nrs]?|dertiende|treizième|tredicesimo": 13,
    "fourteenth|vierzehnte[nrs]?|veertiende|quatorzième|quattordicesimo": 14,
    "fifteenth|fünfzehnte[nrs]?|vijftiende|quinzième|quindicesimo": 15,
    "sixteenth|sechzehnte[nrs]?|zestiende|seizième|sedicesimo": 16,
    "seventeenth|siebzehnte[nrs]?|zeventiende|dix-septième|diciassettesimo": 17,
    "eighteenth|achtzehnte[nrs]?|achttiende|dix-huitième|diciottesimo": 18,
    "nineteenth|neunzehnte[nrs]?|negentiende|dix-neuvième|diciannovesimo": 19,
    "twentieth|zwanzigste[nrs]?|twintigste|vingtième|ventesimo": 20,
}  # fmt: skip
NAMED: Mapping[str, int] = {
    "duecento": 13, "trecento": 14, "quattrocento": 15, "cinquecento": 16, "seicento": 17, "settecento": 18,
    "ottocento": 19, "novecento": 20,
}  # fmt: skip
"""Names of whole centuries."""

DECADE = "decade|decennio|anni|années|annees|jaren|jahre"
"""Words beside a year that make it mean its decade."""

IGNORED = (
    "circa|cca|ca|c|um|gegen|about|around|approximately|approx|vers|environ|env|rond|omstreeks|ongeveer|ong|verso|"
    "intorno|probably|prob|possibly|poss|perhaps|wohl|wahrscheinlich|vermutlich|vielleicht|waarschijnlijk|mogelijk|"
    "probablement|peut-être|probabilmente|forse|dated|datiert|gedateerd|daté|datée|datato|datata|dat|signed|signiert|"
    "gesigneerd|signé|firmato|made|painted|executed|date|datum|anno|year|years|jahr|jahren|jaar|année|an|l'an|"
    "between|zwischen|tussen|entre|tra|fra|the|der|die|das|des|dem|den|du|de|la|le|les|l|il|lo|i|gli|del|della|dello|"
    "dell|di|van|het|in|im|in the|d|da|dai|zu|z|"
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|januari|februari|maart|mei|augustus|"
    "janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|"
    "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|dicembre|"
    "jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|"
    "spring|summer|autumn|winter|frühling|frühjahr|sommer|herbst"
)
"""Words that change nothing about the years."""

NUMBERED = (
    "inv|inventory|inventar|inventarnr|inventaris|inventarisnr|inventaire|acc|accession|cat|kat|obj|no|nr|nos|"
    "nrs|n°|№|num|number|nummer|numéro|numero|lot|fol|folio|plate|pl|page|seite"
)
"""Words that make the number behind them no year."""

OTHER_COUNTS = "a\\.?h\\.?|h\\.|s\\.?h\\.?|hijri|hidschra|hégire|a\\.m\\."
"""What makes the number before it a year of another calendar: the hijra, the creation of the world."""
