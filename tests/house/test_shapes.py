"""Every page has the shape that is seen while it is on its way, and every block of it can be drawn."""

import re

from tests.browser.every_page import FOR_STRANGERS, MOMENTS, every_page
from ui.theme import STATIC
from ui.waiting import SHAPES

# These need no scripts, so there is nothing to wait for.
PLAIN = {*FOR_STRANGERS, "/health", "/offline"}


def test_every_page_has_a_shape() -> None:
    pages = {re.sub(r"{\w+}", "*", page) for page in set(every_page()) - PLAIN - set(MOMENTS)}

    assert pages - set(SHAPES) == set()


def test_every_block_can_be_drawn() -> None:
    drawn = set(re.findall(r"\.sk-(\w+)", (STATIC / "app.css").read_text()))

    assert {block for shape in SHAPES.values() for block in shape} == drawn
