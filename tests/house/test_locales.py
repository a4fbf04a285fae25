"""Whoever reads Hindi or Marathi reads all of it: every sentence is marked, translated, and whole."""

import ast
import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from locales.extract import TRANSLATED, called, forms, sentences, translated
from services.i18n import words
from tests.house.sources import Source, source, sources

MARKS = {"_", "N_", "many"}
# Pieces of NiceGUI and of ours that show their first argument, or one of these keywords.
SHOWN_FIRST = {
    *("label", "button", "notify", "link", "input", "textarea", "select", "checkbox", "switch", "tooltip"),
    *("menu_item", "item", "item_label", "tab", "expansion", "chip", "badge", "radio", "markdown"),
    *("page_title", "frame", "confirm", "go_button"),
}
SHOWN_SECOND = {"empty_state"}  # after its icon
SHOWN_BY_NAME = {"text", "label", "title", "placeholder", "message", "caption", "hint", "action", "more"}
SHOWN_BY_PROPS = re.compile(r"(?:^|\s)(?:label|placeholder|hint|title|aria-label)=[\"']?[^\W\d_]")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SAME_EVERYWHERE = {"Broadcaster", "WhatsApp", "CSV", "Excel"}
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
    found = []
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call):
            found += [f"{file.path}:{node.lineno} {text!r}" for text in shown(node) if is_language(text)]
    return found


def shown(call: ast.Call) -> list[str]:
    """The literal texts that a call puts on the screen."""
    if called(call) == "props":
        return [text for arg in call.args for text in literals(arg) if SHOWN_BY_PROPS.search(text)]
    first = call.args[:1] if called(call) in SHOWN_FIRST else []
    first += call.args[1:2] if called(call) in SHOWN_SECOND else []
    named = [word.value for word in call.keywords if word.arg in SHOWN_BY_NAME]
    return [text for arg in first + named for text in literals(arg)]


def literals(arg: ast.expr) -> list[str]:
    match arg:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    return []


def is_language(text: str) -> bool:
    return bool(LETTERS.search(text)) and text not in SAME_EVERYWHERE


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
    ):
        assert unmarked(source(sample)), sample
    assert not unmarked(source("ui.label(_('Hello'))\nui.label(f'{a}: {b}')\nui.button(icon='send')"))
