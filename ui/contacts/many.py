"""What can be done with the people who are picked: tag them, note that they agreed, delete them."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from services.access.actor import Actor
from services.contacts.agree import agreed
from services.contacts.edit import delete
from services.contacts.find import Whom
from services.contacts.tags import put_on, tags, take_off
from services.i18n import words
from ui.pieces.answer_to import answer_to
from ui.pieces.confirm import confirm
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.undo import offer
from ui.telling import telling


class Many:
    """Shown while somebody is picked. `changed` is called after something was done."""

    def __init__(
        self,
        actor: Actor,
        changed: Callable[[], Awaitable[None]],
        take_all: Callable[[bool], Awaitable[None]],
    ) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._changed = changed
        self._whom: Whom = []
        self._count = 0
        self._tag = ""
        with ThumbBar() as self._bar:
            with ui.element("div").classes("line full spread"):
                self._said = ui.label().classes("strong numbers").props("role=status").mark("picked")
                self._more = ui.button(on_click=lambda: take_all(True)).props("flat dense").mark("take-all")
                clear = ui.button(icon="close", on_click=lambda: take_all(False)).props("flat round dense")
                clear.props["aria-label"] = _("Select nobody")
            self._bar.button(_("Tag"), "sell", self._put_on).mark("tag-many")
            self._off = self._bar.button("", "remove_circle", self._take_off).mark("untag-many")
            self._bar.button(_("They agreed"), "check", self._agreed).mark("agreed-many")
            self._bar.button(_("Delete"), "delete", self._delete).props("color=negative").mark("delete-many")

    def show(self, whom: Whom, count: int, found: int, tag: str) -> None:
        """`count` people are picked of `found`, who are filtered by `tag` where it is not empty."""
        _ = self._
        self._whom, self._count, self._tag = whom, count, tag
        self._bar.set_visibility(count > 0)
        self._said.set_text(_.many("{count} selected", "{count} selected", count))
        self._more.set_text(_("Select all {count}", count=found))
        self._more.set_visibility(count < found)
        self._off.set_text(_("Take off “{tag}”", tag=tag))
        self._off.set_visibility(bool(tag))

    async def _put_on(self) -> None:
        _ = self._
        tag = await self._ask_for_tag()
        if tag:
            with telling(_):
                await put_on(self._actor, self._whom, tag)
                ui.notify(_("Tagged with “{tag}”", tag=tag), type="positive")
                await self._changed()

    async def _ask_for_tag(self) -> str:
        _ = self._
        known = [count.tag for count in await tags(self._actor)]
        with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("stack"):
            ui.label(_.many("Tag {count} person", "Tag {count} people", self._count)).classes("strong")
            typed = ui.input(_("Tag"), autocomplete=known).props("outlined autofocus").mark("tag")
            with ui.element("div").classes("line wrap"):
                for tag in known[:8]:
                    ui.button(tag, on_click=lambda tag=tag: dialog.submit(tag)).props("outline dense no-caps")
            with ui.element("div").classes("line wrap"):
                ui.button(_("Cancel"), on_click=lambda: dialog.submit("")).props("outline").classes("grow")
                put = ui.button(_("Tag"), on_click=lambda: dialog.submit(typed.value or ""))
                put.props("unelevated").classes("grow").mark("tag-now")
            typed.on("keydown.enter", lambda: dialog.submit(typed.value or ""))
        answer = await answer_to(dialog)
        return str(answer or "").strip()

    async def _take_off(self) -> None:
        with telling(self._):
            await take_off(self._actor, self._whom, self._tag)
            await self._changed()

    async def _agreed(self) -> None:
        _ = self._
        wording = _("These people agreed to hear from {shop} on WhatsApp.", shop=self._actor.workspace_name)
        if await confirm(wording, yes=_("Yes, they agreed"), no=_("Cancel"), color="primary"):
            with telling(_):
                news = await agreed(self._actor, self._whom, wording=wording)
                said = _.many("Noted for {count} person.", "Noted for {count} people.", news)
                ui.notify(f"{said} {_('Who said stop stays out.')}", type="positive")
                await self._changed()

    async def _delete(self) -> None:
        """At once, and a tap brings them back. Campaigns keep what was sent, and a stop is remembered."""
        with telling(self._):
            gone = await delete(self._actor, self._whom)
            await self._changed()
            await offer(self._actor, gone.token)
