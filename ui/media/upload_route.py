"""POST /media: the raw body is a photo, PDF or video; its name comes in a header, URL-encoded."""

from collections.abc import Mapping
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from nicegui import app
from starlette.requests import ClientDisconnect

from services.access.actor import Actor
from services.i18n import words
from services.media.receive import receive
from services.media.unfit import MOST_BYTES, TooLarge, Unfit
from ui.signed_in import signed_in


@app.post("/media")
async def upload(request: Request, actor: Actor = Depends(signed_in)) -> JSONResponse:
    """What it is called from now on: {"id": 7}; or what is wrong: {"problem": …}."""
    name = unquote(request.headers.get("x-file-name", ""))
    try:
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            raise TooLarge
        attached = await receive(actor, name, request.stream())
    except TooLarge as e:
        # What is still coming would be taken for the next request.
        return _refused(actor, e, 413, {"Connection": "close"})
    except Unfit as e:
        return _refused(actor, e, 422)
    except ClientDisconnect:
        return JSONResponse({}, 400)  # nobody hears it
    return JSONResponse({"id": attached.id})


def _refused(actor: Actor, why: Unfit, code: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"problem": words(actor.language)(why.sentence, **why.facts)}, code, headers)
