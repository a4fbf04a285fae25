"""Nothing imports a floor above its own, and what is foreign stays in the room that knows it."""

import ast
from graphlib import CycleError, TopologicalSorter

from tests.house.sources import Source, source, sources

# ui and scheduler are neighbours: they meet only in services and in tables.
MAY_IMPORT = {
    "models": {"models"},
    "services": {"models", "services"},
    "scheduler": {"models", "services", "scheduler"},
    "ui": {"models", "services", "ui"},
    "main.py": {"models", "services", "scheduler", "ui"},
}
OURS = {"models", "services", "scheduler", "ui", "main", "tests", "locales"}
AT_HOME = {
    "nicegui": ("ui/", "main.py"),
    "apscheduler": ("scheduler/",),
    "alembic": ("models/",),
    "neonize": ("services/gateways/",),
    "playwright": ("services/gateways/",),
    "razorpay": ("services/billing/",),
}

# What a room of services may use besides its own and the foundation (the files beside the rooms).
KNOWLEDGE = {
    "access",
    "billing",
    "consent",
    "contacts",
    "gateways",
    "media",
    "notices",
    "senders",
    "templates",
}
ENGINE = KNOWLEDGE | {"sending"}
CONDUCTOR = ENGINE | {"campaigns"}
READERS = {"analytics", "ops"}
ROOMS = {
    "embedded": set[str](),
    **dict.fromkeys(KNOWLEDGE, KNOWLEDGE),
    "sending": ENGINE,
    "campaigns": CONDUCTOR,
    **dict.fromkeys(READERS, CONDUCTOR | READERS),
}


def imports(file: Source) -> set[str]:
    """Full names: "services.sending.moves"."""
    found: set[str] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def complaints(file: Source) -> list[str]:
    found = []
    floor = file.path.split("/")[0]
    for name in sorted(imports(file)):
        top = name.split(".")[0]
        if top in OURS and top not in MAY_IMPORT[floor]:
            found.append(f"{file.path} imports {name}: an arrow up")
        if top in AT_HOME and not file.path.startswith(AT_HOME[top]):
            found.append(f"{file.path} imports {name}, which lives in {AT_HOME[top][0]}")
    return found + [f"{file.path} writes `import ui`, which hides NiceGUI's ui" for _ in hidden(file)]


def hidden(file: Source) -> list[ast.Import]:
    """`import ui…` without a new name binds `ui`, the name of NiceGUI's own object."""
    return [
        node
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.split(".")[0] == "ui" and alias.asname is None
    ]


def room_of(path: str) -> str:
    """The room of services, or "" for the foundation."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def rooms_used(file: Source) -> set[str]:
    names = [name.split(".") for name in imports(file)]
    return {name[1] for name in names if name[0] == "services" and len(name) > 1} & set(ROOMS)


def wrong_rooms(file: Source) -> list[str]:
    room = room_of(file.path)
    allowed = {room} | ROOMS.get(room, set())
    return [f"{file.path} uses services/{other}" for other in sorted(rooms_used(file) - allowed)]


def services() -> list[Source]:
    return [file for file in sources() if file.path.startswith("services/")]


def ring(files: list[Source]) -> list[str]:
    """A ring of rooms that use each other, if there is one."""
    uses: dict[str, set[str]] = {}
    for file in files:
        uses.setdefault(room_of(file.path), set()).update(rooms_used(file) - {room_of(file.path)})
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as e:
        return list(e.args[1])
    return []


def test_no_arrow_points_up() -> None:
    assert [c for file in sources() for c in complaints(file)] == []


def test_every_room_of_services_has_its_place() -> None:
    assert {room_of(file.path) for file in services()} - {""} <= set(ROOMS)


def test_rooms_use_only_rooms_below() -> None:
    assert [c for file in services() for c in wrong_rooms(file)] == []


def test_rooms_make_no_ring() -> None:
    assert ring(services()) == []


def test_an_arrow_up_is_seen() -> None:
    assert complaints(source("from services.errors import NotFound", "models/phone.py"))
    assert complaints(source("def late():\n    from ui.frame import frame", "scheduler/clockwork.py"))
    assert complaints(source("from nicegui import ui", "services/live.py"))
    assert complaints(source("import ui.pages", "main.py"))
    assert not complaints(source("from nicegui import ui\nfrom ui.frame import frame", "ui/home/page.py"))


def test_a_wrong_room_is_seen() -> None:
    assert wrong_rooms(source("from services.campaigns import moves", "services/sending/pump.py"))
    assert wrong_rooms(source("from services.contacts.add import add", "services/clock.py"))
    assert not wrong_rooms(source("from services.sending import moves", "services/campaigns/launch.py"))


def test_a_ring_is_seen() -> None:
    there = source("from services.consent import record", "services/contacts/add.py")
    back = source("from services.contacts.add import add", "services/consent/record.py")
    assert ring([there, back])
