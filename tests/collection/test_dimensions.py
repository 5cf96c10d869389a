"""Sizes of works as catalogues write them; the right values were worked out by hand."""

from __future__ import annotations

import random

import pytest

from explorer.collection.dimensions import fits, length_cm, size_cm

SIZES = {
    "support: 514 x 349 mm": (51.4, 34.9),
    "23 x 35 cm": (23, 35),
    "10 7/8 × 14 in.": (27.62, 35.56),
    "diam. 20 cm": (20, 20),
    "h. 23 cm; w. 35 cm": (23, 35),
    "27.6 x 35.6 cm (10 7/8 x 14 in.)": (27.6, 35.6),
    "10 7/8 x 14 in. (27.6 x 35.6 cm)": (27.62, 35.56),
    "B 35 × H 23 cm": (23, 35),
    "H 23,5 cm ; l. 35 cm": (23.5, 35),
    "hoogte 23 cm, breedte 35 cm": (23, 35),
    "haut. 0,23 m ; larg. 0,35 m": (23, 35),
    "Ø 20 cm": (20, 20),
    "23 × 35 × 2 cm": (23, 35),
    "23 cm x 35 cm": (23, 35),
    "unframed: 23 x 35 cm": (23, 35),
    "frame: 70 x 50 cm; panel: 23 x 35 cm": (23, 35),
    "height 23 cm, width 35 cm": (23, 35),
    "23 (h) x 35 (w) cm": (23, 35),
    "23h x 35w cm": (23, 35),
    "Höhe: 23 cm, Breite: 35 cm": (23, 35),
    "altezza 23 cm; larghezza 35 cm": (23, 35),
    "cm 23 x 35": (23, 35),
    "cm. 23 x 35": (23, 35),
    "10⅞ × 14 in.": (27.62, 35.56),
    "1.2 m x 80 cm": (120, 80),
    'Image: 9 x 12"': (22.86, 30.48),
    "2 ft x 3 ft": (60.96, 91.44),
    "Gerahmt 70 x 50 cm, Bild 23 x 35 cm": (23, 35),
    "23 x 35 cm, signed 1605": (23, 35),
    "Overall: 23 × 35 cm (9 1/16 × 13 3/4 in.) Framed: 40 x 50 cm": (23, 35),
    "9 1/16 x 13 3/4 inches": (23.02, 34.93),
    "w 35 x h 23 cm": (23, 35),
    "23 by 35 cm": (23, 35),
    "oval, 23 x 35 cm": (23, 35),
    "2 panels, each 23 x 35 cm": (23, 35),
    "23 x 35 cm ; 24 x 36 cm": (23, 35),
}
NO_SIZES = ("514 x 349", "", "large", "23 cm", "h 23 cm", "0 x 0 cm", "1/0 x 3 in", "23-24 x 35 cm", "x cm", "folio",
            "h. 23 cm; d. 4 cm", "L 35 x W 23 cm")  # fmt: skip


@pytest.mark.parametrize("text", SIZES)
def test_a_size_in_words_is_height_and_width_in_centimetres(text: str):
    assert size_cm(text) == pytest.approx(SIZES[text], abs=0.011)


@pytest.mark.parametrize("text", NO_SIZES)
def test_what_states_no_size_gives_none(text: str):
    assert size_cm(text) is None


def test_the_headings_unit_holds_where_the_text_has_none():
    assert size_cm("514 x 349", "mm") == (51.4, 34.9)
    assert size_cm("51.4 x 34.9 cm", "mm") == (51.4, 34.9)


@pytest.mark.parametrize(("text", "expected"), [
    ("27.5", 27.5), ("27,5", 27.5), (" 27,5 cm ", 27.5), ("27.5cm", 27.5), ("36", 36.0), ("275 mm", 27.5),
    ("", None), ("0", None), ("-3", None), ("27 x 36", None), ("about a foot", None), ("1e3", None), ("9" * 400, None),
])  # fmt: skip
def test_a_length(text: str, expected: float | None):
    assert length_cm(text, "cm") == expected


def test_a_length_without_any_unit_is_none():
    assert length_cm("27.5") is None


def test_sizes_that_fit_only_the_other_way_round_do_not_fit():
    assert not fits(35, 23, 2300, 3500)
    assert fits(23, 35, 2300, 3500)
    assert fits(23, 24, 2400, 2300), "nearly square: it cannot be told"
    assert fits(23, 90, 2300, 3500), "it fits neither way: the photograph may be of a detail"


def test_any_size_in_any_unit_and_order_is_found():
    chance = random.Random(3)
    for _ in range(300):
        height, width = round(chance.uniform(3, 300), 1), round(chance.uniform(3, 300), 1)
        unit, factor = chance.choice([("cm", 1), ("mm", 10), ("m", 0.01)])
        h, w = f"{height * factor:.4g}", f"{width * factor:.4g}"
        text = chance.choice([f"{h} x {w} {unit}", f"{h} {unit} × {w} {unit}", f"H. {h} {unit}; B. {w} {unit}",
                              f"w. {w} x h. {h} {unit}", f"{unit} {h} x {w}",
                              f"frame: 1 x 2 m; {h} x {w} {unit}"])  # fmt: skip
        assert size_cm(text) == pytest.approx((height, width), rel=0.01, abs=0.02), text
