"""Who gets it: everybody, or those with one of some tags; and how many that are."""

from nicegui import ui

from models.campaign import Campaign
from services.access.actor import Actor
from services.campaigns.review import reach
from services.contacts.audience import Audience
from services.contacts.tags import TagCount, tags
from services.i18n import words
from ui.campaigns.saving import Saving
from ui.frame import heading
from ui.pieces.choice import Choice, Option
from ui.pieces.empty_state import go_button

EVERYONE, TAGGED = "everyone", "tags"


class AudienceBox:
    """Build it with `await audience_box(...)`."""

    def __init__(self, actor: Actor, campaign: Campaign, saving: Saving, known: list[TagCount]) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._campaign_id = campaign.id
        self._saving = saving
        self._chosen: list[str] = list(campaign.audience.get("tags", []))  # type: ignore[call-overload]
        everyone = bool(campaign.audience.get("everyone"))
        self._way = EVERYONE if everyone else TAGGED if self._chosen else ""
        with ui.element("section").classes("box"):
            heading(_("Who gets it"), 2)
            options = [Option(EVERYONE, _("Everybody who agreed"))]
            if known or self._chosen:
                options.append(Option(TAGGED, _("Only people with a tag")))
            Choice(_("Who gets it"), options, self._way, self._choose_way)
            self._tags = ui.element("div").classes("tags").props('role="group"')
            with self._tags:
                for tag in _with_unknown(known, self._chosen):
                    self._tag(tag)
            with ui.element("div").classes("line wrap"):
                self._count = ui.label().classes("strong numbers grow").props("role=status").mark("reach")
                self._add = go_button(_("Add contacts"), "/contacts").props("outline", remove="unelevated")
        self._tags.set_visibility(self._way == TAGGED)

    async def count(self) -> None:
        """Say how many people it is now."""
        _ = self._
        people, reached = await reach(self._actor, self._campaign_id)
        if people == 0:
            said = _("Nobody yet.") if self._way != EVERYONE else _("You have no contacts yet.")
        elif people == reached:
            said = _.many("{count} person will get it", "{count} people will get it", reached)
        else:
            said = _("{reached} of {people} people will get it", reached=reached, people=people)
        self._count.set_text(said)
        self._add.set_visibility(people == 0 and self._way == EVERYONE)

    def _tag(self, tag: TagCount) -> None:
        line = ui.element("button").classes("tag").props('type="button" role="checkbox"')
        with line.mark(f"tag-{tag.tag}"):
            ui.label(tag.tag)
            ui.label(self._.number(tag.people)).classes("small")

        def show() -> None:
            line.props(f'aria-checked="{"true" if tag.tag in self._chosen else "false"}"')

        async def tap() -> None:
            self._chosen = (
                [other for other in self._chosen if other != tag.tag]
                if tag.tag in self._chosen
                else [*self._chosen, tag.tag]
            )
            show()
            await self._keep()

        show()
        line.on("click", tap)

    async def _choose_way(self, way: str) -> None:
        self._way = way
        self._tags.set_visibility(way == TAGGED)
        await self._keep()

    async def _keep(self) -> None:
        audience: Audience = {"everyone": True} if self._way == EVERYONE else {"tags": self._chosen}
        if await self._saving.keep({"audience": audience}):
            await self.count()


async def audience_box(actor: Actor, campaign: Campaign, saving: Saving) -> AudienceBox:
    box = AudienceBox(actor, campaign, saving, await tags(actor))
    await box.count()
    return box


def _with_unknown(known: list[TagCount], chosen: list[str]) -> list[TagCount]:
    """A chosen tag that nobody has any more is shown too, so that it can be taken off."""
    there = {tag.tag for tag in known}
    return [*known, *(TagCount(tag, 0) for tag in chosen if tag not in there)]
