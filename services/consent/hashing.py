"""A number's keyed hash: what is kept of somebody who said STOP. Light, for the import's child too."""

import hmac

_key: bytes | None = None


def use_key(key: bytes) -> None:
    """Hash with `key` from now on. Changing it would forget everybody who said STOP."""
    global _key
    _key = key


def key_in_use() -> bytes:
    """For a child process that hashes on our behalf."""
    if _key is None:
        raise RuntimeError("use_key() comes first")
    return _key


def phone_hash(workspace_id: int, phone: str) -> bytes:
    """HMAC-SHA256 of an E.164 number: 32 bytes; cannot be turned back, nor compared between workspaces."""
    return hmac.digest(key_in_use(), f"{workspace_id}:{phone}".encode(), "sha256")
