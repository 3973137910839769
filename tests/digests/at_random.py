"""What two years at random need: articles, mails that end, and what each mail really holds."""

from datetime import time
from random import Random

import hypothesis.strategies as st
from sqlalchemy import select, text

from newsletter.articles.drafts import Draft
from newsletter.articles.models import Article
from newsletter.extensions import db
from newsletter.mailings.models import Block, Variant
from newsletter.subscribers.models import Cadence, Subscription
from newsletter.subscribers.record_consent import Proof

PAGE = "/voorkeuren"
HAND = Proof("preference_page", PAGE)
# Tuesdays in the morning, or in the hour that the clock skips in spring and has twice in autumn.
RHYTHMS = ((1, time(8)), (6, time(2, 30)))
cadences = st.sampled_from(list(Cadence))
some_themes = st.sets(st.integers(0, 3), min_size=1, max_size=3)
which = st.integers(0, 999)
waits = st.one_of(st.integers(1, 3 * 24 * 60), st.integers(3, 60).map(lambda day: day * 24 * 60))


def given_by(variant: Variant) -> frozenset[int]:
    """The articles that a variant gives a reader, by what her mail shows and where it leads."""
    names = db.session.scalars(
        select(Block.name).where(Block.manifest_id == variant.manifest_id,
                                 Block.position.in_(variant.text_blocks))).all()
    shown = [int(name.partition(":")[2]) for name in names
             if name.startswith(("article:", "link:"))]
    rest = {int(theme): int(count) for theme, count in
            (name.split(":")[1:] for name in names if name.startswith("more:"))}
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(variant.article_ids)
    assert len(shown) + sum(rest.values()) == len(variant.article_ids)
    unseen = db.session.scalars(
        select(Article).where(Article.id.in_(set(variant.article_ids).difference(shown)))).all()
    for theme, count in rest.items():
        assert sum(theme in {each.shown.id for each in piece.themes} for piece in unseen) >= count
    return frozenset(variant.article_ids)


def draft_of(title: str, theme_ids: tuple[int, ...]) -> Draft:
    """An article with a title and themes, and little else."""
    return Draft(kind="artikel", title=title, authors=("Noor de Wit",), summary="Kort gezegd.",
                 theme_ids=theme_ids)


def end_open(random: Random, *, share: float, bad: str) -> list[tuple[int, int]]:
    """End what is open, about such a share of it unsent: the deliveries and readers of those."""
    opened = db.session.execute(text(
        "select id, subscriber_id from deliveries where status in ('pending', 'deferred')"
        " and mailing_id is not null order by id")).all()
    unsent = [(number, who) for number, who in opened if random.random() < share]
    lost = {number for number, _ in unsent}
    for number, _ in opened:
        is_sent = number not in lost
        db.session.execute(text(
            "update deliveries set status = :status, ended_at = clock_timestamp(),"
            " sent_at = case when :is_sent then clock_timestamp() end, skip_reason = :reason"
            " where id = :id"), {
                "id": number, "is_sent": is_sent, "status": "sent" if is_sent else bad,
                "reason": "paused" if not is_sent and bad == "skipped" else None})
    return unsent


def row_of(number: int) -> Subscription:
    """A reader's subscription."""
    return db.session.get_one(Subscription, number)
