"""/contacts/7/data.html and /inbox/7/data.json: everything that is held about one person, to give to them."""

import orjson
from fastapi import Depends
from fastapi.responses import Response
from nicegui import app

from services.access.actor import Actor
from services.i18n import words
from services.ops.person_file import PersonFile, chat_file, person_file
from ui.rights.person_sheet import sheet
from ui.signed_in import signed_in


@app.get("/contacts/{contact_id:int}/data.{kind}")
async def contact_file_route(contact_id: int, kind: str, actor: Actor = Depends(signed_in)) -> Response:
    return _answer(actor, await person_file(actor, contact_id), f"person-{contact_id}", kind)


@app.get("/inbox/{chat_id:int}/data.{kind}")
async def chat_file_route(chat_id: int, kind: str, actor: Actor = Depends(signed_in)) -> Response:
    return _answer(actor, await chat_file(actor, chat_id), f"chat-{chat_id}", kind)


def _answer(actor: Actor, found: PersonFile, name: str, kind: str) -> Response:
    ending = "json" if kind == "json" else "html"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{ending}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if kind == "json":
        made = orjson.dumps(found.plain(), option=orjson.OPT_INDENT_2)
        return Response(made, media_type="application/json", headers=headers)
    page = sheet(words(actor.language), found, actor.timezone)
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)
