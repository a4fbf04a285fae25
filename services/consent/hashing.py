"""A number's keyed hash: what is kept of somebody who said STOP. Light, for the import's child too."""

import hmac

from services.key import key_in_use


def phone_hash(workspace_id: int, phone: str) -> bytes:
    """HMAC-SHA256 of an E.164 number: 32 bytes; cannot be turned back, nor compared between workspaces."""
    return hmac.digest(key_in_use(), f"{workspace_id}:{phone}".encode(), "sha256")
