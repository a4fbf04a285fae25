"""/notices/subscription: a browser asks to be told of news (POST), or no more (DELETE); is it (PUT)?"""

import orjson
from fastapi import Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from nicegui import app

from services.access.actor import Actor
from services.notices.subscribe import is_subscribed, subscribe, unsubscribe
from ui.signed_in import signed_in

LONGEST = 8000  # bytes


@app.post("/notices/subscription", include_in_schema=False)
async def begin(request: Request, actor: Actor = Depends(signed_in)) -> JSONResponse:
    told = await _told(request)
    keys = told.get("keys")
    if not isinstance(keys, dict):
        raise HTTPException(422)
    await subscribe(
        actor,
        _endpoint(told),
        public_key=str(keys.get("p256dh", "")),
        auth=str(keys.get("auth", "")),
        site=f"{request.url.scheme}://{request.url.netloc}",
    )
    return JSONResponse({"on": True})


@app.delete("/notices/subscription", include_in_schema=False)
async def end(request: Request, actor: Actor = Depends(signed_in)) -> JSONResponse:
    await unsubscribe(actor, _endpoint(await _told(request)))
    return JSONResponse({"on": False})


@app.put("/notices/subscription", include_in_schema=False)
async def ask(request: Request, actor: Actor = Depends(signed_in)) -> JSONResponse:
    return JSONResponse({"on": await is_subscribed(actor, _endpoint(await _told(request)))})


async def _told(request: Request) -> dict[str, object]:
    """The browser's own JSON of its subscription. Raises HTTPException: it is none."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST:
            raise HTTPException(413)
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPException(422) from None
    if not isinstance(told, dict):
        raise HTTPException(422)
    return told


def _endpoint(told: dict[str, object]) -> str:
    endpoint = told.get("endpoint")
    if not isinstance(endpoint, str):
        raise HTTPException(422)
    return endpoint
