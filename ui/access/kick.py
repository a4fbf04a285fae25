"""An open page of a session that has ended stops working, though its socket is still there."""

from nicegui import Client, ui

from services.access.actor import Actor
from services.access.sessions import is_open
from ui.live import watch


def follow_session(actor: Actor) -> None:
    """Send this page to the login when `actor`'s session ends, on whichever process that happens."""
    client = ui.context.client

    async def look() -> None:
        if not await is_open(actor.session):
            kick(client)

    watch([f"session:{actor.session.hex()}"], look)


def kick(client: Client) -> None:
    """Without its elements a page has nothing left that a tap could reach, whatever the browser does.

    Never client.delete(): NiceGUI deletes it by itself when the browser has gone.
    """
    client.open("/login")
    client.remove_all_elements()
