"""What is seen while a page is on its way: its top, the places, and the shape of what comes.

Twice: before the page's scripts are there, and from the tap that leads to another page until that one
begins (static/going.js). Both draw the same shapes, so that nothing jumps.
"""

import json
import re

LIST = ("row",) * 7
FORM = (*("field",) * 4, "area")
CARDS = ("card",) * 3
LINES = ("line",) * 6

# By the address, with a * for each number in it. A shape is its blocks from top to bottom; the look of each
# is in static/app.css, `.sk-<block>`.
SHAPES = {
    "/": ("title", "row", "row", "title", "stats", "title", "row", "row", "row"),
    "/audit": CARDS,
    "/business": FORM,
    "/campaigns": LIST,
    "/campaigns/*": ("headline", "card", "line", "line", "line", "line", "line", "stats"),
    "/campaigns/*/edit": ("field", "card", "area", "field", "card"),
    "/campaigns/*/people": ("chips", "field", *LIST),
    "/campaigns/*/review": ("card", "headline", "card"),
    "/campaigns/new": ("field", "card", "area", "field", "card"),
    "/contacts": ("buttons", "field", "chips", "title", *LIST),
    "/contacts/*": FORM,
    "/contacts/import": ("card", "area", "card"),
    "/contacts/import/*": ("headline", "line", "line", "line", "line"),
    "/contacts/new": FORM,
    "/inbox": ("chips", *LIST),
    "/inbox/*": ("theirs", "ours", "theirs", "ours"),
    "/join": CARDS,
    "/more": LINES,
    "/notifications": ("card",),
    "/senders": CARDS,
    "/senders/*/care": CARDS,
    "/senders/*/link": FORM,
    "/senders/link": FORM,
    "/senders/linking/*": ("headline", "card"),
    "/settings": ("field", "line", "line", "line"),
    "/templates": LIST,
    "/templates/*": ("field", "area", "card"),
    "/templates/new": ("field", "area", "card"),
    "/week": ("chips", *LIST),
    "/words": CARDS,
}


def shape_of(address: str) -> tuple[str, ...]:
    """The blocks of the page at this address; of one that nobody knows, some cards."""
    return SHAPES.get(re.sub(r"\d+", "*", address), CARDS)


def shapes_script() -> str:
    """For static/going.js, on every page."""
    drawn = {address: " ".join(shape) for address, shape in SHAPES.items()}
    return f"<script>shapes={json.dumps(drawn, separators=(',', ':'))}</script>"


def waiting(title: str, way_back: str, places: str, address: str) -> str:
    """HTML that stands beside the page and is seen while that is not there. All of it is escaped already;
    `way_back` and `places` are the links at the top and around.
    """
    blocks = "".join(f'<i class="sk sk-{block}"></i>' for block in shape_of(address))
    return (
        '<div class="wait" aria-busy="true">'
        f'<header class="top"><div>{way_back}</div><h1>{title}</h1></header>'
        f'<nav class="nav">{places}</nav>'
        f'<div class="page-room"><div class="wait-page" aria-hidden="true">{blocks}</div></div></div>'
    )
