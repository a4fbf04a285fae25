"""What the stores of linked numbers remember: whose they are, what became of a message, who knows the number.

In our own process only, beside the children that use the stores; all of it blocks and belongs in a thread.
"""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from models.states import Reason
from services.gateways.linked.outcome import CHILD_GONE, CLOSED, OWN_DEADLINE, outcome
from services.gateways.linked.owner import read_owner
from services.gateways.linked.store import NotLinked, Store
from services.gateways.protocol import (
    DoNotKnow,
    Knowledge,
    Lack,
    Left,
    NeverLeft,
    NotSent,
    Outcome,
    Unknown,
)

log = logging.getLogger(__name__)


class Memory:
    """The stores in `folder`, one folder for each sender."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, sender_id: int, phone: str | None) -> None:
        """Before a store is opened. Raises NotLinked, AnothersStore, or OSError where it cannot be read."""
        store = self._store(sender_id)
        try:
            store.belongs_to(phone or "")
            store.prune()
        except sqlite3.Error as e:
            raise OSError(f"the store of sender {sender_id} cannot be read: {e}") from e

    def known(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        """What became of attempts of an earlier owner."""
        owner = read_owner(self._folder, sender_id)
        doubt = owner is None or owner.doubt
        try:
            found = self._store(sender_id).find(tokens)
        except (NotLinked, sqlite3.Error) as e:
            log.warning("the store of sender %s knows nothing: %s", sender_id, e)
            return [DoNotKnow() for _ in tokens]
        return [Left(wa_id) if wa_id else DoNotKnow() if doubt else NeverLeft() for wa_id in found]

    def explained(self, sender_id: int, token: bytes, text: str) -> Outcome:
        """What neonize's words mean. What did not leave is forgotten, or a later owner would take it for
        sent.
        """
        store = self._store(sender_id)
        try:
            (wa_id,) = store.find([token])
        except (NotLinked, sqlite3.Error):  # that it is not in there, nobody can say
            return outcome(OWN_DEADLINE if text.startswith(CLOSED) else text, None)
        explained = outcome(text, wa_id)
        if wa_id and not isinstance(explained, Unknown):
            with suppress(NotLinked, sqlite3.Error):
                store.forget(token)
        return explained

    def without_child(self, sender_id: int, token: bytes) -> Outcome:
        """The child died while it had the message: the store says whether it was handed over."""
        (known,) = self.known(sender_id, [token])
        match known:
            case NeverLeft():
                return NotSent(CHILD_GONE, Lack.CONNECTION)
            case Left(wa_id):
                return Unknown(Reason.BROKE_MIDWAY, wa_id)
        return Unknown(Reason.BROKE_MIDWAY)

    def trusted(self, sender_id: int) -> dict[str, datetime]:
        """Those who know this number, and since when."""
        try:
            return self._store(sender_id).trusted()
        except (NotLinked, sqlite3.Error):
            return {}

    def _store(self, sender_id: int) -> Store:
        return Store(self._folder / str(sender_id))
