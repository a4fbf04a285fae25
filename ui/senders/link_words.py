"""How an attempt to link ended, in words that say what to do."""

from collections.abc import Mapping

from models.phone import shown
from models.states import LinkHow, LinkProblem
from services.i18n import N_, Words
from services.senders.link import LinkSeen

PROBLEMS: Mapping[LinkProblem, str] = {
    LinkProblem.WRONG_NUMBER: N_(
        "WhatsApp gives no code for {phone}. Check the number: it must have WhatsApp on a phone."
    ),
    LinkProblem.ANOTHER_NUMBER: N_(
        "The phone that was used has another number: {found}. Nothing was linked. Please use the phone with"
        " {phone}."
    ),
    LinkProblem.TAKEN: N_("{found} is linked in another shop already. Unlink it there first."),
    LinkProblem.TOO_OFTEN: N_("WhatsApp asks us to wait after so many tries. Please try again in an hour."),
    LinkProblem.TIMED_OUT: N_("The time was over before the phone said yes. Nothing was linked."),
    LinkProblem.PASSKEY: N_(
        "This WhatsApp account asks for a passkey, and Broadcaster cannot show one. It can be linked while"
        " the passkey is off: WhatsApp, Settings, Account, Passkeys."
    ),
    LinkProblem.REFUSED: N_("WhatsApp said no. Please try again, or use the other way of linking."),
    LinkProblem.OUTDATED: N_("WhatsApp wants a newer version of Broadcaster. Please update it."),
    LinkProblem.NOT_REACHED: N_("WhatsApp cannot be reached now. Is Broadcaster's computer online?"),
    LinkProblem.NOT_HERE: N_(
        "This computer cannot link numbers: something is missing. Please ask whoever set up Broadcaster."
    ),
    LinkProblem.INTERRUPTED: N_("It was interrupted. Nothing was linked. Please try again."),
}


END_ON_PHONE = N_(
    "WhatsApp could not be reached, so the number is still linked. End it on the phone: WhatsApp, Linked"
    " devices, Broadcaster, Log out."
)


def problem_words(_: Words, seen: LinkSeen, number: str | None) -> str:
    """`number` is the sender's own, where it is to be linked again."""
    if seen.how is LinkHow.UNLINK:
        return _(END_ON_PHONE)
    phone = shown(number or seen.phone or "")
    sentence = PROBLEMS[seen.problem or LinkProblem.INTERRUPTED]
    return _(sentence, phone=phone, found=shown(seen.found or ""))
