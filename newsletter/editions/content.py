"""What an edition's mail is made from, and what it still misses."""

from datetime import date, datetime
from itertools import groupby

from newsletter import clock
from newsletter.editions.models import Edition, EditionItem
from newsletter.editions.plan_recipients import AUDIENCE
from newsletter.mailings.contents import EditionContent, Section
from newsletter.mailings.item import item_of


def content_of(edition: Edition, *, send_at: datetime | None = None) -> EditionContent:
    """The edition as the compiler of mails takes it, sent at `send_at` or at its own moment."""
    sections = tuple(
        Section(title or None, tuple(item_of(item.article) for item in items))
        for title, items in sections_of(edition)
    )
    return EditionContent(
        key=edition.key,
        volume=edition.volume,
        number=edition.number,
        numbers_in_year=edition.numbers_in_year,
        title=edition.title,
        editorial_md=edition.editorial_md,
        subject=edition.subject,
        preheader=edition.preheader,
        appears_on=day_named(edition, send_at=send_at),
        audience=AUDIENCE,
        sections=sections,
    )


def day_named(edition: Edition, *, send_at: datetime | None = None) -> date:
    """The day in Amsterdam whose month and year its mail names: that of its moment.

    Also when it left later than that, by somebody's leave: its mail was approved with this day,
    and what is made of it afterwards, a page or a correction, names no other.
    """
    return clock.local(send_at or edition.send_at).date()


def sections_of(edition: Edition) -> list[tuple[str, list[EditionItem]]]:
    """The items under each heading in order; articles of one section that stand apart are two."""
    return [(title, list(items))
            for title, items in groupby(edition.items, key=lambda item: item.section)]


def missing_for_sending(edition: Edition, *, send_at: datetime | None = None) -> list[str]:
    """What the edition misses before it can be sent at `send_at` (default: its own moment).

    `title`, `subject`, `articles`, and for each article `released:<slug>` when it is
    not released by then, or `summary:<slug>`. Nothing missing is an empty list. The size of the
    mail (M11) is known only to the one who compiles it.
    """
    moment = send_at or edition.send_at
    missing = [name for name in ("title", "subject") if not getattr(edition, name).strip()]
    if not edition.items:
        missing.append("articles")
    for item in edition.items:
        if not item.article.is_released(moment):
            missing.append(f"released:{item.article.slug}")
        if not item.article.summary.strip():
            missing.append(f"summary:{item.article.slug}")
    return missing
