"""POST /contacts/import/upload: the raw body is the file; its name comes in a header, URL-encoded."""

from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from nicegui import app
from starlette.requests import ClientDisconnect

from services.access.actor import Actor
from services.contacts.unreadable import TooLarge
from services.contacts.upload import MOST_BYTES, receive
from services.i18n import words
from ui.signed_in import signed_in


@app.post("/contacts/import/upload")
async def upload(request: Request, actor: Actor = Depends(signed_in)) -> JSONResponse:
    """Where to look next: {"address": …}; or what is wrong: {"problem": …}."""
    _ = words(actor.language)
    name = unquote(request.headers.get("x-file-name", ""))
    try:
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            raise TooLarge
        import_id = await receive(actor, name, request.stream())
    except TooLarge as e:
        # What is still coming would be taken for the next request.
        return JSONResponse({"problem": _(e.sentence, **e.facts)}, 413, headers={"Connection": "close"})
    except ClientDisconnect:
        return JSONResponse({}, 400)  # nobody hears it
    return JSONResponse({"address": f"/contacts/import/{import_id}"})
