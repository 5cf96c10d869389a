"""Gradio's own components in the page's colours, with the fonts of the visitor's own machine: nothing is fetched."""

from __future__ import annotations

import gradio as gr

SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Menlo", "Consolas", "Liberation Mono", "monospace")


_COLOURS = {
    "body_background_fill": "var(--paper)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--muted)",
    "background_fill_primary": "var(--surface)",
    "background_fill_secondary": "var(--paper)",
    "border_color_primary": "var(--hairline)",
    "border_color_accent": "var(--ink)",
    "color_accent": "var(--ink)",
    "link_text_color": "var(--ink)",
    "block_background_fill": "var(--paper)",
    "block_label_text_color": "var(--muted)",
    "input_background_fill": "var(--surface)",
    "input_border_color": "var(--hairline-strong)",
    "input_border_color_focus": "var(--accent)",
    "input_placeholder_color": "var(--muted)",
    "button_primary_background_fill": "var(--ink)",
    "button_primary_background_fill_hover": "var(--ink)",
    "button_primary_text_color": "var(--paper)",
    "button_primary_border_color": "var(--ink)",
    "button_secondary_background_fill": "var(--paper)",
    "button_secondary_background_fill_hover": "var(--surface)",
    "button_secondary_text_color": "var(--ink)",
    "button_secondary_border_color": "var(--hairline-strong)",
    "loader_color": "var(--ink)",
}
"""The same in the light and the dark page: the variables of ``assets/style.css`` change instead."""
_SHAPES = {
    "input_shadow": "none",
    "input_shadow_focus": "none",
    "block_shadow": "none",
    "block_border_width": "0px",
    "input_border_width": "1px",
    "button_primary_shadow": "none",
    "button_secondary_shadow": "none",
    "button_transition": "none",
}


_NOTE, _BODY, _HEAD, _TITLE = (f"var(--text-{size})" for size in ("note", "body", "head", "title"))
TEXT = gr.themes.Size(name="text_four", xxs=_NOTE, xs=_NOTE, sm=_NOTE, md=_BODY, lg=_BODY, xl=_HEAD, xxl=_TITLE)
"""The four sizes of text of ``assets/style.css`` under Gradio's names."""


def museum_theme() -> gr.themes.Base:
    """A plain theme in the colours of ``assets/style.css``."""
    theme = gr.themes.Base(font=SANS, font_mono=MONO, text_size=TEXT, radius_size=gr.themes.sizes.radius_none)
    dark = {f"{name}_dark": value for name, value in _COLOURS.items()}
    settings = {**_COLOURS, **_SHAPES, **dark}
    return theme.set(**{name: value for name, value in settings.items() if hasattr(theme, name)})
