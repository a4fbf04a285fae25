"""Lines in one card, each a link or a button over its whole width."""

from nicegui import ui


def rows() -> ui.element:
    """Use it with `with`."""
    return ui.element("div").classes("rows")


def link_row(label: str, address: str, *, icon: str, more: str = "") -> ui.element:
    """`more` stands under the label in small letters."""
    with ui.element("a").classes("entry").props(f'href="{address}"') as row:
        ui.icon(icon).props('aria-hidden="true"')
        with ui.element("span").classes("grow"):
            ui.label(label).classes("break")
            if more:
                ui.label(more).classes("soft small break")
        ui.icon("chevron_right").classes("entry-go").props('aria-hidden="true"')
    return row


def form_row(label: str, address: str, *, icon: str) -> None:
    """A form, for it changes something: a link would do it by being looked at."""
    with (
        ui.element("form").props(f'method="post" action="{address}"'),
        ui.element("button").classes("entry").props('type="submit"'),
    ):
        ui.icon(icon).props('aria-hidden="true"')
        ui.label(label).classes("grow break")
