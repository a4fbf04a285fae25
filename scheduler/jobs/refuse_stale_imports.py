"""Tell people that an import whose process died will not go on."""

from services.contacts.import_file import refuse_stale


async def run() -> None:
    await refuse_stale()
