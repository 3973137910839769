"""Translation with a type: what flask_babel says, as plain words."""

from flask_babel import gettext
from flask_babel import ngettext as counted


def _(words: str, **values: object) -> str:
    """The words in the language of the page, with `values` filled in."""
    return str(gettext(words, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The words for that many, in the language of the page; `%(num)s` is the count."""
    return str(counted(one, many, count, **values))
