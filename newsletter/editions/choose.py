"""Choose an edition's articles and their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.articles.drafts import text_fault
from newsletter.articles.queries import articles_by_id
from newsletter.editions.change import begin_change, end_change
from newsletter.editions.models import Edition, EditionItem
from newsletter.editions.note_hand import note_hand
from newsletter.errors import BadInput
from newsletter.extensions import db

MOST_ARTICLES = 40
LONGEST_SECTION = 80


@dataclass(frozen=True)
class Chosen:
    """An article in its section; an empty section is no section."""

    article_id: int
    section: str = ""


def chosen_of(edition: Edition) -> tuple[Chosen, ...]:
    """The articles as they now stand, in order."""
    return tuple(Chosen(item.article_id, item.section) for item in edition.items)


def choose(
    edition: Edition, chosen: Sequence[Chosen], *, revision: int, by: int, now: datetime
) -> None:
    """Let the edition carry exactly these articles, in this order; `by` is the account.

    Raises BadInput at `articles` (unknown, twice, too many), `section` or `revision`, WrongState
    when the edition has left, EditionNotReady when it is scheduled and would miss something.
    """
    ids = [one.article_id for one in chosen]
    if len(set(ids)) != len(ids):
        raise BadInput("articles", "twice")
    if len(ids) > MOST_ARTICLES:
        raise BadInput("articles", "too_many")
    for one in chosen:
        _check_section(one.section)
    articles = articles_by_id(ids)
    if len(articles) != len(ids):
        raise BadInput("articles", "unknown")
    begin_change(edition, revision=revision)
    present = {item.article_id: item for item in edition.items}
    for item in [item for item in edition.items if item.article_id not in articles]:
        edition.items.remove(item)
    db.session.flush()
    for position, one in enumerate(chosen, start=1):
        kept = present.get(one.article_id)
        if kept is None:
            kept = EditionItem(article=articles[one.article_id])
            edition.items.append(kept)
        kept.position = position
        kept.section = one.section.strip()
    db.session.flush()
    edition.items.sort(key=lambda item: item.position)
    note_hand(edition, by, now=now)
    end_change(edition)


def added(chosen: Sequence[Chosen], article_ids: Sequence[int]) -> tuple[Chosen, ...]:
    """The choice with these articles behind it, in the section that is last; each once."""
    have = {one.article_id for one in chosen}
    section = chosen[-1].section if chosen else ""
    fresh = [key for key in dict.fromkeys(article_ids) if key not in have]
    return (*chosen, *(Chosen(key, section) for key in fresh))


def removed(chosen: Sequence[Chosen], article_id: int) -> tuple[Chosen, ...]:
    """The choice without that article."""
    return tuple(one for one in chosen if one.article_id != article_id)


def moved(chosen: Sequence[Chosen], article_id: int, *, by: int) -> tuple[Chosen, ...]:
    """The choice with that article `by` places further down (up when negative), within its ends.

    An article that passes into another section takes that section's name.
    """
    order = list(chosen)
    found = [place for place, one in enumerate(order) if one.article_id == article_id]
    if not found:
        return tuple(order)
    place = found[0]
    target = min(max(0, place + by), len(order) - 1)
    neighbour = order[target].section
    order.insert(target, Chosen(order.pop(place).article_id, neighbour))
    return tuple(order)


def _check_section(section: str) -> None:
    if "\n" in section or "\t" in section:
        raise BadInput("section", "control_character")
    reason = text_fault(section.strip(), longest=LONGEST_SECTION, needed=False)
    if reason:
        raise BadInput("section", reason)
