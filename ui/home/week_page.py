"""/week?status=read: the people behind this week's numbers, the latest first."""

from urllib.parse import urlencode

from fastapi import Depends
from nicegui import ui

from models.phone import shown
from services.access.actor import Actor
from services.analytics.home import home
from services.analytics.standing import WORDING
from services.analytics.week import NAMES, Behind, OneOfTheWeek, WeekPage, people_of_week
from services.i18n import Words, words
from ui.campaigns.people_shown import TONES
from ui.frame import frame
from ui.pieces.empty_state import go_button
from ui.signed_in import signed_in
from ui.theme import wear
from ui.told import moment_near


@ui.page("/week")
async def week_page(status: str = "", page: int = 1, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    behind = Behind(status) if status in set(Behind) else Behind.SENT
    week = (await home(actor)).week
    seen = await people_of_week(actor, behind, rehearsed=week.rehearsed, page=page)
    with frame(_("This week"), actor, back="/"):
        with ui.element("nav").classes("pl-chips").props(f'aria-label="{_("Which people")}"'):
            for one_of_them in Behind:
                link = ui.link(_(NAMES[one_of_them]), _address(one_of_them)).classes("pl-chip")
                if one_of_them is behind:
                    link.props('aria-current="true"')
        if not seen.people:
            ui.label(_("Nobody yet.")).classes("soft")
        with ui.element("div").classes("rows"):
            for one in seen.people:
                _line(_, one, actor.timezone)
        _turns(_, behind, seen)


def _line(_: Words, one: OneOfTheWeek, zone: str) -> None:
    with ui.element("a").classes("entry").props(f'href="/campaigns/{one.campaign_id}/people"'):
        with ui.element("span").classes("grow"):
            ui.label(one.name or shown(one.phone)).classes("strong break")
            ui.label(f"{one.campaign} · {moment_near(_, one.at, zone)}").classes("soft small break")
        ui.label(_(WORDING[one.standing])).classes("chip").classes(TONES.get(one.standing, ""))


def _turns(_: Words, behind: Behind, seen: WeekPage) -> None:
    with ui.element("div").classes("line spread"):
        if seen.page > 1:
            go_button(_("Newer"), _address(behind, seen.page - 1)).props("flat", remove="unelevated")
        if seen.more:
            go_button(_("Older"), _address(behind, seen.page + 1)).props("flat", remove="unelevated")


def _address(behind: Behind, page: int = 1) -> str:
    return "/week?" + urlencode({"status": behind.value, **({"page": page} if page > 1 else {})})
