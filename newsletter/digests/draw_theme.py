"""Draw up a theme: the words that an editor gives it, checked, and the slug made of its name."""

import unicodedata
from dataclasses import dataclass, fields, replace

from sqlalchemy import select

from newsletter.articles.slugs import slug_of
from newsletter.catalogue.models import FormerSlug, Theme
from newsletter.errors import BadInput
from newsletter.extensions import db

LONGEST_NAME = 60  # characters; one line of a chip on a phone holds about half
LONGEST_SENTENCE = 200


@dataclass(frozen=True)
class ThemeDraft:
    """What readers see of a theme, in both languages."""

    name_nl: str
    name_en: str
    sentence_nl: str
    sentence_en: str

    def tidied(self) -> "ThemeDraft":
        """The same with spaces made single. Raises BadInput at the field that cannot be taken."""
        return replace(self, **{field.name: _checked(field.name, getattr(self, field.name))
                                for field in fields(self)})


def free_slug(name_nl: str, *, of: Theme | None = None) -> str:
    """The slug for that name. Raises BadInput at `name_nl` when another theme has or had it."""
    slug = slug_of(name_nl)
    taken = db.session.scalar(select(Theme.id).where(Theme.slug == slug)) or db.session.scalar(
        select(FormerSlug.theme_id).where(FormerSlug.slug == slug))
    if taken is not None and (of is None or taken != of.id):
        raise BadInput("name_nl", "taken")
    return slug


def _checked(field: str, words: str) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in words):
        raise BadInput(field, "control_character")
    words = " ".join(words.split())
    if not words:
        raise BadInput(field, "empty")
    if len(words) > (LONGEST_NAME if field.startswith("name") else LONGEST_SENTENCE):
        raise BadInput(field, "too_long")
    return words
