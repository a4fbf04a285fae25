"""The doors: logging in, signing up, logging out."""

from ui.access.forms import show_demo_login

__all__ = ["show_demo_login"]
