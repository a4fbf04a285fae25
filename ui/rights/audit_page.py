"""/audit: who came in and who did what, the latest first. Nobody can change it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.access.audit import Deed, Entry, entries
from services.i18n import N_, Words, words
from ui.frame import frame
from ui.signed_in import signed_in
from ui.theme import wear

DEEDS: Mapping[Deed, str] = {
    Deed.SIGNED_UP: N_("signed up"),
    Deed.LOGGED_IN: N_("logged in"),
    Deed.IMPORTED: N_("brought in contacts from a list"),
    Deed.IMPORT_UNDONE: N_("took a list back"),
    Deed.DELETED: N_("deleted contacts"),
    Deed.BROUGHT_BACK: N_("brought deleted contacts back"),
    Deed.DOWNLOADED: N_("downloaded the people of a campaign"),
    Deed.LAUNCHED: N_("launched a campaign"),
    Deed.SCHEDULED: N_("planned a campaign"),
    Deed.CANCELLED: N_("cancelled a campaign"),
    Deed.CANCEL_UNDONE: N_("took a cancel back"),
    Deed.EXPORTED: N_("downloaded everything about a person"),
    Deed.ERASED: N_("erased a person"),
    Deed.OPTED_OUT: N_("noted that a person asked to stop"),
    Deed.ANSWERED_AFTER_STOP: N_("answered a person who had asked to stop"),
    Deed.WORDS_CHANGED: N_("changed the words that stop"),
    Deed.JOINING_CHANGED: N_("changed how people join"),
    Deed.LIMITS_CHANGED: N_("changed how much a number may send"),
    Deed.LINKED: N_("linked a WhatsApp number"),
    Deed.UNLINKED: N_("unlinked a WhatsApp number"),
    Deed.BUSINESS_CHANGED: N_("changed the name or the clock of the business"),
    Deed.RULES_CHANGED: N_("changed the quiet hours or how often"),
    Deed.NOTICES_ON: N_("switched notifications on, on one phone or computer"),
    Deed.NOTICES_OFF: N_("switched notifications off, on one phone or computer"),
}


@ui.page("/audit")
async def audit_page(page: int = 1, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("inbox.css")
    seen = await entries(actor, page)
    with frame(_("Who did what"), actor, back="/more", narrow=True):
        ui.label(
            _(
                "Who came in, and what was done with people's data, campaigns and settings. A customer has a"
                " mark here, no name. Nobody can change it."
            )
        ).classes("soft break")
        if not seen.entries:
            ui.label(_("Nothing yet."))
        with ui.element("ol").classes("au"):
            for entry in seen.entries:
                _line(_, entry, actor.timezone)
        with ui.element("div").classes("line spread"):
            if seen.page > 1:
                ui.link(_("Newer"), f"/audit?page={seen.page - 1}").classes("in-link")
            if seen.more:
                ui.link(_("Older"), f"/audit?page={seen.page + 1}").classes("in-link")


def _line(_: Words, entry: Entry, zone: str) -> None:
    with ui.element("li").classes("box au-line"):
        ui.label(_deed(_, entry)).classes("strong break")
        if entry.about:
            ui.label(_("Person {mark}", mark=entry.about)).classes("small soft numbers")
        if told := _told(_, entry, zone):
            ui.label(told).classes("small break")
        ui.label(_.moment(entry.at, zone)).classes("small soft numbers")


def _deed(_: Words, entry: Entry) -> str:
    match entry.deed:
        case Deed.WRONG_PASSWORD:
            return _(
                "Somebody gave a wrong password for the login of {name}", name=entry.facts.get("name", "")
            )
        case Deed.LAUNCHED if not entry.who:
            return _("A planned campaign has begun")
        case Deed.LINK_ENDED:
            return _("A WhatsApp number is not linked any more: it was ended on its phone, or by WhatsApp")
        case _deed:
            return f"{entry.who or _('By itself')} {_(DEEDS[entry.deed])}"


def _told(_: Words, entry: Entry, zone: str) -> str:
    """What exactly, in a line of words."""
    match entry.facts:
        case {"word": str(word), "on": bool(on)}:
            return _("{word}: people can join", word=word) if on else _("{word}: nobody joins", word=word)
        case {"more": list(more), "off": list(off)}:
            own = _("Own words: {words}", words=", ".join(map(str, more)) or "–")
            return f"{own} · {_('Switched off: {words}', words=', '.join(map(str, off)) or '–')}"
        case {"address": str(address)}:
            return _("From the address {address}", address=address)
        case {"file": str(file), "new": int(new), "changed": int(changed), "agreed": int(agreed)}:
            counted = _(
                "{new} new, {changed} changed, {agreed} agreed", new=new, changed=changed, agreed=agreed
            )
            return f"{file or _('A pasted list')}: {counted}"
        case {"file": str(file), "deleted": int(deleted)}:
            gone = _.many("{count} person is gone again", "{count} people are gone again", deleted)
            return f"{file or _('A pasted list')}: {gone}"
        case {"campaign": str(name), "people": int(people)}:
            return f"{name} · {_.many('{count} person', '{count} people', people)}"
        case {"business": str(name), "zone": str(place)}:
            return f"{name} · {_.zone(place)}"
        case {"people": int(people)}:
            return _.many("{count} person", "{count} people", people)
        case {"campaign": str(name), "at": str(at)}:
            return f"{name} · {_.moment(datetime.fromisoformat(at), zone)}"
        case {"campaign": str(name)}:
            return name
        case {"sender": str(sender), "daily_cap": int(cap), "cold_per_day": int(cold)}:
            return _(
                "{sender}: {cap} messages a day at most, {new} of them to new people",
                sender=sender,
                cap=cap,
                new=cold,
            )
        case {"sender": str(sender)}:
            return sender
        case {"quiet_from": int(start), "quiet_until": int(end), "most_a_week": int(most)}:
            hours = _("Quiet from {start} to {end}", start=_clock(_, start), end=_clock(_, end))
            return f"{hours} · {_.many('{count} offer a week', '{count} offers a week', most)}"
    return ""


def _clock(_: Words, minute: int) -> str:
    """Minutes after midnight, as the shop's clock shows them."""
    return _.time(datetime(2000, 1, 1, minute // 60 % 24, minute % 60, tzinfo=UTC), "UTC")
