"""On the review: WhatsApp is being asked which of these numbers are on it; one line, live."""

from nicegui import ui

from services.access.actor import Actor
from services.campaigns.asking import ask_about, still_asking
from services.campaigns.review import Review, reach
from services.i18n import Words, words
from services.senders.asker import asked_topic
from ui.live import watch


async def asking_box(actor: Actor, told: Review) -> None:
    """Asks, and shows nothing where there is nothing to ask. Who is not there is left out at once."""
    campaign_id = told.campaign.id
    if not (await ask_about(actor, campaign_id) or await still_asking(actor, campaign_id)):
        return
    _ = words(actor.language)
    with ui.element("div").classes("line").props('role="status"').mark("asking") as line:
        ui.element("span").classes("skeleton").props('aria-hidden="true"')
        said = ui.label().classes("grow break soft")

    async def look() -> None:
        left = await still_asking(actor, campaign_id)
        said.set_text(_played(_, left) if told.rehearsal else _asked(_, left))
        line.set_visibility(left > 0)
        if (await reach(actor, campaign_id))[1] != told.reach:
            ui.navigate.reload()  # fewer get it than the page says

    watch({asked_topic(actor.workspace_id)}, look)


def _asked(_: Words, left: int) -> str:
    return _.many(
        "Asking WhatsApp about {count} number. You need not wait for it.",
        "Asking WhatsApp about {count} numbers. You need not wait for it.",
        left,
    )


def _played(_: Words, left: int) -> str:
    return _.many(
        "The sandbox plays whether {count} number is on WhatsApp.",
        "The sandbox plays which of {count} numbers are on WhatsApp.",
        left,
    )
