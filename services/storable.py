"""What PostgreSQL can keep of a text that came from outside."""


def storable_text(written: str) -> str:
    """The text without NUL, and with a "?" for each half of a character."""
    return written.replace("\0", "").encode(errors="replace").decode()
