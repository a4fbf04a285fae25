"""What people see while the database is away: a friendly word, not a bug and not the login."""

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from services.i18n import N_
from ui.access.forms import reads
from ui.access.plain import Way, plain_page, wants_page

AWAY = N_("The database cannot be reached right now. Your data is safe; please try again in a minute.")
RETRY_AFTER = {"Retry-After": "60"}  # seconds


def please_wait(request: Request) -> Response:
    """503, in the reader's language. A page that was only looked at can be looked at again."""
    _ = reads(request.scope)
    if not wants_page(request):
        return JSONResponse({"problem": _(AWAY)}, 503, headers=RETRY_AFTER)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    answer = plain_page(
        request,
        _,
        _("One moment, please"),
        intro=_(AWAY),
        way=Way(_("Try again"), path if request.method == "GET" else "/"),
        below=Way(_("Is everything well?"), "/health"),
        status=503,
    )
    answer.headers.update(RETRY_AFTER)
    return answer
