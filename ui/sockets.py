"""A page listens only to the browser of the person it was made for.

NiceGUI believes whoever knows a page's number. That is a secret, but it stands in the page: who has seen a
copy of it must not be able to tap in it, nor to hear what it is told.
"""

import json
from collections.abc import Callable
from typing import Any

import orjson
from nicegui import Client, core

from ui.shapes import Told, fits, suits
from ui.signed_in import visitor

# What a browser sends to a page once it is let in; the page's number is `client_id`.
SENT = ("event", "javascript_response", "ack", "log")


def guard_sockets() -> None:
    """Once per process, before the server starts."""
    accepts = Client.accept_handshake

    def accept(page: Client, socket_id: str, tab_id: str, environ: Told | None) -> bool:
        return is_theirs(page, environ) and accepts(page, socket_id, tab_id, environ)

    Client.accept_handshake = accept  # type: ignore[assignment,method-assign]
    handlers = core.sio.handlers["/"]
    for name in SENT:
        handlers[name] = _of_its_socket(name, handlers[name])


def is_theirs(page: Client, environ: Told | None) -> bool:
    """Whether the socket was opened by the person whom the page was made for. A refused browser loads the
    page anew, as whoever it is now."""
    theirs = visitor(page.request.scope)
    here = visitor((environ or {}).get("asgi.scope", {}))
    if theirs is None or here is None:
        return False
    return (theirs.person_id, theirs.workspace_id) == (here.person_id, here.workspace_id)


def _of_its_socket(name: str, handle: Callable[[str, Told], None]) -> Callable[[str, Told], None]:
    """The handshake puts a socket into a room with the number of its page."""

    def only_then(socket_id: str, told: Any) -> None:
        if not fits(name, told) or told["client_id"] not in core.sio.rooms(socket_id):
            return
        if name == "event":
            if not suits(told):
                return
            told["args"] = [_whole(arg) for arg in told["args"]]
        handle(socket_id, told)

    return only_then


def _whole(arg: str | None) -> str | None:
    """JSON that can be read. A keyboard that deletes half an emoji leaves half a character, and all that is
    typed from then on would be lost without a word."""
    if arg is None:
        return None
    try:
        orjson.loads(arg)
    except orjson.JSONDecodeError:
        return json.dumps(json.loads(arg), ensure_ascii=False).encode(errors="replace").decode()
    return arg
