"""What a page's browser may send, by its types. All else was made by hand, and is refused without a word."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from nicegui import Client, ui

Told = dict[str, Any]

# Of each message, what must be there besides the page's number.
PARTS: Mapping[str, Mapping[str, type]] = {
    "event": {"id": int, "listener_id": str, "args": list},
    "javascript_response": {"request_id": str},
    "ack": {"next_message_id": int},
    "log": {"level": str, "message": str},
}
LEVELS = ("debug", "info", "warning", "error")


def fits(name: str, told: Any) -> bool:
    """Whether a browser of ours could have sent this as its message `name`."""
    if not isinstance(told, dict) or not isinstance(told.get("client_id"), str):
        return False
    if not all(isinstance(told.get(part), kind) for part, kind in PARTS[name].items()):
        return False
    match name:
        case "event":
            return all(arg is None or (isinstance(arg, str) and _is_json(arg)) for arg in told["args"])
        case "log":
            return told["level"] in LEVELS
    return True


def suits(told: Told) -> bool:
    """Whether this event's element is there, listens, and can have this value."""
    page = Client.instances.get(told["client_id"])
    element = page.elements.get(told["id"]) if page else None
    listener = element._event_listeners.get(told["listener_id"]) if element else None
    if listener is None:
        return False
    if not listener.type.startswith("update:"):
        return True
    value = json.loads(told["args"][0]) if len(told["args"]) == 1 and told["args"][0] else None
    return all(can_be(element, value) for kinds, can_be in VALUES if isinstance(element, kinds))


def _is_text(_field: Any, value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_yes_or_no(_box: Any, value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _is_number(_field: Any, value: Any) -> bool:
    try:
        return value is None or value == "" or abs(float(value)) < float("inf")
    except (TypeError, ValueError):
        return False


def _is_choice(choice: Any, value: Any) -> bool:
    """The number of one of its options, or nothing."""
    if value is None:
        return True
    number = value.get("value") if isinstance(value, dict) else None
    return isinstance(number, int) and 0 <= number < len(choice.options)


VALUES: tuple[tuple[tuple[type, ...], Callable[[Any, Any], bool]], ...] = (
    ((ui.input, ui.textarea), _is_text),
    ((ui.checkbox, ui.switch), _is_yes_or_no),
    ((ui.number,), _is_number),
    ((ui.select,), _is_choice),
)


def _is_json(written: str) -> bool:
    try:
        json.loads(written)
    except (ValueError, RecursionError):
        return False
    return True
