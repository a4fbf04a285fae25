"""What people see when a page is not there, is not theirs, or broke: our own words, no insides."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError

from services.away import DATABASE_AWAY
from services.errors import BroadcasterError, NotFound
from services.i18n import N_
from ui.access.doors import to_login
from ui.access.forms import reads
from ui.access.plain import Way, plain_page, wants_page
from ui.away import please_wait
from ui.security import page_headers
from ui.signed_in import NotSignedIn

NOT_THERE = N_("This page is not there")
BROKE = N_("Something went wrong on our side")
SORRY = N_("Nothing that you had saved is lost. Please try again in a moment.")

log = logging.getLogger(__name__)


def answer_for(app: FastAPI) -> None:
    """Let `app` answer what goes wrong in its pages and its files."""
    app.add_exception_handler(404, _not_there)
    app.add_exception_handler(DataError, _cannot_be)
    app.add_exception_handler(NotFound, _not_there)
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(BroadcasterError, _refused)
    for away in DATABASE_AWAY:
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _broke)


async def _not_there(request: Request, error: Exception) -> Response:
    """The same for what never was, was deleted, and belongs to somebody else."""
    return _told(request, NOT_THERE, NotFound.sentence, status=404)


async def _cannot_be(request: Request, error: Exception) -> Response:
    """A number in an address that is larger than any id, or a NUL in it."""
    log.warning("%s was asked for what cannot be: %s", request.url.path, getattr(error, "orig", error))
    return await _not_there(request, error)


async def _not_signed_in(request: Request, error: Exception) -> Response:
    if request.method == "GET" and wants_page(request):
        return to_login(request)
    return _told(request, N_("Please log in"), N_("You are logged out. Please log in again."), status=401)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, BroadcasterError)
    _ = reads(request.scope)
    sentence = _(error.sentence, **error.facts)
    if wants_page(request):
        return plain_page(request, _, _("That did not work"), intro=sentence, way=_home(request), status=422)
    return JSONResponse({"problem": sentence}, 422)


async def _away(request: Request, error: Exception) -> Response:
    return please_wait(request)


async def _broke(request: Request, error: Exception) -> Response:
    """The traceback is logged by the server, for Starlette raises `error` again after this answer."""
    answer = _told(request, BROKE, SORRY, status=500)
    answer.headers.update(page_headers(request.scope))  # it does not pass the doorkeeper on its way out
    answer.headers["Connection"] = "close"  # the server drops it anyway when an error reaches it
    return answer


def _told(request: Request, title: str, sentence: str, *, status: int) -> Response:
    _ = reads(request.scope)
    if not wants_page(request):
        return JSONResponse({"problem": _(sentence)}, status)
    return plain_page(request, _, _(title), intro=_(sentence), way=_home(request), status=status)


def _home(request: Request) -> Way:
    _ = reads(request.scope)
    return Way(_("Go to the first page"), "/")
