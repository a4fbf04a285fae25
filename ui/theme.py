"""How Broadcaster looks. Colours, spaces and shapes are CSS variables in static/tokens.css, nowhere else."""

import hashlib
from functools import cache
from pathlib import Path

from nicegui import app, ui

from ui.waiting import shapes_script

STATIC = Path(__file__).parent / "static"

# Quasar's colours are ours, light or dark as the phone is.
BRAND = {name: f"var(--{name})" for name in ("primary", "positive", "negative", "warning", "info")} | {
    "secondary": "var(--info)",
    "accent": "var(--primary)",
    "dark": "var(--surface)",
    "dark_page": "var(--ground)",
}


@cache
def versioned(name: str) -> str:
    """The file's address, which changes with its content: browsers may keep it for a year."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def dress_pages() -> None:
    """Give every NiceGUI page our stylesheet and our small icon font; once per process."""
    app.colors(**BRAND)
    # Quasar's bar over every upload has no name for a screen reader, and ours tells more.
    app.config.quasar_config["loadingBar"]["skipHijack"] = True
    app.add_static_files("/static", STATIC, max_cache_age=31_536_000)
    ui.add_head_html(
        f'<link rel="preload" href="{versioned("icons.woff2")}" as="font" type="font/woff2" crossorigin>'
        f'<link rel="stylesheet" href="{versioned("tokens.css")}">'
        f'<link rel="stylesheet" href="{versioned("app.css")}">'
        # Unlayered, so it wins over NiceGUI's own 129 KB of the same name.
        "<style>@font-face{font-family:'Material Icons';font-weight:400;font-display:block;"
        f"src:url({versioned('icons.woff2')}) format('woff2')}}</style>"
        f"{shapes_script()}"
        f'<script defer src="{versioned("keep.js")}"></script>'
        f'<script defer src="{versioned("going.js")}"></script>'
        f'<script defer src="{versioned("install.js")}"></script>'
        '<link rel="manifest" href="/static/manifest.webmanifest">'
        '<link rel="apple-touch-icon" href="/static/icon-apple.png">'
        # the browser's own bars are as our top line: --surface
        '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">'
        '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1b1e1d">',
        shared=True,
    )


def wear(name: str) -> None:
    """Give the page that is being built a stylesheet of its own: "progress.css", from static/."""
    ui.add_head_html(f'<link rel="stylesheet" href="{versioned(name)}">')
