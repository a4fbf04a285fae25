"""/ : what needs you, what is running, what happened this week, and the first steps of a newcomer."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.analytics.home import Home, Troubled, Underway, home
from services.i18n import words
from ui.campaigns.list_page import new_campaign
from ui.frame import frame, heading
from ui.home.campaign_card import MOVING, CampaignCard
from ui.home.first_steps import first_steps
from ui.home.week_box import WeekBox
from ui.live import watch
from ui.pieces.empty_state import go_button
from ui.pieces.status_chip import LOOKS
from ui.signed_in import signed_in
from ui.told import called, told


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
        self._week: WeekBox | None = None
        self._room = ui.element("div").classes("glance")
        self._build(seen)

    async def _look(self) -> None:
        now = await home(self._actor)
        if _shape(now) == _shape(self._seen):
            for campaign in now.campaigns:
                self._cards[campaign.id].show(campaign)
            if self._week is not None:
                self._week.show(now.week)
            self._seen = now
        else:
            self._room.clear()
            self._build(now)

    def _build(self, seen: Home) -> None:
        self._seen = seen
        self._cards = {}
        self._week = None
        _ = self._
        moving = [campaign for campaign in seen.campaigns if campaign.status in MOVING]
        others = [campaign for campaign in seen.campaigns if campaign not in moving]
        with self._room:
            self._needs_you(seen)
            if not seen.is_set_up:
                first_steps(_, seen, self._actor)
            self._campaigns(_("Running now"), moving)
            if seen.week.sent:
                self._week = WeekBox(_, seen.week)
            self._campaigns(_("Latest campaigns"), others, link=True)
        self._follow(seen)

    def _needs_you(self, seen: Home) -> None:
        _ = self._
        if not (seen.held or seen.senders or seen.unread):
            return
        with ui.element("section").classes("stack"):
            heading(_("Needs you"), 2)
            for campaign in seen.held:
                self._held(campaign)
            for sender in seen.senders:
                self._troubled(sender)
            if seen.unread:
                said = _.many("{count} person wrote to you", "{count} people wrote to you", seen.unread)
                _notice("info", "forum", said, _("Look"), "/inbox")

    def _campaigns(self, title: str, campaigns: list[Underway], *, link: bool = False) -> None:
        if not campaigns:
            return
        with ui.element("section").classes("stack"):
            with ui.element("div").classes("line spread"):
                heading(title, 2)
                if link:
                    ui.link(self._("All campaigns"), "/campaigns").classes("side-link")
            with ui.element("div").classes("rows"):
                for campaign in campaigns:
                    self._cards[campaign.id] = CampaignCard(self._, campaign, self._actor.timezone)

    def _held(self, campaign: Underway) -> None:
        _ = self._
        if campaign.problem:
            why = told(_, campaign.problem, campaign.facts, self._actor.timezone)
            said = f"“{campaign.name}”: {why}"
        else:
            said = _("“{name}” did not start at its time. Decide what happens now.", name=campaign.name)
        _notice("warning", "pause_circle", said, _("Decide"), f"/campaigns/{campaign.id}")

    def _troubled(self, sender: Troubled) -> None:
        said = f"{called(self._, sender.name)}: {self._(LOOKS[sender.status].sentence)}"
        _notice("negative", "link_off", said, self._("Look"), "/senders")

    def _follow(self, seen: Home) -> None:
        campaigns = {f"campaign:{campaign.id}" for campaign in (*seen.campaigns, *seen.held)}
        workspace = self._actor.workspace_id
        new = campaigns | {f"workspace:{workspace}", f"chats:{workspace}"}
        if new - self._followed:
            watch(new - self._followed, self._look)
            self._followed |= new


def _notice(tone: str, icon: str, said: str, action: str, address: str) -> None:
    with ui.element("div").classes("banner line wrap").classes(tone):
        ui.icon(icon).props('aria-hidden="true"')
        ui.label(said).classes("grow break")
        go_button(action, address).props("outline", remove="unelevated")


def _shape(seen: Home) -> tuple[object, ...]:
    """What the page's elements depend on; the numbers inside them aside."""
    campaigns = [
        (c.id, c.name, c.status, c.scheduled_at, c.problem, c.total > 0, c.begins)
        for c in (*seen.campaigns, *seen.held)
    ]
    week = (seen.week.sent > 0, seen.week.rehearsed)
    return seen.has_contacts, seen.has_number, campaigns, seen.senders, seen.unread, week
