"""Puts the seed files into the database; safe to repeat, and never changes what is there."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.add import ensure_roles
from newsletter.articles.models import Article, ArticleKind
from newsletter.catalogue.models import Magazine, Theme
from newsletter.catalogue.queries import magazine
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.rhythm import rhythm_of
from newsletter.editions.models import Edition, EditionItem, EditionStatus
from newsletter.editions.plan_year import plan_year
from newsletter.partners.models import Partner
from newsletter.subscribers.wordings import ensure_wordings
from seeds import demo as demo_logins
from seeds import read

APPEARS_AT = time(10)
DEADLINE_AT = time(17)
COPY_DAYS, APPROVAL_DAYS = 14, 4
# Any number will do, as long as nothing else takes it: two loads at once wait for each other.
_LOCK = 2213_2228


def load(session: Session, *, now: datetime, demo: bool) -> None:
    """Add what is missing: magazine, themes, partners, wordings, roles, editions, year plan, slots.

    Rows are known by their natural key; one that exists stays as its editors left it. With `demo`
    the demo's logins too. Commits nothing; the app's role is enough.
    """
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    _add_magazine(session)
    _add_themes(session)
    _add_partners(session)
    ensure_wordings(now)
    ensure_roles()
    for facts in read.editions():
        _add_edition(session, facts, now=now)
    year = clock.local(now).year
    for planned in (year, year + 1):
        plan_year(planned, now)
    plan_slots(rhythm_of(magazine()), now=now)
    if demo:
        demo_logins.add_logins(now)
    session.flush()


def on_the_clock(day: date, at: time) -> datetime:
    """The moment of a local day and time in Europe/Amsterdam, in UTC."""
    return datetime.combine(day, at, tzinfo=clock.AMSTERDAM).astimezone(UTC)


def _add_magazine(session: Session) -> None:
    facts = asdict(read.magazine())
    # The software knows one zone so far: the slots' own columns speak of Europe/Amsterdam.
    facts.pop("timezone")
    session.execute(
        insert(Magazine).values(
            id=1, weekly_weekday=1, weekly_at=time(8), monthly_day=1, monthly_at=time(8), **facts
        ).on_conflict_do_nothing()
    )


def _add_themes(session: Session) -> None:
    taken = {theme.slug: theme.position for theme in session.scalars(select(Theme))}
    for place, facts in enumerate(read.themes(), start=1):
        if facts.slug in taken:
            continue
        free = place not in taken.values()
        position = place if free else max(taken.values()) + 1
        session.add(Theme(position=position, **asdict(facts)))
        taken[facts.slug] = position
    session.flush()


def _add_partners(session: Session) -> None:
    known = set(session.scalars(select(Partner.slug)))
    for facts in read.partners():
        if facts.slug not in known:
            session.add(Partner(**asdict(facts)))
    session.flush()


def _add_edition(session: Session, facts: read.EditionFacts, *, now: datetime) -> None:
    known = session.scalar(
        select(func.count(Edition.id)).where(
            Edition.volume == facts.volume, Edition.number == facts.number)
    )
    articles = [_add_article(session, article, now=now) for article in facts.articles]
    if known:
        return
    appeared_at = on_the_clock(facts.appeared_on, APPEARS_AT)
    edition = Edition(
        volume=facts.volume,
        number=facts.number,
        numbers_in_year=facts.numbers_in_year,
        title=facts.title,
        editorial_md=facts.editorial,
        subject=facts.title,
        preheader="",
        status=EditionStatus.PUBLISHED,
        send_at=appeared_at,
        copy_deadline_at=_deadline(facts.appeared_on, COPY_DAYS),
        approval_deadline_at=_deadline(facts.appeared_on, APPROVAL_DAYS),
        appeared_on=facts.appeared_on,
        published_at=appeared_at,
    )
    edition.items = [
        EditionItem(article=article, position=place, section=found.section or "")
        for place, (article, found) in enumerate(
            zip(articles, facts.articles, strict=True), start=1)
    ]
    session.add(edition)
    session.flush()


def _deadline(appears_on: date, days: int) -> datetime:
    return on_the_clock(appears_on - timedelta(days=days), DEADLINE_AT)


def _add_article(session: Session, facts: read.ArticleFacts, *, now: datetime) -> Article:
    found = session.scalar(select(Article).where(Article.slug == facts.slug))
    if found is not None:
        return found
    article = Article(
        slug=facts.slug,
        kind=ArticleKind(facts.kind),
        title=facts.title,
        subject=facts.subject,
        authors=list(facts.authors),
        summary=facts.summary,
        body_md="",
        page=facts.page,
        language="nl",
        published_on=facts.released_on,
        released_at=on_the_clock(facts.released_on, APPEARS_AT),
        created_at=now,
        updated_at=now,
        themes=_themes(session, facts.themes),
    )
    session.add(article)
    session.flush()
    return article


def _themes(session: Session, slugs: Iterable[str]) -> list[Theme]:
    return list(session.scalars(select(Theme).where(Theme.slug.in_(list(slugs)))))
