"""Each status has one file that writes it; so have the counters, the in-flight mark and the consent.

Read from the SQL in our source (UPDATE … SET, INSERT INTO … (…)), and from the ORM: `x.status = …`,
`.values(status=…)`, and a table's class that is born with a status of its own.
"""

import ast
import re
from collections.abc import Iterator

from models.campaign import CampaignCount
from models.everything import METADATA
from tests.house.sources import Source, Sql, functions_around, source, sources, statements

MOVES_MESSAGES = frozenset({"services/sending/moves.py", "services/sending/hot_moves.py"})
COUNTERS = frozenset(CampaignCount.model_fields) - {"campaign_id", "changed_at"}
MARK = frozenset({"inflight_campaign", "inflight_message", "inflight_token", "inflight_at"})

# table → columns → the files that may write them
WRITERS: dict[str, dict[str, frozenset[str]]] = {
    "message": dict.fromkeys(("status", "status_at"), MOVES_MESSAGES),
    "campaign_count": dict.fromkeys(COUNTERS, MOVES_MESSAGES),
    "sender": {
        **dict.fromkeys(MARK, MOVES_MESSAGES),
        "status": frozenset({"services/senders/moves.py"}),
    },
    "campaign": {"status": frozenset({"services/campaigns/moves.py"})},
    "link_request": {"status": frozenset({"services/senders/link_moves.py"})},
    "contact_import": {"status": frozenset({"services/contacts/import_moves.py"})},
    "contact": {"consent": frozenset({"services/consent/record.py"})},
}
# Attributes that only the ORM's rows should have.
GUARDED = {column for columns in WRITERS.values() for column in columns} - COUNTERS
CLASSES = {"".join(word.capitalize() for word in table.split("_")): table for table in WRITERS}

# Who else may, and why.
EXCEPTIONS = {
    ("services/access/signup.py", "sender.status"): "a sandbox is there from its birth: nothing to connect",
    ("services/sending/outbox.py", "campaign.status"): "an answer runs from its birth: nobody drafts it",
}

SET = re.compile(r"\bUPDATE\s+(?:ONLY\s+)?(\w+)(?:\s+(?:AS\s+)?(?!SET\b)\w+)?\s+SET\b", re.IGNORECASE)
UPSERT = re.compile(r"\bDO\s+UPDATE\s+SET\b", re.IGNORECASE)
INSERT = re.compile(r"\bINSERT\s+INTO\s+(\w+)(?:\s+AS\s+\w+)?\s*\(([^)]*)\)", re.IGNORECASE)
END = re.compile(r"\b(?:WHERE|FROM|RETURNING)\b", re.IGNORECASE)

Write = tuple[str, str]  # table, column; "?" where the table cannot be seen


def writes_of_sql(text: str) -> Iterator[Write]:
    births = list(INSERT.finditer(text))
    for found in births:
        yield from ((found[1], column.strip()) for column in found[2].split(","))
    for found in SET.finditer(text):
        yield from ((found[1], column) for column in assigned(text[found.end() :]))
    for found in UPSERT.finditer(text):
        table = next(b[1] for b in reversed(births) if b.start() < found.start())
        yield from ((table, column) for column in assigned(text[found.end() :]))


def assigned(text: str) -> Iterator[str]:
    """The columns of "a = 1, b = (SELECT … WHERE …) WHERE …"."""
    depth, outside = 0, ""
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            break
        outside += letter if depth == 0 else ""
    wanted = END.split(outside)[0]
    yield from (part.split("=")[0].strip() for part in wanted.split(",") if "=" in part)


def writes_of_orm(file: Source) -> Iterator[Write]:
    for _inside, node in functions_around(file.tree):
        match node:
            case ast.Assign(targets=targets):
                yield from (("?", t.attr) for t in targets if isinstance(t, ast.Attribute))
            case (
                ast.AugAssign(target=ast.Attribute(attr=column))
                | ast.AnnAssign(target=ast.Attribute(attr=column))
            ):
                yield "?", column
            case ast.Call(func=ast.Attribute(attr="values", value=whom), keywords=given, args=rows):
                yield from ((table_of(whom), column) for column in columns_of(given, rows))
            case ast.Call(func=ast.Name(id=name), keywords=given) if name in CLASSES:
                yield from ((CLASSES[name], word.arg) for word in given if word.arg)


