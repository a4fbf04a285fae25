"""Whoever reads Hindi or Marathi reads all of it: every sentence is marked, translated, and whole."""

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Message

from locales.extract import TRANSLATED, called, forms, sentences, translated
from services.i18n import words
from tests.house.sources import Source, source, sources

MARKS = {"_", "N_", "many"}
# Calls whose texts nobody reads on a page.
SILENT = {"props", "classes", "style", "mark", "warning", "error", "info", "debug", "exception"}
SHOWN_BY_PROPS = re.compile(r"(?:^|\s)(?:label|placeholder|hint|title|aria-label)=[\"']?[^\W\d_]")
# "Hello", "Send to ", "a few words in a row"; not "bg_color", not "Cache-Control", no HTML.
LANGUAGE = re.compile(r"^(?!.*<)(?:[A-Z][a-z]+(?:[ .,:;!?…]|$)|.*[a-z]+ [a-z]+ [a-z]+)", re.DOTALL)
# Names, and what machines say to each other.
SAME_EVERYWHERE = {"Broadcaster", "Connection", "Not from here."}
# Blanks that somebody fills later, and who.
FILLED_LATER = {("ui/pieces/message_editor.py", "blank"): "the browser"}


def untranslated(language: str) -> list[str]:
    catalog = translated(language)
    found = []
    for sentence in sentences():
        message = catalog.get(sentence)
        found += [f"{language} lacks: {sentence}"] if message is None else wrong_with(message, sentence)
    return found


def wrong_with(message: Message, sentence: str | tuple[str, str]) -> list[str]:
    english, told = forms(sentence), forms(message.string)
    if message.fuzzy or len(told) != len(english) or not all(told):
        return [f"not translated: {sentence}"]
    return [
        f"other blanks: {other}"
        for one, other in zip(english, told, strict=True)
        if blanks(str(other)) != blanks(str(one))
    ]


def blanks(text: str) -> set[str]:
    return {name for _before, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def marked_wrongly(file: Source) -> list[str]:
    """Sentences that no translator will ever see, and blanks that nobody fills."""
    found = []
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or called(node) not in MARKS or not node.args:
            continue
        given = node.args[:2] if called(node) == "many" else node.args[:1]
        place = f"{file.path}:{node.lineno}"
        if any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in given):
            found.append(f"{place} puts a sentence together before it is translated")
        if called(node) == "_" and isinstance(given[0], ast.Constant):
            empty = {blank for blank in unfilled(node) if (file.path, blank) not in FILLED_LATER}
            found += [f"{place} leaves {{{blank}}} empty" for blank in sorted(empty)]
    return found


def unfilled(call: ast.Call) -> set[str]:
    """The blanks of `_("…{blank}…")` that are not among its facts; a text without facts is shown as it is."""
    facts = {word.arg for word in call.keywords}
    match call.args[0]:
        case ast.Constant(value=str(sentence)) if None not in facts:
            return blanks(sentence) - facts
    return set()


def unmarked(file: Source) -> list[str]:
    """Literal texts that look as if somebody should read them."""
    quiet = marked_or_silent(file)
    found = [
        f"{file.path}:{node.lineno} {node.value!r}"
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Constant) and id(node) not in quiet and is_language(node.value)
    ]
    return found + [
        f"{file.path}:{line} {text!r}" for line, text in props(file) if SHOWN_BY_PROPS.search(text)
    ]


def marked_or_silent(file: Source) -> set[int]:
    inside: set[int] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and called(node) in MARKS | SILENT:
            inside |= {id(part) for arg in node.args for part in ast.walk(arg)}
        if isinstance(node, ast.Expr):  # a docstring
            inside.add(id(node.value))
    return inside


def props(file: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and called(node) == "props":
            texts = (part for arg in node.args for part in ast.walk(arg) if isinstance(part, ast.Constant))
            yield from ((node.lineno, str(text.value)) for text in texts)


def is_language(value: object) -> bool:
    return isinstance(value, str) and bool(LANGUAGE.search(value)) and value not in SAME_EVERYWHERE


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    assert untranslated(language) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    said = {forms(sentence)[0] for sentence in sentences()}
    there = {forms(message.id)[0] for message in translated(language) if message.id}
    assert there - said == set()


def test_sentences_are_marked_so_that_they_are_found() -> None:
    assert [c for file in sources() for c in marked_wrongly(file)] == []


def test_nothing_is_shown_unmarked() -> None:
    assert [c for file in sources() if file.path.startswith("ui/") for c in unmarked(file)] == []


def test_one_and_many_in_every_language() -> None:
    said = {
        language: [words(language).many("{count} day", "{count} days", n) for n in (0, 1, 2)]
        for language in ("en", *TRANSLATED)
    }
    assert said["en"] == ["0 days", "1 day", "2 days"]
    assert said["hi"] == ["0 दिन", "1 दिन", "2 दिन"]
    assert said["mr"] == ["0 दिवस", "1 दिवस", "2 दिवस"]


def test_what_is_not_translated_is_seen() -> None:
    assert wrong_with(Message("Hello"), "Hello")
    assert wrong_with(Message("Hello", "नमस्ते", flags=["fuzzy"]), "Hello")
    assert wrong_with(Message("Hello {name}", "नमस्ते {nam}"), "Hello {name}")
    assert wrong_with(Message(("{n} day", "{n} days"), ("{n} दिन", "")), ("{n} day", "{n} days"))
    assert not wrong_with(Message("Hello {name}", "नमस्ते {name}"), "Hello {name}")


def test_what_is_marked_wrongly_is_seen() -> None:
    assert marked_wrongly(source("_(f'Hello {name}')"))
    assert marked_wrongly(source("_('Hello ' + name)"))
    assert marked_wrongly(source("N_(f'{count} people')"))
    assert marked_wrongly(source("_('Hello {name}', nam=name)"))
    assert not marked_wrongly(source("_('Hello {name}', name=name)\n_(said.sentence, **said.facts)"))


def test_what_is_not_marked_is_seen() -> None:
    for sample in (
        "ui.label('Hello')",
        "ui.button(f'Send to {name}')",
        "ui.input(label='Name')",
        "x.props('outlined placeholder=Name')",
        "ui.label(words('en')('Saved'))",
        "tile('…', 'people who agreed to it')",
    ):
        assert unmarked(source(sample)), sample
    assert not unmarked(source("ui.label(_('Hello'))\nui.label(f'{a}: {b}')\nui.button(icon='send')"))
