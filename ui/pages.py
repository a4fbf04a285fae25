"""Every page there is, with what they all share. Importing this module registers the pages."""

from nicegui import app

from ui import health  # noqa: F401
from ui.access import doors  # noqa: F401
from ui.access.cookies import Policy
from ui.astray import answer_for
from ui.campaigns import (  # noqa: F401 - new before any number: the first that fits answers
    compose_page,
    list_page,
    people_file,
    people_page,
    progress_page,
    review_page,
)
from ui.contacts import (  # noqa: F401
    import_page,
    new_page,
    one_import_page,
    person_page,
    problems_file,
    upload_route,
)
from ui.contacts import list_page as contacts_page  # noqa: F401
from ui.home import home_page, week_page  # noqa: F401
from ui.inbox import chat_page, inbox_page  # noqa: F401
from ui.its_page import find_pages
from ui.join import join_page, poster_file  # noqa: F401
from ui.media import file_route  # noqa: F401
from ui.media import upload_route as media_upload_route  # noqa: F401
from ui.more import more_page  # noqa: F401
from ui.notices import page as notices_page  # noqa: F401
from ui.notices import subscription_route, worker_route  # noqa: F401
from ui.packed import Packed
from ui.rights import audit_page, person_file_route, words_page  # noqa: F401
from ui.security import Doorkeeper
from ui.senders import care_page, link_page, linking_page  # noqa: F401
from ui.senders import list_page as senders_page  # noqa: F401
from ui.settings import business_page, settings_page  # noqa: F401
from ui.sockets import guard_sockets
from ui.speaking import teach_nicegui
from ui.templates import list_page as templates_page  # noqa: F401
from ui.templates import template_page  # noqa: F401
from ui.theme import dress_pages


def open_pages(*, production: bool) -> None:
    """Dress and guard the pages; once per process, before the server starts.

    In production the session's cookie travels over https alone.
    """
    Policy.always_secure = production
    teach_nicegui()
    guard_sockets()
    find_pages()
    dress_pages()
    answer_for(app)
    app.add_middleware(Doorkeeper)
    app.add_middleware(Packed)
