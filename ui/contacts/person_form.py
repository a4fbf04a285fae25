"""The fields of one person: the same for a new one and for one that is changed."""

from collections.abc import Mapping, Sequence

from nicegui import ui

from services.contacts.tidy import NAME_LENGTH, VALUE_LENGTH
from services.i18n import LANGUAGES, Words
from ui.pieces.typing import Typing


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
        typing: Typing,
    ) -> None:
        """What was typed before and not saved stands in it again."""
        self._ = _
        self._typing = typing
        self._name = ui.input(_("Name"), value=typing.get("name", name)).props(
            f'outlined maxlength={NAME_LENGTH} autocomplete="off"'
        )
        self._name.classes("full").mark("name")
        self._phone = (
            ui.input(_("Mobile number"), value=typing.get("phone", phone)).classes("full").mark("phone")
        )
        self._phone.props('outlined type="tel" autocomplete="off"')
        self._phone.props["hint"] = _("With or without +91")
        reads = typing.get("language", language or "")
        choices = {"": _("The campaign's language"), **LANGUAGES}
        self._language = ui.select(choices, value=reads if reads in choices else "", label=_("Reads"))
        self._language.props("outlined").classes("full").mark("language")
        self._tags = (
            ui.input(_("Tags"), value=typing.get("tags", ", ".join(tags)))
            .props("outlined")
            .classes("full")
            .mark("tags")
        )
        self._tags.props["hint"] = _("Separate them with commas: VIP, Pune")
        for field, told in (
            ("name", self._name),
            ("phone", self._phone),
            ("language", self._language),
            ("tags", self._tags),
        ):
            told.on_value_change(lambda event, field=field: typing.put(field, event.value or ""))
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
        typed = self._typing.get("fields", dict(fields))

        def changed() -> None:
            self._typing.put("fields", self.fields)

        with ui.element("div").classes("stack") as room:
            for key in fields:
                shown = ui.input(key, value=typed.get(key, ""), on_change=changed)
                shown.props(f"outlined maxlength={VALUE_LENGTH}").classes("full")
                self._fields.append((key, shown))

        def one_more(name: str = "", value: str = "") -> None:
            with room, ui.element("div").classes("line"):
                key = ui.input(_("What, for example: city"), value=name, on_change=changed)
                told = ui.input(_("Value"), value=value, on_change=changed)
            key.props("outlined maxlength=40").classes("grow")
            told.props(f"outlined maxlength={VALUE_LENGTH}").classes("grow")
            self._fields.append((key, told))

        for key, value in typed.items():
            if key not in fields:
                one_more(key, value)
        ui.button(_("Add a detail"), icon="add", on_click=lambda: one_more()).props("flat").mark("add-detail")
