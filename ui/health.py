"""/health for people, /healthz for machines: is everything there that the sending needs? For anybody."""

from collections.abc import Mapping
from datetime import timedelta

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from nicegui import app

from services.clock import now
from services.i18n import N_, Words
from services.ops.health import Health, health
from services.sending.fleet import Jump, Trouble
from ui.access.forms import reads
from ui.access.plain import Fact, Way, plain_page

WAITS: Mapping[str, str] = {
    Trouble.DATABASE: N_("waits for the database"),
    Trouble.DISK: N_("waits: the disk is full"),
    Trouble.OPENING: N_("waits: a number cannot be opened"),
    Trouble.READING: N_("waits: something that is to be sent cannot be read"),
}
assert set(WAITS) == set(Trouble)


@app.api_route("/healthz", methods=["GET", "HEAD"], include_in_schema=False)
async def for_machines() -> Response:
    seen = await health()
    told = {
        "well": seen.well,
        "database": seen.database,
        "redis": seen.redis,
        "sending": seen.sending,
        "trouble": seen.trouble,
        "late": list(seen.late),
        "room": seen.room,
        "clock_jumped_s": int(seen.jump.by.total_seconds()) if seen.jump else None,
    }
    return JSONResponse(told, _status(seen), headers={"Cache-Control": "no-store"})


@app.get("/health", include_in_schema=False)
async def for_people(request: Request) -> Response:
    _ = reads(request.scope)
    seen = await health()
    return plain_page(
        request,
        _,
        _("Everything is well") if seen.well else _("Not everything is well"),
        problem=_problem(_, seen),
        facts=_facts(_, seen),
        way=Way(_("Look again"), "/health"),
        below=Way(_("Go to the first page"), "/"),
        status=_status(seen),
    )


def _problem(_: Words, seen: Health) -> str:
    if not (seen.database and seen.redis and seen.sending) or seen.stand_still:
        return _("Nothing is sent meanwhile; it goes on by itself. Nothing that you had saved is lost.")
    return "" if seen.well else _("Please tell whoever runs your server.")


def _facts(_: Words, seen: Health) -> list[Fact]:
    away, well = _("cannot be reached"), _("well")
    facts = [
        Fact(_("Database"), well if seen.database else away, seen.database),
        Fact(_("Redis"), well if seen.redis else away, seen.redis),
        Fact(_("The sending"), _sending(_, seen), bool(seen.sending) and not seen.trouble),
        Fact(_("Room on the disk"), well if seen.room else _("nearly none"), seen.room),
    ]
    if seen.database:
        facts.append(Fact(_("Work by the clock"), _("late") if seen.late else well, not seen.late))
    if seen.jump:
        facts.append(Fact(_("Clock"), _jumped(_, seen.jump), well=False))
    return facts


def _jumped(_: Words, jump: Jump) -> str:
    span, ago = _.span(abs(jump.by)), _.ago(max(now() - jump.at, timedelta(seconds=1)))
    if jump.by > timedelta(0):
        return _("jumped forward by {span}, {ago}", span=span, ago=ago)
    return _("jumped back by {span}, {ago}", span=span, ago=ago)


def _sending(_: Words, seen: Health) -> str:
    if seen.sending is None:
        return _("waits")
    if not seen.sending:
        return _("is not running")
    return _(WAITS[seen.trouble]) if seen.trouble else _("well")


def _status(seen: Health) -> int:
    return 200 if seen.well else 503
