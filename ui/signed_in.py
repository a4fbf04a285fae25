"""Who is looking: every page and every file of a customer begins with `Depends(signed_in)`."""

from fastapi import Request
from starlette.types import Scope

from services.access.actor import Actor


class NotSignedIn(Exception):
    """Nobody is logged in here. ui/security.py answers with the way to the login."""


async def signed_in(request: Request) -> Actor:
    """The person of this request's session. Their workspace is the only one a page may show.

    Raises:
        NotSignedIn: no session, or one that has ended.
    """
    actor = visitor(request.scope)
    if actor is None:
        raise NotSignedIn
    return actor


def visitor(scope: Scope) -> Actor | None:
    """Whom the middleware recognised by the cookie; None for a passer-by."""
    actor = scope.get("state", {}).get("actor")
    return actor if isinstance(actor, Actor) else None
