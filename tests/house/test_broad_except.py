"""Nobody swallows what they do not know: a broad `except` stands in this list, with the reason."""

import ast

from tests.house.sources import Source, functions_around, source, sources

BROAD = {"Exception", "BaseException"}

# (file, function) → why
ALLOWED = {
    ("scheduler/run_job.py", "_run"): "one broken duty must not take the clock with it",
    ("services/embedded/program.py", "wait_until"): "Ctrl-C too: nothing is left half-started; raised again",
    ("services/gateways/linked/adapter.py", "run"): "a thread's error belongs to whoever awaits its answer",
    (
        "services/gateways/linked/session.py",
        "handle",
    ): "neonize forgets what a handler raises, and the event with it",
    ("services/gateways/linked/hearing.py", "_listen"): "what could not be taken in waits in the journal",
    ("services/gateways/linked/hearing.py", "_look"): "it waits in the journal, and is looked at again",
    (
        "services/gateways/linked/host.py",
        "_answer",
    ): "a question that is never answered would hold the engine for ever",
    ("services/gateways/linked/owner.py", "_alone"): "the lock is let go whatever happens; raised again",
    ("services/watched.py", "watched"): "a dead loop would stop every sender in silence",
    (
        "services/sending/owning.py",
        "_ready",
    ): "one broken sender must not keep the others of its gateway waiting",
    (
        "services/sending/engine.py",
        "_feed_some",
    ): "a campaign that cannot be read must not starve the others that are read with it",
    ("services/sending/owning.py", "_close"): "as above: it would let go of no sender, and take none",
    (
        "services/sending/pump.py",
        "send",
    ): "the contract: anything raised means that it may have left",
}


def broad(file: Source) -> set[tuple[str, str]]:
    return {(file.path, inside) for inside, node in functions_around(file.tree) if is_broad(node)}


def is_broad(node: ast.AST) -> bool:
    match node:
        case ast.ExceptHandler(type=None):
            return True
        case ast.ExceptHandler(type=ast.expr() as caught):
            return bool(names(caught) & BROAD)
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=args):
            return any(names(arg) & BROAD for arg in args)
    return False


def names(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def test_broad_excepts_are_few_and_explained() -> None:
    found = {place for file in sources() for place in broad(file)}
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set()


def test_a_broad_except_is_seen() -> None:
    samples = {
        "try:\n    go()\nexcept:\n    pass",
        "try:\n    go()\nexcept Exception:\n    pass",
        "try:\n    go()\nexcept (KeyError, BaseException) as e:\n    pass",
        "with suppress(Exception):\n    go()",
        "with contextlib.suppress(OSError, Exception):\n    go()",
    }
    for sample in samples:
        assert broad(source(sample)), sample


def test_a_narrow_one_is_fine() -> None:
    assert not broad(source("try:\n    go()\nexcept (KeyError, OSError):\n    pass"))
