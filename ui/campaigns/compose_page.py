"""/campaigns/new and /campaigns/7/edit: who gets what, saved while it is typed."""

from collections.abc import Awaitable, Callable

from fastapi import Depends
from fastapi.responses import RedirectResponse, Response
from nicegui import events, ui

from models.campaign import Campaign
from models.phone import shown
from models.states import CampaignStatus, Channel
from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.ready import default_language
from services.campaigns.try_out import try_out
from services.clock import now
from services.i18n import LANGUAGES, Words, words
from services.media.find import Attached, find
from services.senders.list import SenderSeen, senders
from services.templates import write
from services.templates.footer import has_footer
from ui.campaigns.audience_box import audience_box
from ui.campaigns.kind_box import KindBox
from ui.campaigns.saving import Saving
from ui.campaigns.template_picker import pick_template
from ui.frame import frame, heading
from ui.pieces.choice import Choice, Option
from ui.pieces.confirm import confirm
from ui.pieces.empty_state import go_button
from ui.pieces.message_editor import MessageEditor, message_editor
from ui.pieces.sandbox_banner import sandbox_banner
from ui.pieces.thumb_bar import ThumbBar
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear
from ui.told import called


@ui.page("/campaigns/new")
async def new_page(template: int | None = None, actor: Actor = Depends(signed_in)) -> Response:
    _ = words(actor.language)
    taken = None if template is None else await write.find(actor, template)
    campaign_id = await draft.create(actor, _("Campaign of {date}", date=_.day(now(), actor.timezone)))
    if taken is not None:
        carried = taken.attached.id if taken.attached else None
        await draft.save(
            actor, campaign_id, {"texts": taken.texts, "attachment_id": carried, "kind": taken.kind}
        )
    return RedirectResponse(f"/campaigns/{campaign_id}/edit", status_code=303)


@ui.page("/campaigns/{campaign_id}/edit")
async def compose_page(campaign_id: int, actor: Actor = Depends(signed_in)) -> Response | None:
    campaign = await draft.find(actor, campaign_id)
    if campaign.status != CampaignStatus.DRAFT:
        return RedirectResponse(f"/campaigns/{campaign_id}", status_code=303)
    _ = words(actor.language)
    wear("progress.css")
    wear("compose.css")
    numbers = await senders(actor)
    with frame(_("Write the campaign"), actor, back="/campaigns"):
        if any(number.id == campaign.sender_id and _is_sandbox(number) for number in numbers):
            sandbox_banner(_)
        saving = Saving(actor, campaign_id)
        _name(_, campaign, saving)
        await audience_box(actor, campaign, saving)
        kind = KindBox(_, campaign, saving, lambda: message.sign())
        message = Message(actor, campaign, saving, kind.choose)
        await message.build()
        _sender(_, campaign, saving, numbers)
        _buttons(_, actor, campaign_id, saving)
    return None


def _name(_: Words, campaign: Campaign, saving: Saving) -> None:
    async def typed(event: events.ValueChangeEventArguments[str | None]) -> None:
        await saving.keep({"name": event.value or ""})

    name = ui.input(_("Name of the campaign"), value=campaign.name, on_change=typed)
    name.classes("full").mark("name").props(f"outlined debounce=400 maxlength={draft.LONGEST_NAME}")
    name.props["hint"] = _("Only you see it.")


