"""Who a campaign is for: everybody, or those with one of some tags."""

from typing import TypedDict


class Audience(TypedDict, total=False):
    """As campaign.audience keeps it; an empty one is nobody."""

    everyone: bool
    tags: list[str]


# The condition on `contact c`; its blanks come from `chosen`. One text for review and launch, so that
# who was counted is who is written to.
CHOSEN = "c.workspace_id = :workspace_id AND (:everyone OR c.tags && CAST(:tags AS text[]))"


def chosen(workspace_id: int, audience: Audience) -> dict[str, object]:
    """The blanks of CHOSEN."""
    return {
        "workspace_id": workspace_id,
        "everyone": bool(audience.get("everyone")),
        "tags": list(audience.get("tags", [])),
    }
