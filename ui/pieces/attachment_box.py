"""The photo, PDF or video of a message: chosen with a plain input, shown by name and size, taken away."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from models.states import MediaKind
from services.access.actor import Actor
from services.i18n import words
from services.media.find import Attached, find
from services.media.unfit import MB, MOST_BYTES, MOST_MB, MOST_VIDEO_MB, TOO_LARGE
from ui.telling import telling

ICONS = {MediaKind.IMAGE: "image", MediaKind.DOCUMENT: "picture_as_pdf", MediaKind.VIDEO: "videocam"}


class AttachmentBox(ui.element, component="attachment_box.js"):
    """`changed` is called with what was attached, or with None when it was taken away."""

    def __init__(
        self, actor: Actor, attached: Attached | None, changed: Callable[[Attached | None], Awaitable[None]]
    ) -> None:
        super().__init__()
        _ = words(actor.language)
        self._actor = actor
        self._changed = changed
        self._props["most"] = MOST_BYTES
        self._props["words"] = {
            "choose": _("Add a photo, PDF or video"),
            "kinds": _(
                "Photo or PDF up to {most} MB, video up to {video} MB", most=MOST_MB, video=MOST_VIDEO_MB
            ),
            "uploading": _("Uploading"),
            "checking": _("Uploaded. One moment…"),
            "cancel": _("Cancel"),
            "remove": _("Take away"),
            "too_large": _(TOO_LARGE, most=MOST_MB),
            "broken": _("The upload broke off. Please check your connection and try again."),
        }
        self._props["attached"] = as_shown(attached)
        self.on("attached", self._attached)
        self.on("removed", self._removed)

    def show(self, attached: Attached | None) -> None:
        self._props["attached"] = as_shown(attached)
        self.update()

    async def _attached(self, event: events.GenericEventArguments) -> None:
        if not isinstance(event.args, int):  # a browser may send anything
            return
        with telling(words(self._actor.language)):
            attached = await find(self._actor, event.args)
            self.show(attached)
            await self._changed(attached)

    async def _removed(self) -> None:
        self.show(None)
        await self._changed(None)


def as_shown(attached: Attached | None) -> dict[str, object] | None:
    if attached is None:
        return None
    return {
        "id": attached.id,
        "name": attached.name,
        "size": size_in_words(attached.size),
        "icon": ICONS[attached.kind],
        "small": f"/media/{attached.id}/small" if attached.kind is MediaKind.IMAGE else "",
    }


def size_in_words(size: int) -> str:
    """ "340 KB", "1.2 MB": the same in all our languages."""
    return f"{size / MB:.1f} MB" if size >= MB else f"{max(1, size // 1024)} KB"
