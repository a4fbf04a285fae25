"""Old eyes in a bright shop can read it: each text colour has a contrast of 4.5 on its grounds."""

import re
from pathlib import Path

import pytest

TOKENS = Path("ui/static/tokens.css").read_text()
LIGHT, _, DARK = TOKENS.partition("prefers-color-scheme: dark")
GROUNDS = ("ground", "surface")
# A text colour, and the grounds that it is written on; of "positive" also "positive-soft", and so on.
TONES = ("primary", "positive", "negative", "warning", "info")
WRITTEN = [
    *(("ink", ground) for ground in (*GROUNDS, "sunken", "bubble", *(f"{tone}-soft" for tone in TONES))),
    *(("ink-soft", ground) for ground in (*GROUNDS, "sunken", "primary-soft")),
    *((tone, ground) for tone in TONES for ground in (*GROUNDS, f"{tone}-soft")),
    *(("on-primary", tone) for tone in TONES),
]


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def contrast(one: str, other: str) -> float:
    """As WCAG 2 has it: from 1, alike, to 21, black on white."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme: str) -> None:
    shown = colours(LIGHT) | (colours(DARK) if scheme == "dark" else {})
    measured = {pair: contrast(shown[pair[0]], shown[pair[1]]) for pair in WRITTEN}
    assert {pair: round(value, 2) for pair, value in measured.items() if value < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(scheme: str) -> None:
    shown = colours(LIGHT) | (colours(DARK) if scheme == "dark" else {})
    assert min(contrast(shown["line-strong"], shown[ground]) for ground in GROUNDS) >= 3


def test_what_is_grey_on_grey_is_seen() -> None:
    assert contrast("#777777", "#888888") < 4.5
    assert round(contrast("#000000", "#ffffff")) == 21
