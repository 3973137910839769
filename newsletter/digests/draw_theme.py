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
    """The slug for that name, numbered when a theme that is gone had it.

    Raises BadInput at `name_nl` when readers can pick another theme of that name.
    """
    slug = plain = slug_of(name_nl)
    number = 1
    while (taken := _theme_at(slug)) is not None and taken != of:
        if taken.retired_at is None and taken.name_nl == name_nl:
            raise BadInput("name_nl", "taken")
        number += 1
        slug = f"{plain}-{number}"
    return slug


def _theme_at(slug: str) -> Theme | None:
    return db.session.scalar(select(Theme).where(Theme.slug == slug)) or db.session.scalar(
        select(Theme).join(FormerSlug, FormerSlug.theme_id == Theme.id)
        .where(FormerSlug.slug == slug))


def _checked(field: str, words: str) -> str:
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in words):
        raise BadInput(field, "control_character")
    words = " ".join(words.split())
    if not words:
        raise BadInput(field, "empty")
    if len(words) > (LONGEST_NAME if field.startswith("name") else LONGEST_SENTENCE):
        raise BadInput(field, "too_long")
    return words
