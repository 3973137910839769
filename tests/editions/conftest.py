"""Editions to test with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.articles.models import Article, ArticleKind
from newsletter.catalogue.models import Magazine
from newsletter.editions.models import Edition
from tests import material

MakeArticle = Callable[..., Article]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def magazine(session: Session) -> Magazine:
    found = session.get(Magazine, 1)
    if found is None:
        words = ("name", "issn", "publisher", "association", "association_short",
                 "editor_in_chief", "editor", "postal_address", "site", "editors_mail",
                 "partnerships_mail", "tagline_nl", "tagline_en")
        found = Magazine(id=1, colours={}, colours_dark={}, **dict.fromkeys(words, "x"))
        session.add(found)
    found.volume_base_year = 2006
    found.editions_per_year = 8
    session.flush()
    return found


@pytest.fixture
def edition(session: Session, now: datetime) -> Edition:
    made = Edition(
        volume=901,
        number=2,
        send_at=now + timedelta(days=14),
        copy_deadline_at=now,
        approval_deadline_at=now + timedelta(days=10),
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


@pytest.fixture
def make_article(session: Session, now: datetime) -> MakeArticle:
    numbers = count(1)

    def make(*, released_at: datetime | None = now) -> Article:
        number = next(numbers)
        article = Article(
            slug=f"proefartikel-{number}",
            kind=ArticleKind.ARTIKEL,
            title=f"Proefartikel {number}",
            authors=["Noor de Wit"],
            summary="Waar het over gaat.",
            body_md="",
            language="nl",
            released_at=released_at,
            created_at=now,
            updated_at=now,
        )
        session.add(article)
        session.flush()
        return article

    return make


@pytest.fixture
def account_id(session: Session, now: datetime) -> Callable[[], int]:
    def make() -> int:
        return add_account(email="noor@redactie.example", name="Noor",
                           password="een lang wachtwoord", roles=[RoleName.EDITOR], now=now).id

    return make


@pytest.fixture
def by(session: Session) -> int:
    """The account of who composes."""
    return material.person().id
