"""/contacts/import/7/problems.csv: the rows that were left out, and why."""

from fastapi import Depends
from fastapi.responses import StreamingResponse
from nicegui import app

from services.access.actor import Actor
from services.contacts.imports import problems_csv
from ui.signed_in import signed_in


@app.get("/contacts/import/{import_id}/problems.csv")
async def problems_file(import_id: int, actor: Actor = Depends(signed_in)) -> StreamingResponse:
    return StreamingResponse(
        await problems_csv(actor, import_id),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="import-{import_id}-problems.csv"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
