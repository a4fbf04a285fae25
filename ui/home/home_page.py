"""/ : what is running, what waits for you, and the first steps of a newcomer."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.analytics.home import Home, Troubled, Underway, home
from services.i18n import words
from ui.campaigns.list_page import new_campaign
from ui.frame import frame, heading
from ui.home.campaign_card import CampaignCard
from ui.home.first_steps import first_steps
from ui.live import watch
from ui.pieces.empty_state import go_button
from ui.pieces.status_chip import status_chip
from ui.signed_in import signed_in


@ui.page("/")
async def home_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    seen = await home(actor)
    with frame(_("Home"), actor, action=None if seen.is_new else new_campaign(_)):
        Glance(seen, actor)


class Glance:
    """The page's content. Numbers move in place; other things build it anew."""

    def __init__(self, seen: Home, actor: Actor) -> None:
        self._actor = actor
        self._ = words(actor.language)
        self._seen = seen
        self._followed: set[str] = set()
        self._cards: dict[int, CampaignCard] = {}
        self._room = ui.element("div").classes("stack full").style("gap: var(--space-6)")
        self._build(seen)

    async def _look(self) -> None:
        now = await home(self._actor)
        if _shape(now) == _shape(self._seen):
            for campaign in now.campaigns:
                self._cards[campaign.id].show(campaign)
            self._seen = now
        else:
            self._room.clear()
            self._build(now)

    def _build(self, seen: Home) -> None:
        self._seen = seen
        _ = self._
        with self._room:
            if seen.held or seen.senders:
                with ui.element("section").classes("stack"):
                    heading(_("Waiting for you"), 2)
                    for campaign in seen.held:
                        self._held(campaign)
                    for sender in seen.senders:
                        self._troubled(sender)
            if seen.is_new:
                first_steps(_, seen)
            else:
                self._campaigns(seen)
        self._follow(seen)

    def _campaigns(self, seen: Home) -> None:
        _ = self._
        with ui.element("section").classes("stack"):
            heading(_("Campaigns"), 2)
            zone = self._actor.timezone
            self._cards = {campaign.id: CampaignCard(_, campaign, zone) for campaign in seen.campaigns}
            if seen.campaigns:
                ui.link(_("All campaigns"), "/campaigns").classes("top-link").style("align-self: center")

    def _held(self, campaign: Underway) -> None:
        _ = self._
        with ui.element("div").classes("banner warning line wrap"):
            ui.icon("schedule").props('aria-hidden="true"')
            ui.label(
                _("“{name}” did not start at its time. Decide what happens now.", name=campaign.name)
            ).classes("grow break")
            go_button(_("Decide"), f"/campaigns/{campaign.id}")

    def _troubled(self, sender: Troubled) -> None:
        _ = self._
        with ui.element("div").classes("banner negative line wrap"):
            ui.icon("link_off").props('aria-hidden="true"')
            with ui.element("div").classes("grow stack tight"):
                ui.label(sender.name).classes("strong break")
                status_chip(_, sender.status).style("align-self: flex-start")
            go_button(_("Look"), "/senders")

    def _follow(self, seen: Home) -> None:
        campaigns = {f"campaign:{campaign.id}" for campaign in (*seen.campaigns, *seen.held)}
        new = campaigns | {f"workspace:{self._actor.workspace_id}"}
        if new - self._followed:
            watch(new - self._followed, self._look)
            self._followed |= new


def _shape(seen: Home) -> tuple[object, ...]:
    """What the page's elements depend on; the numbers inside them aside."""
    campaigns = [(c.id, c.name, c.status, c.scheduled_at, c.braked) for c in (*seen.campaigns, *seen.held)]
    return seen.has_contacts, seen.has_templates, campaigns, seen.senders
