"""What a phone says, in its owner's language. Nothing of a shop but a campaign's name leaves with it."""

from collections.abc import Mapping

from models.states import News
from services.i18n import N_

TITLES: Mapping[News, str] = {
    News.FINISHED: N_("Campaign finished"),
    News.HELD: N_("Needs your decision"),
    News.PAUSED: N_("Needs your decision"),
    News.UNLINKED: N_("Number unlinked"),
    News.STOPPED: N_("Number stopped by WhatsApp"),
}
BODIES: Mapping[News, str] = {
    News.FINISHED: N_("“{campaign}” is through. See who read it."),
    News.HELD: N_("“{campaign}” was not sent: its time passed. Send it now?"),
    News.PAUSED: N_("“{campaign}” is paused to protect your number. See why."),
    News.UNLINKED: N_("Your campaigns wait. Link the number again, and they go on."),
    News.STOPPED: N_("Your campaigns wait. See what you can do."),
}
assert set(TITLES) == set(BODIES) == set(News)
