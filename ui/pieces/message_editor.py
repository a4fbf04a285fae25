"""The texts of a message, one a language, and beside them what a real person will read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from nicegui import events, ui

from services.access.actor import Actor
from services.i18n import LANGUAGES, N_, Words, words
from services.media.find import Attached
from services.media.unfit import LONGEST_CAPTION
from services.templates.footer import FOOTER_TAKES, with_footer
from services.templates.preview import Eyes, as_read, offered_blanks, somebody
from services.templates.render import LONGEST, problems_of
from ui.pieces.attachment_box import AttachmentBox
from ui.pieces.bubble import Bubble

LONGEST_TYPED = 20_000  # what a browser may send of one text
FRIEND = N_("friend")

Changed = Callable[[dict[str, str]], Awaitable[None]]
Carried = Callable[[Attached | None], Awaitable[None]]


class TextBoxes(ui.element, component="message_editor.js"):
    """The browser's part: tabs, text, blanks by a tap, fallbacks. `texts` are all that it may change."""

    def __init__(self, _: Words, texts: Mapping[str, str], blanks: Sequence[str], start: str) -> None:
        super().__init__()
        self._props["words"] = _labels(_)
        self._props["languages"] = [{"code": code, "name": name} for code, name in LANGUAGES.items()]
        self._props["blanks"] = [_blank(_, key) for key in blanks]
        self._props["most"] = LONGEST
        self._props["start"] = start
        self._props["version"] = 0
        self._props["texts"] = dict(texts)

    def allow(self, longest: int) -> None:
        """Count to this many characters."""
        self._props["most"] = longest
        self.update()

    def put(self, texts: Mapping[str, str]) -> None:
        """Show other texts than those that were typed."""
        self._props["texts"] = dict(texts)
        self._props["version"] += 1
        self.update()


class MessageEditor:
    """Build it with `await message_editor(...)`. `texts` is what is typed so far, by language; `attached`
    what goes with them.
    """

    def __init__(
        self,
        actor: Actor,
        texts: Mapping[str, str],
        blanks: Sequence[str],
        eyes: Eyes | None,
        changed: Changed | None,
        attached: Attached | None = None,
        carried: Carried | None = None,
    ) -> None:
        self._ = words(actor.language)
        self._actor = actor
        self._eyes = eyes
        self._changed = changed
        self._carried = carried
        self.texts = dict(texts)
        self.attached = attached
        self._footer = False
        self._language = first_language(texts, actor.language)
        with ui.element("div").classes("me-room"):
            with ui.element("div").classes("stack"):
                self._boxes = TextBoxes(self._, texts, blanks, self._language)
                self._file = AttachmentBox(actor, attached, self._carries)
                self._problem = ui.label().classes("me-problem").props("role=status")
            with ui.element("div").classes("me-phone"):
                self._bubble = Bubble()
                with ui.element("div").classes("line spread"):
                    self._whose = ui.label().classes("small soft grow")
                    self._next = ui.button(self._("Another person"), on_click=self._another)
                    self._next.props("flat dense no-caps").classes("small").mark("another-person")
        self._boxes.on("typed", self._typed)
        self._boxes.on("language", self._turned)
        self._show_carried()
        self._show()

    async def put(self, texts: Mapping[str, str], attached: Attached | None) -> None:
        """Take texts from elsewhere, for instance a template's; where that carries nothing, ours stays."""
        if attached is not None:
            self._file.show(attached)
            await self._carries(attached)
        self.texts = dict(texts)
        self._boxes.put(texts)
        self._show()
        if self._changed is not None:
            await self._changed(self.texts)

    async def _carries(self, attached: Attached | None) -> None:
        self.attached = attached
        self._show_carried()
        self._show()
        if self._carried is not None:
            await self._carried(attached)

    @property
    def language(self) -> str:
        """That of the open tab."""
        return self._language

    def sign(self, footer: bool) -> None:
        """Whether the line that says how to stop goes below the text: it is shown, and takes its room."""
        self._footer = footer
        self._boxes.allow(self._longest)
        self._show()

    def _show_carried(self) -> None:
        self._bubble.carry(self.attached)
        self._boxes.allow(self._longest)

    @property
    def _longest(self) -> int:
        most = LONGEST_CAPTION if self.attached else LONGEST
        return most - (FOOTER_TAKES if self._footer else 0)

    async def _typed(self, event: events.GenericEventArguments) -> None:
        match event.args:  # a browser may send anything
            case {"language": str(language), "text": str(typed)} if language in LANGUAGES:
                pass
            case _:
                return
        self._language = language
        self.texts[language] = typed[:LONGEST_TYPED]
        self._show()
        if self._changed is not None:
            await self._changed(self.texts)

    async def _turned(self, event: events.GenericEventArguments) -> None:
        if isinstance(event.args, str) and event.args in LANGUAGES:
            self._language = event.args
            await self._another()

    async def _another(self) -> None:
        seen = self._eyes.contact_id if self._eyes else None
        self._eyes = await somebody(self._actor, self._language, seen)
        self._show()

    def _show(self) -> None:
        _ = self._
        typed = self.texts.get(self._language, "")
        nothing = "" if self.attached else _("Your message will show here.")
        self._bubble.show(self._as_read(typed) if typed.strip() else nothing)
        self._bubble.set_faint(not typed.strip() and self.attached is None)
        if self._eyes is None:
            self._whose.set_text(_("You have no contacts with a name yet."))
        else:
            self._whose.set_text(_("As {name} will read it", name=self._eyes.name))
        self._next.set_visibility(self._eyes is not None)
        problems = problems_of(typed, self._longest)
        self._problem.set_text(_(problems[0].sentence, **problems[0].facts) if problems else "")
        self._problem.set_visibility(bool(problems))

    def _as_read(self, typed: str) -> str:
        text = as_read(typed, self._eyes)
        return with_footer(text, self._language) if self._footer else text


async def message_editor(
    actor: Actor,
    texts: Mapping[str, str],
    attached: Attached | None = None,
    *,
    changed: Changed | None = None,
    carried: Carried | None = None,
) -> MessageEditor:
    """Put an editor here; `changed` is called with all texts whenever one was typed, `carried` with what goes
    with them whenever that is another.
    """
    eyes = await somebody(actor, first_language(texts, actor.language))
    return MessageEditor(actor, texts, await offered_blanks(actor), eyes, changed, attached, carried)


def first_language(texts: Mapping[str, str], own: str) -> str:
    """The tab that is open at first: the reader's own language, or what is written."""
    return own if own in texts or not texts else next(code for code in LANGUAGES if code in texts)


def _blank(_: Words, key: str) -> dict[str, object]:
    if key != "name":
        return {"key": key, "label": key}
    friends = {code: words(code)(FRIEND) for code in LANGUAGES}
    return {"key": key, "label": _("Name"), "fallbacks": friends}


def _labels(_: Words) -> dict[str, str]:
    return {
        "languages": _("Languages"),
        "written": _("written"),
        "text": _("Message"),
        "placeholder": _("Write as you would to a regular customer."),
        "insert": _("Add:"),
        "without": _("If someone has no “{blank}”, write:"),
        "nothing": _("Empty if everybody has one"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "struck": _("Struck out"),
    }
