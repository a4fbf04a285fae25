"""Who is acting: every story of a customer begins with one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is logged in, or a duty that acts for a workspace (person_id 0)."""

    person_id: int
    workspace_id: int
    name: str
    workspace_name: str = ""
    language: str = "en"
    timezone: str = "Asia/Kolkata"  # the workspace's
    demo: bool = False
    session: bytes = b""  # SHA-256 of the session's secret; empty for duties
