"""/campaigns: all of them, what moves or waits first."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.analytics.campaign_list import CampaignPage, campaign_page
from services.i18n import Words, words
from ui.frame import Action, frame
from ui.home.campaign_card import CampaignCard
from ui.live import watch
from ui.pieces.empty_state import empty_state, go_button, until_first
from ui.pieces.undo import offer
from ui.signed_in import signed_in


@ui.page("/campaigns")
async def list_page(page: int = 1, undo: str = "", actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    seen = await campaign_page(actor, page)
    empty = not seen.campaigns and seen.page == 1
    with frame(_("Campaigns"), actor, action=None if empty else new_campaign(_)):
        await offer(actor, undo)
        if empty:
            empty_state(
                "campaign",
                _("Tell your customers something."),
                action=_("New campaign"),
                address="/campaigns/new",
                more=_("You write it once; everybody who agreed gets it with their own name."),
            )
            until_first(f"workspace:{actor.workspace_id}", lambda: _some(actor))
            return
        CampaignList(actor, seen)


async def _some(actor: Actor) -> bool:
    return bool((await campaign_page(actor, 1)).campaigns)


def new_campaign(_: Words) -> Action:
    return Action(_("New campaign"), "/campaigns/new", "add", "new-campaign")


class CampaignList:
    """Numbers move in place; when something else changes, the cards are built anew."""

    def __init__(self, actor: Actor, seen: CampaignPage) -> None:
        self._actor = actor
        self._seen = seen
        self._cards: dict[int, CampaignCard] = {}
        self._followed: set[str] = set()
        self._room = ui.element("div").classes("stack full")
        self._build()

    async def _look(self) -> None:
        now = await campaign_page(self._actor, self._seen.page)
        alike = _shape(now) == _shape(self._seen)
        self._seen = now
        if alike:
            for campaign in now.campaigns:
                self._cards[campaign.id].show(campaign)
        else:
            self._room.clear()
            self._build()

    def _build(self) -> None:
        _ = words(self._actor.language)
        seen = self._seen
        with self._room:
            with ui.element("div").classes("rows"):
                self._cards = {one.id: CampaignCard(_, one, self._actor.timezone) for one in seen.campaigns}
            with ui.element("div").classes("line spread"):
                if seen.page > 1:
                    _turn(_("Newer"), seen.page - 1)
                if seen.more:
                    _turn(_("Older"), seen.page + 1)
        topics = {f"campaign:{one.id}" for one in seen.campaigns} | {f"workspace:{self._actor.workspace_id}"}
        if topics - self._followed:
            watch(topics - self._followed, self._look)
            self._followed |= topics


def _turn(label: str, page: int) -> None:
    go_button(label, f"/campaigns?page={page}").props("flat", remove="unelevated")


def _shape(seen: CampaignPage) -> list[object]:
    """What the cards depend on, the numbers inside them aside."""
    return [
        (c.id, c.name, c.status, c.scheduled_at, c.problem, c.total > 0, c.begins) for c in seen.campaigns
    ]
