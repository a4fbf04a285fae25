"""Every statement on a customer's table names workspace_id, or stands below with the reason."""

import ast
import re

from models.everything import METADATA
from tests.house.sources import Source, Sql, functions_around, source, sources, statements

# All tables but those that belong to the house itself.
OF_THE_HOUSE = {"workspace", "job_run"}
CUSTOMERS = set(METADATA.tables) - OF_THE_HOUSE
CLASSES = {"".join(word.capitalize() for word in table.split("_")) for table in CUSTOMERS}

ON_A_TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ONLY\s+)?(\w+)", re.IGNORECASE)
ORM = {"select", "update", "delete"}
BY_KEY = {"get", "get_one"}

# The engine works for all workspaces at once; its rows carry theirs from the launch on.
WHOLE_FILES = {
    "services/sending/budget.py": "reads the limits of all senders of this process",
    "services/sending/claims.py": "reads what is due for all senders of this process",
    "services/sending/often.py": "reads of whom the engine is about to write to",
    "services/sending/running.py": "reads what runs on the senders of this process",
    "services/sending/hot_moves.py": "writes by the tokens that the engine itself marked",
}
# (file, what the statement is called or the function it stands in): why it needs no workspace_id
DUTY = "a duty, for all workspaces at once"
ITS_STORY = "a step; the story that calls it has found the campaign, template or import in its workspace"
LOCKED = "a duty that holds this very row"
EXPLAINED: dict[tuple[str, str], str] = {
    ("services/access/login.py", "_known"): "nobody is logged in yet; a login is unique in the house",
    ("services/ops/demo.py", "_owner"): "nobody is logged in yet; a login is unique in the house",
    ("services/analytics/people.py", "COUNT"): "MATCHING, which names it, is put into it",
    ("services/analytics/people.py", "LIST"): "MATCHING, which names it, is put into it",
    ("services/consent/record.py", "IMPORTED"): "a condition; DECLARE and TAKE_BACK, around it, name it",
    ("services/campaigns/brakes.py", "CALM"): DUTY,
    ("services/campaigns/brakes.py", "FIRST_WAITS"): DUTY,
    ("services/campaigns/brakes.py", "HOLD"): DUTY,
    ("services/campaigns/brakes.py", "REMEMBER"): LOCKED,
    ("services/campaigns/brakes.py", "TROUBLED"): LOCKED,
    ("services/campaigns/brakes.py", "_pull"): LOCKED,
    ("services/access/bin.py", "EMPTY"): DUTY,
    ("services/access/typed.py", "OLD"): DUTY,
    ("services/campaigns/finish.py", "CANCEL_DUE"): DUTY,
    ("services/campaigns/finish.py", "HOLD_CANCELLED"): DUTY,
    ("services/campaigns/finish.py", "_cancel"): LOCKED,
    ("services/campaigns/finish.py", "DRY"): DUTY,
    ("services/campaigns/finish.py", "HOLD"): DUTY,
    ("services/campaigns/finish.py", "LEFT_BEHIND"): DUTY,
    ("services/campaigns/finish.py", "_sweep"): LOCKED,
    ("services/campaigns/schedule.py", "NEXT_DUE"): DUTY,
    ("services/campaigns/schedule.py", "launch_due"): LOCKED,
    ("services/contacts/import_duties.py", "OLD"): DUTY,
    ("services/contacts/judge.py", "COUNT"): ITS_STORY,
    ("services/contacts/judge.py", "FORGET"): ITS_STORY,
    ("services/ops/prune.py", "LINKS"): DUTY,
    ("services/ops/prune.py", "RECEIPTS"): DUTY,
    ("services/ops/prune.py", "SESSIONS"): DUTY,
    ("services/senders/asker.py", "FORGET"): DUTY,
    ("services/senders/asker.py", "SENDERS"): DUTY,
    ("services/senders/link_moves.py", "ABANDONED"): DUTY,
    ("services/senders/linker.py", "ALIVE"): DUTY,
    ("services/senders/linker.py", "LINKED"): DUTY,
    ("services/senders/linker.py", "TO_UNLINK"): DUTY,
    ("services/sending/counts.py", "COUNTS"): ITS_STORY,
    ("services/sending/listen_in.py", "WAKE"): DUTY,
    ("services/sending/moves.py", "MARK_ALL_KNOWN"): ITS_STORY,
    ("services/sending/moves.py", "MARK_OPTED_OUT"): ITS_STORY,
    ("services/sending/moves.py", "MARK_REPLIED"): ITS_STORY,
    ("services/sending/moves.py", "SEND_AGAIN"): ITS_STORY,
    ("services/sending/moves.py", "SKIP_REST"): ITS_STORY,
    ("services/sending/owning.py", "NEEDY"): "which senders of all workspaces need a process",
    ("services/sending/partitions.py", "ALIVE"): DUTY,
    ("services/sending/partitions.py", "FORGET"): DUTY,
    ("services/sending/partitions.py", "IN_A_MONTH"): "how many campaigns all workspaces make",
    ("services/sending/partitions.py", "NEWEST"): "the newest campaign of all workspaces",
    ("services/sending/partitions.py", "OVER"): DUTY,
    ("services/sending/partitions.py", "STILL_OVER"): DUTY,
    ("services/sending/rescue.py", "LOST_MARKS"): DUTY,
    ("services/sending/rescue.py", "WAKE"): DUTY,
    ("services/templates/write.py", "_remove_texts"): ITS_STORY,
    ("services/templates/write.py", "_texts"): ITS_STORY,
}


