"""A phone's end of the encryption: its identity, its prekeys and its sessions with other devices."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.peers.whatsapp.curve import KeyPair
from tests.peers.whatsapp.protobuf import dec, raw, whole
from tests.peers.whatsapp.ratchet import DJB, Bundle, Session, SignalError

SESSIONS_KEPT = 5


def _registration() -> int:
    return int.from_bytes(os.urandom(2), "big") % 16380 + 1


@dataclass
class Device:
    """One signed prekey, one-time prekeys on demand; `sessions` by the address of the other device."""

    identity: KeyPair = field(default_factory=KeyPair)
    registration: int = field(default_factory=_registration)
    spk: KeyPair = field(default_factory=KeyPair)
    opks: dict[int, KeyPair] = field(default_factory=dict)
    next_opk: int = 1
    sessions: dict[str, list[Session]] = field(default_factory=dict)  # the newest first

    def bundle(self) -> Bundle:
        """A fresh bundle for somebody who wants to write to us."""
        number, self.next_opk = self.next_opk, self.next_opk + 1
        self.opks[number] = KeyPair()
        signature = self.identity.sign(DJB + self.spk.pub)
        ours = (self.registration, self.identity.pub, 1, self.spk.pub, signature)
        return Bundle(*ours, number, self.opks[number].pub)

    def decrypt(self, peer: str, kind: str, data: bytes) -> bytes:
        """Raises SignalError."""
        if kind == "pkmsg":
            return self._decrypt_first(self.sessions.setdefault(peer, []), data)
        error = SignalError("no session")
        for session in list(self.sessions.get(peer, ())):
            try:
                return session.decrypt(data)
            except SignalError as e:
                error = e
        raise error

    def encrypt(self, peer: str, plaintext: bytes, bundle: Callable[[], Bundle]) -> tuple[str, bytes]:
        """("pkmsg" or "msg", the bytes); `bundle` is asked for where there is no session yet."""
        sessions = self.sessions.setdefault(peer, [])
        if not sessions:
            sessions.append(Session.initiate(self.identity, self.registration, bundle()))
        return sessions[0].encrypt(plaintext)

    def _decrypt_first(self, sessions: list[Session], data: bytes) -> bytes:
        message = dec(data[1:])
        base, inner = raw(message, 2)[1:], raw(message, 4)
        known = next((session for session in sessions if session.base == base), None)
        if known:
            return known.decrypt(inner)
        number = whole(message, 1)
        if number and number not in self.opks:
            raise SignalError(f"no prekey {number}")
        opk, theirs = self.opks.get(number), raw(message, 3)[1:]
        session = Session.respond(self.identity, self.spk, opk, theirs, base)
        plaintext = session.decrypt(inner)
        self.opks.pop(number, None)
        sessions.insert(0, session)
        del sessions[SESSIONS_KEPT:]
        return plaintext
