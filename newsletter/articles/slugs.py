"""The lasting part of an article's address, made from its title."""

import re
import unicodedata

from sqlalchemy import select

from newsletter.articles.models import Article
from newsletter.extensions import db

LONGEST = 80


def slug_of(title: str) -> str:
    """The title in small letters a-z, figures and hyphens; `artikel` when nothing is left."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", plain.decode().lower().replace("'", ""))
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LONGEST]
        if len(longer) > LONGEST:
            break
        slug = longer
    return slug or "artikel"


def free_slug(title: str, *, keep: str | None = None) -> str:
    """A slug for the title that no other article has; `keep` is the article's own present one."""
    base = slug_of(title)
    taken = set(
        db.session.scalars(
            select(Article.slug).where(Article.slug.regexp_match(f"^{base}(-[0-9]+)?$"))
        )
    ) - {keep}
    if base not in taken:
        return base
    number = next(n for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)
    return f"{base}-{number}"