def scopeless(files: list[Source]) -> set[tuple[str, str]]:
    sql = {(found.path, found.name) for found in statements(files) if not scoped(found)}
    orm = {(file.path, name) for file in files for name in orm_without(file)}
    return {(path, name) for path, name in sql | orm if path not in WHOLE_FILES}


def scoped(sql: Sql) -> bool:
    return not set(ON_A_TABLE.findall(sql.text)) & CUSTOMERS or "workspace_id" in sql.text


def orm_without(file: Source) -> set[str]:
    """The functions that ask for a customer's rows and never say workspace_id."""
    asking: set[str] = set()
    saying: set[str] = set()
    for inside, node in functions_around(file.tree):
        match node:
            case ast.Call(func=ast.Name(id=verb)) if verb in ORM and names(node) & CLASSES:
                asking.add(inside)
            case ast.Call(func=ast.Attribute(attr=verb), args=[ast.Name(id=name), *_]):
                if verb in BY_KEY and name in CLASSES:
                    asking.add(inside)
            case ast.Attribute(attr="workspace_id"):
                saying.add(inside)
    return asking - saying


def names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def services() -> list[Source]:
    return [file for file in sources() if file.path.startswith("services/")]


def test_every_statement_says_whose_rows_it_means() -> None:
    assert sorted(scopeless(services()) - set(EXPLAINED)) == []


def test_no_explanation_is_left_over() -> None:
    assert set(EXPLAINED) - scopeless(services()) == set()
    assert set(WHOLE_FILES) <= {file.path for file in services()}


def test_only_services_ask_the_database() -> None:
    others = [file for file in sources() if file.path.startswith(("ui/", "scheduler/"))]
    asked = [s for s in statements(others) if set(ON_A_TABLE.findall(s.text)) & CUSTOMERS]
    assert asked == []
    assert [name for file in others for name in orm_without(file)] == []


def test_a_statement_for_everybody_is_seen() -> None:
    samples = {
        "FIND = text('SELECT name FROM contact WHERE id = :id')",
        "async def gone(db):\n    await db.execute(text('DELETE FROM template WHERE id = :id'))",
        "async def find(db, id):\n    return await db.scalar(select(Contact).where(Contact.id == id))",
        "async def find(db, id):\n    return await db.get_one(Campaign, id)",
    }
    for sample in samples:
        assert scopeless([source(sample)]), sample


def test_a_statement_for_one_workspace_is_fine() -> None:
    mine = "MINE = 'c.workspace_id = :w'\nFIND = text(f'SELECT name FROM contact c WHERE {MINE}')"
    assert not scopeless([source(mine)])
    orm = "async def f(db):\n    w = Contact.workspace_id == 1\n    await db.scalar(select(Contact).where(w))"
    assert not scopeless([source(orm)])
