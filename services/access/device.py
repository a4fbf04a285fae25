"""A browser that somebody has come in from before carries our mark. It opens nothing: it has a count of its
own for wrong passwords, so that nobody can keep a shopkeeper out of the shop by guessing.
"""

import hmac
import secrets

from services.key import key_in_use


def marked(login: str, mark: str = "") -> str:
    """The mark of a browser that has come in with this login; `mark` itself, where it is one already."""
    return mark if device(mark, login) else _signed(secrets.token_urlsafe(16), login)


def device(mark: str, login: str) -> str | None:
    """Which browser this is, if somebody has come in from it with this very login."""
    name = mark.partition(".")[0]
    return name if hmac.compare_digest(mark.encode(), _signed(name, login).encode()) else None


def _signed(name: str, login: str) -> str:
    signature = hmac.digest(key_in_use(), f"device:{name}:{login}".encode(), "sha256")
    return f"{name}.{signature.hex()}"
