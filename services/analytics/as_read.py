"""The text of a message as its reader has it: their language and values, and how to stop."""

from typing import Any

from services.templates.footer import with_footer
from services.templates.render import MissingBlank, render

# What `as_read` needs of a campaign c and its message m.
COLUMNS = """c.texts, c.default_language, m.language, m.blanks,
       c.footer AND c.kind = 'promotional' AND c.chat_id IS NULL AS footer"""


def as_read(row: Any) -> str:
    """The text of a row with COLUMNS; an erased person's is gone but for its words to everybody."""
    language = row.language if row.texts.get(row.language) else row.default_language
    text: str = row.texts.get(language, "")
    try:
        told = render(text, row.blanks)
    except MissingBlank:
        told = text
    return with_footer(told, language) if row.footer else told
