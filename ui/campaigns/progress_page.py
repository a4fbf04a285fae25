"""/campaigns/7: what becomes of a campaign, while it happens."""

from collections.abc import Callable

from fastapi import Depends
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from models.states import CampaignStatus
from services.access.actor import Actor
from services.analytics.funnel import Progress, progress
from services.i18n import words
from ui.campaigns.before_launch import before_launch
from ui.campaigns.looking import PROGRESS
from ui.campaigns.progress_actions import Actions
from ui.campaigns.progress_shown import labels, shown
from ui.frame import frame
from ui.pieces.live_progress import LiveProgress
from ui.pieces.sandbox_banner import sandbox_banner
from ui.signed_in import signed_in
from ui.theme import wear

BEFORE = (CampaignStatus.SCHEDULED, CampaignStatus.HELD)


@ui.page("/campaigns/{campaign_id}")
async def progress_page(campaign_id: int, actor: Actor = Depends(signed_in)) -> Response | None:
    _ = words(actor.language)
    seen = await progress(actor.workspace_id, campaign_id)
    if seen.status is CampaignStatus.DRAFT:
        return RedirectResponse(f"/campaigns/{campaign_id}/edit")
    wear("progress.css")
    with frame(seen.name or _("Campaign"), actor, back="/campaigns"):
        if seen.sandbox:
            sandbox_banner(_)
        if seen.status in BEFORE:
            wear("compose.css")
            show = await before_launch(seen, actor)
        else:
            show = _on_its_way(seen, actor)
    PROGRESS.watch((actor.workspace_id, campaign_id), show)
    return None


def _on_its_way(seen: Progress, actor: Actor) -> Callable[[Progress], None]:
    _ = words(actor.language)
    with LiveProgress(labels(_, seen.campaign_id), shown(seen, actor.language, actor.timezone)) as live:
        actions = Actions(seen, actor)

    def show(now: Progress) -> None:
        live.show(shown(now, actor.language, actor.timezone))
        actions.show(now)

    return show
