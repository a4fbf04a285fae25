"""On the review: who does not get it and why, who reads another language, whom a blank would leave a hole."""

from nicegui import ui

from models.phone import shown
from models.states import Reason
from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.ready import default_language
from services.campaigns.review import Review, Someone, Without
from services.i18n import LANGUAGES, Words, words
from services.templates.render import needed, with_fallback
from ui.pieces.message_editor import FRIEND
from ui.telling import telling


def people_left_out(_: Words, told: Review) -> None:
    """Each reason as a line that opens to the people."""
    for group in told.left_out:
        why = _why(_, group.reason, group.people)
        _unfolding(_, _("Left out: {why}", why=why), group.people, group.first, icon="block")
    default = LANGUAGES[default_language(told.campaign)]
    for language, people in told.fallen_back.items():
        name = LANGUAGES.get(language, language)
        with ui.element("div").classes("line"):
            ui.icon("translate").classes("soft").style("font-size: 22px").props('aria-hidden="true"')
            ui.label(
                _.many(
                    "{count} person reads {language} and gets the text in {other}",
                    "{count} people read {language} and get the text in {other}",
                    people,
                    language=name,
                    other=default,
                )
            ).classes("grow")


def _why(_: Words, reason: Reason, people: int) -> str:
    match reason:
        case Reason.OPTED_OUT:
            return _.many("{count} person asked you to stop", "{count} people asked you to stop", people)
        case Reason.NOT_ON_WHATSAPP:
            return _.many("{count} person is not on WhatsApp", "{count} people are not on WhatsApp", people)
        case Reason.TOO_OFTEN:
            return _.many(
                "{count} person got enough offers this week",
                "{count} people got enough offers this week",
                people,
            )
    return _.many(
        "{count} person has not agreed to hear from you",
        "{count} people have not agreed to hear from you",
        people,
    )


def people_without(_: Words, told: Review, actor: Actor) -> None:
    """One box a blank that some have nothing for, with the fallback that mends it."""
    for hole in told.without:
        _hole(_, told, hole, actor)


def _hole(_: Words, told: Review, hole: Without, actor: Actor) -> None:
    bare = [code for code, body in told.campaign.texts.items() if hole.key in needed([body])]
    label = _("Name") if hole.key == "name" else hole.key
    with ui.element("section").classes("box").props('role="alert"').mark(f"without-{hole.key}"):
        with ui.element("div").classes("line"):
            ui.icon("error_outline").classes("bad").props('aria-hidden="true"')
            ui.label(
                _.many(
                    "{count} person has no “{blank}”",
                    "{count} people have no “{blank}”",
                    hole.people,
                    blank=label,
                )
            ).classes("strong grow break")
        _unfolding(_, _("Show them"), hole.people, hole.first, icon="people")
        ui.label(_("What should they read instead?"))
        typed = {code: _fallback(hole.key, code, alone=len(bare) == 1, label=label) for code in bare}

        async def mend() -> None:
            texts = dict(told.campaign.texts)
            for code, field in typed.items():
                word = (field.value or "").translate(_NO_BRACES).strip()
                if not word:
                    ui.notify(_("Write what they should read instead."), type="warning")
                    return
                texts[code] = with_fallback(texts[code], hole.key, word)
            with telling(_):
                await draft.save(actor, told.campaign.id, {"texts": texts})
                ui.navigate.reload()

        ui.button(_("Use this for them"), icon="check", on_click=mend).props("unelevated").mark("mend")


_NO_BRACES = str.maketrans("", "", "{}|\n")


def _fallback(key: str, code: str, *, alone: bool, label: str) -> ui.input:
    ready = words(code)(FRIEND) if key == "name" else ""
    field = ui.input(label if alone else LANGUAGES[code], value=ready).classes("full")
    return field.props(f'outlined maxlength=60 lang="{code}"').mark(f"fallback-{code}")


def _unfolding(_: Words, title: str, people: int, first: list[Someone], *, icon: str) -> None:
    with ui.expansion(title, icon=icon).classes("full unfolding"), ui.element("ul").classes("few"):
        for one in first:
            with ui.element("li"):
                ui.label(one.name or _("Without a name")).classes("break")
                ui.label(shown(one.phone)).classes("soft numbers")
        if people > len(first):
            with ui.element("li"):
                more = people - len(first)
                ui.label(_.many("and {count} more", "and {count} more", more)).classes("soft")
