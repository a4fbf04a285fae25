"""Passwords: kept as bcrypt, off the event loop."""

import asyncio
import base64
import hashlib

import bcrypt

from services.errors import BroadcasterError
from services.i18n import N_

SHORTEST = 8
LONGEST = 1000  # characters; more is not a password but an attack
ROUNDS = 12
BCRYPT_TAKES = 72  # bytes

# Somebody's forgotten password: what a wrong login is compared with, so that it takes as long as a right one.
NOBODYS = "$2b$12$6x5ydx51gGA8XWbtGT/jReBjbE9yo/Hi6iQTn8Wj5QYLM8WcU55Qq"


class PasswordTooShort(BroadcasterError):
    sentence = N_("Please choose a password of at least {shortest} characters.")


class PasswordTooLong(BroadcasterError):
    sentence = N_("That password is too long.")


def check(password: str) -> None:
    """Whether it may be chosen. Raises PasswordTooShort, PasswordTooLong."""
    if len(password) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong()


async def hashed(password: str) -> str:
    """What to keep. Raises as `check`."""
    check(password)
    made = await asyncio.to_thread(bcrypt.hashpw, _given(password), bcrypt.gensalt(ROUNDS))
    return made.decode()


async def matches(password: str, kept: str | None) -> bool:
    """Whether `password` is the one of `kept`. None takes as long, and is never right."""
    right = await asyncio.to_thread(bcrypt.checkpw, _given(password[:LONGEST]), (kept or NOBODYS).encode())
    return right and kept is not None


def _given(password: str) -> bytes:
    """A password that bcrypt would refuse for its length goes in as its digest."""
    raw = password.encode()
    return raw if len(raw) <= BCRYPT_TAKES else base64.b64encode(hashlib.sha256(raw).digest())
