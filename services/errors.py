"""What a customer can understand and act on. Anything else that is raised is our bug.

`sentence` is a gettext msgid and `facts` fill its blanks. Nothing is translated here: only the edge
(ui/telling.py) knows who reads it. A room's own errors stand in the room; here are those that all share.
"""

from typing import ClassVar

from services.i18n import N_


class BroadcasterError(Exception):
    """A sentence to translate, and the facts for its blanks."""

    sentence: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(f"{type(self).__name__} {facts}")


class NotFound(BroadcasterError):
    """There is no such thing in the actor's workspace; a stranger's thing is no thing."""

    sentence = N_("We could not find that. It may have been deleted.")


class WrongMoment(BroadcasterError):
    """The thing's present status does not allow this: a second tap, or somebody was faster."""

    sentence = N_("That is not possible any more. Please look at the page again.")


class Invalid(BroadcasterError):
    """Something typed cannot be used. Give the sentence that says what to change."""

    sentence = N_("Please check what you typed.")

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(**facts)
        self.sentence = sentence  # type: ignore[misc]  # each case has its own
