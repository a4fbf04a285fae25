"""GET /media/7 and /media/7/small: a file of the shop, for its own people; for others it is not there."""

from fastapi import Depends
from fastapi.responses import FileResponse
from nicegui import app

from models.states import MediaKind
from services.access.actor import Actor
from services.media.find import find_file
from ui.signed_in import signed_in

# It never changes. A day, for the phone may be lent to somebody else.
KEPT = {"Cache-Control": "private, max-age=86400, immutable"}


@app.get("/media/{attachment_id}")
async def whole(attachment_id: int, actor: Actor = Depends(signed_in)) -> FileResponse:
    """Pictures to look at; everything else to be saved, so that nothing of it runs as a page of ours."""
    found = await find_file(actor, attachment_id)
    shown = "inline" if found.kind is MediaKind.IMAGE else "attachment"
    return FileResponse(
        found.path,
        media_type=found.mime,
        filename=found.name,
        content_disposition_type=shown,
        headers=KEPT,
    )


@app.get("/media/{attachment_id}/small")
async def small(attachment_id: int, actor: Actor = Depends(signed_in)) -> FileResponse:
    """A picture, a few KB large."""
    found = await find_file(actor, attachment_id, small=True)
    return FileResponse(found.path, media_type=found.mime, headers=KEPT)
