"""/join/poster-hi.pdf?sender=3: the poster in one language, to print."""

import asyncio

from fastapi import Depends
from fastapi.responses import Response
from nicegui import app

from models.states import Channel
from services.access.actor import Actor
from services.contacts.join import joining_of
from services.errors import NotFound
from services.i18n import LANGUAGES, words
from services.senders.list import sender
from ui.join.poster import poster
from ui.signed_in import signed_in

NOBODY = "+916100000000"  # of the sandbox's sample: no operator has it
AT_ONCE = asyncio.Semaphore(1)  # each needs a core for half a second


@app.get("/join/poster-{language}.pdf")
async def poster_file(language: str, sender_id: int, actor: Actor = Depends(signed_in)) -> Response:
    joining = await joining_of(actor)
    from_number = await sender(actor, sender_id)
    sample = from_number.channel is Channel.SANDBOX
    phone = NOBODY if sample else from_number.phone
    if language not in LANGUAGES or not phone or joining.since is None:
        raise NotFound
    async with AT_ONCE:
        made = await asyncio.to_thread(poster, words(language), joining, phone, sample=sample)
    headers = {
        "Content-Disposition": f'attachment; filename="poster-{language}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(made, media_type="application/pdf", headers=headers)
