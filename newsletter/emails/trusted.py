"""Markup that this code wrote itself, never the words of a person."""

from markupsafe import Markup

from newsletter.mailer import places


def ours(text: str) -> Markup:
    """The text as markup that templates leave as it is."""
    return Markup(text)  # noqa: S704 - the one place where we vouch for a text


def open_place(name: str) -> Markup:
    """A place in a template, to be filled later."""
    return ours(places.place(name))
