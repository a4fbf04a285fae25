"""Every icon that a page names is in our small font: another would show as its name in letters."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ui.pieces.status_chip import LOOKS

NAMES = set(Path("ui/static/icons.txt").read_text().split())

# Quasar's own elements ask for these by themselves.
QUASARS = {
    "arrow_back", "arrow_drop_down", "arrow_drop_up", "arrow_downward", "arrow_forward", "arrow_upward",
    "cancel", "check", "chevron_left", "chevron_right", "clear", "close", "done", "edit", "error",
    "first_page", "info", "keyboard_arrow_down", "keyboard_arrow_left", "keyboard_arrow_right",
    "keyboard_arrow_up", "last_page", "priority_high", "warning",
}  # fmt: skip

IN_TEXT = re.compile(
    r"""(?<![\w-]):?icon(?:-right)?=["']?([a-z][a-z0-9_]+)(?=["'\s/>]|$)|<q-icon[^>]*?\sname="([a-z0-9_]+)"|material-icons"[^>]*>([a-z0-9_]+)<"""
)


def named_in(path: Path) -> Iterator[str]:
    source = path.read_text()
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(source)):
            yield from _called(node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from _in_text(node.value)
    else:
        yield from _in_text(source)


def _called(node: ast.AST) -> Iterator[str]:
    """icon="…" in any call, and the first argument of ui.icon() and empty_state()."""
    if not isinstance(node, ast.Call):
        return
    named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[:1] if named in ("icon", "empty_state") else []
    for value in (*first, *(word.value for word in node.keywords if word.arg == "icon")):
        for part in ast.walk(value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def _in_text(text: str) -> Iterator[str]:
    for found in IN_TEXT.findall(text):
        yield from filter(None, found)


def test_every_icon_is_in_our_font() -> None:
    used = {(name, path.as_posix()) for path in Path("ui").rglob("*.[pj][ys]") for name in named_in(path)}
    missing = sorted(f"{name} in {path}" for name, path in used if name not in NAMES)
    assert missing == [], "add them to ui/static/icons.txt, then see .ci/icons.py"
    assert len(used) > 10, "the search above finds nothing any more"


def test_quasar_finds_its_own() -> None:
    assert not QUASARS - NAMES
    assert not {look.icon for look in LOOKS.values()} - NAMES