def table_of(statement: ast.expr) -> str:
    """The table of update(Contact).where(…), as far as one sees."""
    names = (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
    return next((CLASSES[name] for name in names if name in CLASSES), "?")


def columns_of(given: list[ast.keyword], rows: list[ast.expr]) -> Iterator[str]:
    yield from (word.arg for word in given if word.arg)
    for row in rows:
        if isinstance(row, ast.Dict):
            yield from (str(key.value) for key in row.keys if isinstance(key, ast.Constant))


def writes(files: list[Source]) -> Iterator[tuple[str, Write]]:
    yield from ((sql.path, write) for sql in statements(files) for write in writes_of_sql(sql.text))
    yield from ((file.path, write) for file in files for write in writes_of_orm(file))


def complaints(files: list[Source]) -> list[str]:
    found = set()
    for path, (table, column) in writes(files):
        writers = WRITERS.get(table, {}).get(column, {path})
        free = path in writers and not (table == "?" and column in GUARDED)
        if not free and (path, f"{table}.{column}") not in EXCEPTIONS:
            found.add(f"{path} writes {table}.{column}")
    return sorted(found)


def test_every_status_is_written_in_one_place() -> None:
    assert complaints(sources()) == []


def test_every_status_column_is_watched() -> None:
    with_status = {name for name, table in METADATA.tables.items() if "status" in table.columns}
    assert with_status == {table for table, columns in WRITERS.items() if "status" in columns}


def test_no_exception_is_left_over() -> None:
    done = {(path, f"{table}.{column}") for path, (table, column) in writes(sources())}
    assert set(EXCEPTIONS) - done == set()


def test_the_writers_are_seen_writing() -> None:
    """If this fails, the reader of SQL has gone blind, and the first test passes for nothing."""
    done = {(path, *write) for path, write in writes(sources())}
    for table, columns in WRITERS.items():
        assert [path for path, t, c in done if t == table and c in columns], table


def test_another_writer_is_seen() -> None:
    samples = {
        "SAVE = text('UPDATE message m SET due_at = now(), status = :to WHERE m.id = 1')",
        "SAVE = text('WITH a AS (UPDATE contact SET consent = 1 RETURNING 1) SELECT 1 FROM a')",
        "SAVE = text('UPDATE campaign_count SET queued = (SELECT 1 WHERE true), failed = 0')",
        "SAVE = text('INSERT INTO contact (phone, consent) VALUES (1, 2)')",
        "SAVE = text('INSERT INTO contact (phone) VALUES (1) ON CONFLICT DO UPDATE SET consent = 1')",
        "def end(campaign):\n    campaign.status = 'finished'",
        "x = update(Sender).where(mine).values(status='online')",
        "x = insert(Contact).values({'consent': 'given'})",
        "x = Contact(consent='given')",
        "STATE = 'x'\nSAVE = text(f'UPDATE sender SET inflight_token = {STATE}')",
    }
    for sample in samples:
        assert complaints([source(sample)]), sample


def test_reading_is_free() -> None:
    assert complaints([source("READ = text('SELECT status FROM message WHERE status = :old')")]) == []
    assert complaints([source("SAVE = text('UPDATE message SET due_at = 1 WHERE status = :old')")]) == []
    assert [*writes_of_sql("UPDATE contact c SET name = f(c.a, 1), tags = '{}' WHERE c.consent = 1")] == [
        ("contact", "name"),
        ("contact", "tags"),
    ]


def test_statements_are_found_with_what_is_put_into_them() -> None:
    made = source("PART = 'WHERE workspace_id = :w'\nASK = text(f'SELECT 1 FROM contact {PART}')")
    assert statements([made])[-1] == Sql(
        "services/sample.py", "ASK", "SELECT 1 FROM contact WHERE workspace_id = :w"
    )
