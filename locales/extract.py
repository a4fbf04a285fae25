"""`make words`: bring locales/*/LC_MESSAGES/broadcaster.po up to the sentences that the code marks.

New sentences come in empty, for somebody to translate; those that nobody says any more go out; what is
translated stays as it is. Nothing is guessed, and nothing but the sentences changes the files.
"""

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parent
SPOKEN_IN = ("models", "services", "scheduler", "ui")
KEYWORDS = {"_": None, "N_": None, "many": (1, 2)}
TRANSLATED = ("hi", "mr")
HEADER = """\
# What Broadcaster says. `make words` keeps the English sentences up to date; translate what is empty.
msgid ""
msgstr ""
"Project-Id-Version: Broadcaster\\n"
"Language: {language}\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

Sentence = str | tuple[str, str]  # the second is (one, more)


def files() -> list[Path]:
    """Every file that may speak to a customer."""
    return [path for folder in SPOKEN_IN for path in sorted((ROOT / folder).rglob("*.py"))]


def sentences() -> dict[Sentence, list[str]]:
    """Every marked sentence, and the files that say it."""
    said: dict[Sentence, list[str]] = {}
    read: Any = marked
    for path in files():
        for _line, sentence, _comments, _context in extract_from_file(read, path, keywords=KEYWORDS):
            key = (str(sentence[0]), str(sentence[1])) if isinstance(sentence, tuple) else str(sentence)
            places = said.setdefault(key, [])
            if path.relative_to(ROOT).as_posix() not in places:
                places.append(path.relative_to(ROOT).as_posix())
    return said


def marked(file: IO[bytes], keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """How Babel reads a Python file for us. Its own way loses calls that stand inside others."""
    for call in ast.walk(ast.parse(file.read())):
        if isinstance(call, ast.Call) and (name := called(call)) in keywords:
            given = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args]
            if given and isinstance(given[0], str):
                yield call.lineno, name, tuple(given) if len(given) > 1 else given[0], []


def called(call: ast.Call) -> str:
    """The name of what is called: `_`, or `many` of `_.many(…)`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def po_file(language: str) -> Path:
    return HERE / language / "LC_MESSAGES" / "broadcaster.po"


def translated(language: str) -> Catalog:
    """What is translated so far."""
    path = po_file(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Bring one language up to date; how many sentences are still to be translated."""
    old, new = translated(language), Catalog(language)
    for sentence, places in sentences().items():
        known = old.get(sentence)
        kept = known.string if known is not None and not known.fuzzy else ""
        if len(forms(kept)) != len(forms(sentence)):
            kept = ""  # it has become a plural, or is one no more
        new.add(sentence, kept, locations=[(place, 0) for place in places])
    text = io.BytesIO()
    write_po(text, new, sort_output=True, include_lineno=False, omit_header=True, width=0)
    path = po_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(language=language) + text.getvalue().decode().rstrip("\n") + "\n")
    return sum(not all(forms(message.string)) for message in new if message.id)


def forms(told: object) -> tuple[object, ...]:
    """A sentence and its plural, or the sentence alone."""
    return tuple(told) if isinstance(told, tuple | list) else (told,)


if __name__ == "__main__":
    for language in TRANSLATED:
        sys.stdout.write(f"{language}: {update(language)} sentences to translate\n")