class Message:
    """The texts, and the language of those who told none."""

    def __init__(
        self, actor: Actor, campaign: Campaign, saving: Saving, kind: Callable[[str], Awaitable[None]]
    ) -> None:
        """`kind` is called with that of the template that was taken."""
        self._ = words(actor.language)
        self._kind = kind
        self._actor = actor
        self._campaign = campaign
        self._saving = saving

    async def build(self) -> None:
        _ = self._
        self._templates = await write.listed(self._actor)
        with ui.element("section").classes("box"):
            with ui.element("div").classes("line wrap spread"):
                heading(_("The message"), 2)
                pick = ui.button(_("From a template"), icon="description", on_click=self._from_template)
                pick.props("outline").mark("templates")
            self._editor: MessageEditor = await message_editor(
                self._actor,
                self._campaign.texts,
                await self._attached(),
                changed=self._typed,
                carried=self._carries,
            )
            test = ui.button(_("Send me a test"), icon="smartphone", on_click=self._try_out)
            test.props("outline").style("align-self: flex-start").mark("try-out")
            self._others = ui.select({}, label=_("All others read"), on_change=self._choose)
            self._others.props("outlined options-dense").classes("full").mark("default-language")
        self.sign()
        self._show_others()

    def sign(self) -> None:
        """Show the line that says how to stop, or take it away."""
        self._editor.sign(has_footer(self._campaign))

    async def _attached(self) -> Attached | None:
        attachment_id = self._campaign.attachment_id
        return None if attachment_id is None else await find(self._actor, attachment_id)

    async def _carries(self, attached: Attached | None) -> None:
        await self._saving.keep({"attachment_id": attached.id if attached else None})

    async def _try_out(self, event: events.ClickEventArguments) -> None:
        """One message to whoever taps; it can be followed in the inbox."""
        _ = self._
        event.sender.disable()  # type: ignore[attr-defined]
        try:
            with telling(_):
                if await self._saving.keep({}):  # what was typed a moment ago
                    tried = await try_out(self._actor, self._campaign.id, self._editor.language)
                    ui.notify(
                        _("A test is on its way to {phone}.", phone=shown(tried.phone)), type="positive"
                    )
        finally:
            event.sender.enable()  # type: ignore[attr-defined]

    async def _from_template(self) -> None:
        _ = self._
        taken = await pick_template(self._actor, self._templates)
        if taken is None:
            return
        written = {code: text for code, text in self._editor.texts.items() if text.strip()}
        if written in ({}, taken.texts) or await confirm(
            _("Put the template in the place of what you wrote?"), yes=_("Replace it"), no=_("Keep mine")
        ):
            await self._editor.put(taken.texts, taken.attached)
            await self._kind(taken.kind)

    async def _typed(self, texts: dict[str, str]) -> None:
        if await self._saving.keep({"texts": dict(texts)}):
            self._campaign.texts = {code: text for code, text in texts.items() if text.strip()}
            self._show_others()

    def _show_others(self) -> None:
        written = {code: name for code, name in LANGUAGES.items() if code in self._campaign.texts}
        self._others.set_visibility(len(written) > 1)
        if list(self._others.options) != list(written):
            self._others.set_options(written, value=default_language(self._campaign) if written else None)

    async def _choose(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        if event.value and event.value != default_language(self._campaign):
            self._campaign.default_language = event.value
            await self._saving.keep({"default_language": event.value})


def _sender(_: Words, campaign: Campaign, saving: Saving, numbers: list[SenderSeen]) -> None:
    async def choose(sender_id: int) -> None:
        if await saving.keep({"sender_id": sender_id}):
            ui.navigate.reload()  # the banner of the sandbox comes or goes

    with ui.element("section").classes("box"):
        heading(_("Sent from"), 2)
        if not numbers:
            ui.label(_("You have no number to send from yet."))
            go_button(_("Senders"), "/senders")
            return
        options = [Option(number.id, called(_, number.name), _beside(_, number)) for number in numbers]
        Choice(_("Sent from"), options, campaign.sender_id or 0, choose)


def _beside(_: Words, number: SenderSeen) -> str:
    """What is said of a number besides its name."""
    if _is_sandbox(number):
        return _("A rehearsal: nothing leaves this computer")
    phone = shown(number.phone or "")
    return "" if phone == number.name else phone


def _is_sandbox(number: SenderSeen) -> bool:
    return number.channel is Channel.SANDBOX


def _buttons(_: Words, actor: Actor, campaign_id: int, saving: Saving) -> None:
    async def go_on() -> None:
        if await saving.keep({}):
            ui.navigate.to(f"/campaigns/{campaign_id}/review")

    async def delete() -> None:
        with telling(_):
            await saving.keep({})
            ui.navigate.to(f"/campaigns?undo={await draft.delete_draft(actor, campaign_id)}")

    ui.button(_("Delete the draft"), icon="delete", on_click=delete).props("flat color=negative")
    with ThumbBar() as bar:
        bar.button(_("Check and send"), "arrow_forward", go_on, main=True).mark("review")
