"""Our own source, read once for all house tests."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("models", "services", "scheduler", "ui")


@dataclass(frozen=True)
class Source:
    """One file; `path` is written from the checkout: "services/errors.py"."""

    path: str
    tree: ast.Module


@cache
def sources() -> list[Source]:
    """Every file that runs in production; the migrations, which are history, are not among them."""
    files = [path for floor in OURS for path in sorted((ROOT / floor).rglob("*.py"))]
    files = [path for path in files if "migrations" not in path.parts] + [ROOT / "main.py"]
    return [Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())) for path in files]


def source(text: str, path: str = "services/sample.py") -> Source:
    """A sample, to show that a test can fail."""
    return Source(path, ast.parse(text))


def functions_around(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the function that it stands in ("" outside): ("launch", <node>)."""
    pending: list[tuple[str, ast.AST]] = [("", tree)]
    while pending:
        inside, node = pending.pop()
        yield inside, node
        name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else inside
        pending += [(name, child) for child in ast.iter_child_nodes(node)]


@dataclass(frozen=True)
class Sql:
    """A text that a database would understand; `name` is what it is called, or the function around it."""

    path: str
    name: str
    text: str


def statements(files: list[Source]) -> list[Sql]:
    """Every SQL text of `files`, with the constants that are put into it filled in."""
    constants = {name: text for file in files for name, text in _constants(file.tree)}
    found = []
    for file in files:
        for name, node in _named_texts(file.tree):
            text = _filled(node, constants)
            if any(verb in text for verb in ("SELECT", "UPDATE ", "INSERT INTO ", "DELETE FROM ")):
                found.append(Sql(file.path, name, text))
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _named_texts(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Texts by the constant that they make, or by the function that they stand in; docstrings left out."""
    named = {id(inner): name for name, value in _constants(tree) for inner in ast.walk(value)}
    parts = {id(p) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for p in ast.walk(n) if p is not n}
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for inside, node in functions_around(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in parts | docs:
            yield named.get(id(node), inside), node


def _filled(node: ast.AST, constants: dict[str, ast.expr]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(raw)):
            return raw.decode(errors="replace")
        case ast.JoinedStr(values=parts):
            return "".join(_filled(part, constants) for part in parts)
        case ast.FormattedValue(value=ast.Name(id=name)) if name in constants:
            return _filled(constants[name], constants)
        case ast.FormattedValue():
            return "…"
        case ast.Call(args=[first, *_]):
            return _filled(first, constants)
        case ast.Call(func=ast.Attribute(value=inner)):
            return _filled(inner, constants)
    return ""
