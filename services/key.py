"""The house's secret key: what is hashed and signed with it is ours. Light, for the import's child too."""

_key: bytes | None = None


def use_key(key: bytes) -> None:
    """Hash and sign with `key` from now on. Changing it would forget everybody who said STOP."""
    global _key
    _key = key


def key_in_use() -> bytes:
    """Raises RuntimeError: use_key() comes first."""
    if _key is None:
        raise RuntimeError("use_key() comes first")
    return _key
