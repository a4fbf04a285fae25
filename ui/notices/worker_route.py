"""/sw.js, the worker that phones keep, and /offline, the page that it shows when there is no line."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nicegui import __version__, app

from services.i18n import N_
from ui.access.forms import reads
from ui.access.plain import plain_page
from ui.theme import STATIC

NO_LINE = N_("You are offline")
IT_COMES_BACK = N_(
    "There is no connection right now. This page tries again by itself. Campaigns that you launched go on"
    " meanwhile."
)
TRY_AGAIN_S = 8
WORKER = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,
).get_template("worker.js")


@app.get("/sw.js", include_in_schema=False)
async def worker(request: Request) -> Response:
    """Another one after every release and in every language: so phones fetch their offline page anew."""
    told = WORKER.render(version=_version(), nicegui=__version__, language=reads(request.scope).language)
    return Response(told, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@app.get("/offline", include_in_schema=False)
async def offline(request: Request) -> Response:
    """It is shown at the address that could not be reached, so a reload asks for that again."""
    _ = reads(request.scope)
    answer = plain_page(request, _, _(NO_LINE), intro=_(IT_COMES_BACK))
    answer.headers["refresh"] = str(TRY_AGAIN_S)
    return answer


@cache
def _version() -> str:
    """Of everything that a phone may keep."""
    content = b"".join(file.read_bytes() for file in sorted(STATIC.iterdir()) if file.is_file())
    return hashlib.sha256(content + __version__.encode()).hexdigest()[:12]
