"""/campaigns/7/people.csv?status=failed&q=ravi: the same people as a file."""

from typing import Annotated

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse
from nicegui import app

from services.access.actor import Actor
from services.analytics.export import people_csv
from services.analytics.people import Asked
from services.analytics.standing import asked_for
from ui.pieces.download import TICKET, followed
from ui.signed_in import signed_in


@app.get("/campaigns/{campaign_id}/people.csv")
async def people_file(
    campaign_id: int,
    status: str = "",
    q: str = "",
    ticket: Annotated[str, Query(alias=TICKET)] = "",
    actor: Actor = Depends(signed_in),
) -> StreamingResponse:
    pieces = await people_csv(actor, campaign_id, Asked(asked_for(status), q))
    name = "-".join(["campaign", str(campaign_id), status if asked_for(status) else "people"])
    return StreamingResponse(
        followed(pieces, ticket),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
