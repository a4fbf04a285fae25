"""Tell people that an import whose process died will not go on."""

from services.contacts.import_duties import refuse_abandoned


async def run() -> None:
    await refuse_abandoned()
