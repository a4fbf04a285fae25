"""Every page there is, from the routes themselves, so that a new one cannot be forgotten."""

import re
from collections.abc import Iterator

from fastapi.routing import APIRoute
from nicegui import app

import ui.pages  # noqa: F401 - registers them

# What answers a GET of ours and is not looked at: files, and addresses that only lead on.
NO_PAGES = frozenset(
    {
        "/healthz",
        "/language",
        "/sw.js",
        "/campaigns/new",
        "/campaigns/{campaign_id}/people.csv",
        "/contacts/import/{import_id}/problems.csv",
        "/contacts/{contact_id}/data.{kind}",
        "/inbox/{chat_id}/data.{kind}",
        "/join/poster-{language}.pdf",
        "/media/{attachment_id}",
        "/media/{attachment_id}/small",
    }
)
# For those who are logged in as little as for those who are not.
FOR_STRANGERS = frozenset({"/login", "/signup"})
# The same pages at other moments, and what is not there at all.
MOMENTS = (
    "/campaigns/{finished}",
    "/campaigns/{scheduled}",
    "/campaigns/{finished}/people?status=failed",
    "/campaigns/{finished}/people?status=replied",
    "/contacts/import/{applied}",
    "/contacts?q=nobody",
    "/nowhere",
)
CONVERTER = re.compile(r":\w+(?=})")


def every_page() -> list[str]:
    """As addresses whose ids are blanks: "/campaigns/{campaign_id}/edit"."""
    return sorted({CONVERTER.sub("", path) for path in _ours()} - NO_PAGES) + list(MOMENTS)


def _ours() -> Iterator[str]:
    for route in app.routes:
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        if route.endpoint.__module__.startswith("ui."):
            yield route.path
