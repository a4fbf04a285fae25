"""The fields of one person: the same for a new one and for one that is changed."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from services.contacts.tidy import NAME_LENGTH, VALUE_LENGTH
from services.i18n import LANGUAGES, Words


class PersonForm:
    """What stands in it is read from its properties."""

    def __init__(
        self,
        _: Words,
        *,
        name: str = "",
        phone: str = "",
        language: str | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        self._ = _
        self._name = ui.input(_("Name"), value=name).props(
            f'outlined maxlength={NAME_LENGTH} autocomplete="off"'
        )
        self._name.classes("full").mark("name")
        self._phone = ui.input(_("Mobile number"), value=phone).classes("full").mark("phone")
        self._phone.props('outlined type="tel" autocomplete="off"')
        self._phone.props["hint"] = _("With or without +91")
        choices = {"": _("The campaign's language"), **LANGUAGES}
        self._language = ui.select(choices, value=language or "", label=_("Reads"))
        self._language.props("outlined").classes("full").mark("language")
        self._tags = ui.input(_("Tags"), value=", ".join(tags)).props("outlined").classes("full").mark("tags")
        self._tags.props["hint"] = _("Separate them with commas: VIP, Pune")
        self._fields: list[tuple[ui.input | str, ui.input]] = []

    @property
    def name(self) -> str:
        return self._name.value or ""

    @property
    def phone(self) -> str:
        return self._phone.value or ""

    @property
    def language(self) -> str:
        return self._language.value or ""

    @property
    def tags(self) -> str:
        return self._tags.value or ""

    @property
    def fields(self) -> dict[str, str]:
        """The other blanks; one whose value is emptied is taken away."""
        return {
            (key if isinstance(key, str) else key.value or ""): value.value or ""
            for key, value in self._fields
        }

    def show_fields(self, fields: Mapping[str, str]) -> None:
        """Let the other blanks be changed, and new ones be added."""
        _ = self._
        with ui.element("div").classes("stack") as room:
            for key, value in fields.items():
                shown = ui.input(key, value=value).props(f"outlined maxlength={VALUE_LENGTH}").classes("full")
                self._fields.append((key, shown))

        def one_more() -> None:
            with room, ui.element("div").classes("line"):
                key = ui.input(_("What, for example: city")).props("outlined maxlength=40").classes("grow")
                value = ui.input(_("Value")).props(f"outlined maxlength={VALUE_LENGTH}").classes("grow")
            self._fields.append((key, value))

        ui.button(_("Add a detail"), icon="add", on_click=one_more).props("flat").mark("add-detail")
