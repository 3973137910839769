"""The seeds in the database: complete, and safe to load again."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.accounts.models import Account, Role
from newsletter.accounts.queries import find_account_by_email
from newsletter.articles.models import Article
from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import magazine
from newsletter.digests.models import DigestSlot
from newsletter.editions.models import Edition, EditionItem, EditionStatus
from newsletter.editions.queries import get_edition, year_plan
from newsletter.partners.models import Partner
from newsletter.partners.queries import partners
from newsletter.subscribers.models import ConsentWording
from seeds import demo, read
from seeds.load import load
from tests.conftest import SEEDED_AT

TABLES = (Theme, Partner, Article, Edition, EditionItem, Role, DigestSlot, ConsentWording,
          Account)


def counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_everything_in_the_files_is_in_the_database(session: Session) -> None:
    assert magazine().issn == read.magazine().issn
    assert session.scalars(select(Theme.slug).order_by(Theme.position)).all() == [
        theme.slug for theme in read.themes()]
    assert [each.name for each in partners()] == [facts.name for facts in read.partners()]
    for facts in read.editions():
        edition = get_edition(facts.key)
        assert edition.status is EditionStatus.PUBLISHED
        assert [(item.article.slug, item.section) for item in edition.items] == [
            (article.slug, article.section or "") for article in facts.articles]


def test_articles_were_released_when_their_edition_appeared_at_ten_in_amsterdam(
    session: Session,
) -> None:
    for facts in read.editions():
        edition = get_edition(facts.key)
        appeared = clock.local(edition.send_at)
        assert (appeared.date(), appeared.hour) == (facts.appeared_on, 10)
        assert {item.article.released_at for item in edition.items} == {edition.send_at}
        for article, item in zip(facts.articles, edition.items, strict=True):
            assert {theme.slug for theme in item.article.themes} == set(article.themes)


def test_this_year_and_the_next_have_eight_proposed_editions(session: Session) -> None:
    for year in (SEEDED_AT.year, SEEDED_AT.year + 1):
        plan = year_plan(year)
        assert [edition.number for edition in plan] == list(range(1, 9))
        assert {edition.volume for edition in plan} == {year - 2006}
        assert {edition.status for edition in plan} == {EditionStatus.PLANNED}


def test_loading_again_changes_nothing(session: Session) -> None:
    before = counts(session)
    load(session, now=SEEDED_AT, demo=False)
    assert counts(session) == before


def test_what_an_editor_changed_stays(session: Session) -> None:
    theme = session.scalars(select(Theme).where(Theme.slug == "data")).one()
    edition = get_edition("12-2")
    article = edition.items[0].article
    theme.name_nl, edition.title, article.summary = "Gegevens", "Anders", "Korter."
    edition.items.pop()
    magazine().tagline_nl = "Een andere regel."
    session.flush()
    load(session, now=SEEDED_AT + timedelta(hours=1), demo=False)
    session.expire_all()
    assert (theme.name_nl, edition.title, article.summary) == ("Gegevens", "Anders", "Korter.")
    assert len(edition.items) == 11
    assert magazine().tagline_nl == "Een andere regel."


def test_a_partner_that_stopped_does_not_come_back(session: Session) -> None:
    partner = partners()[0]
    partner.retired_at = SEEDED_AT
    load(session, now=SEEDED_AT + timedelta(hours=1), demo=False)
    session.expire_all()
    assert partner.retired_at == SEEDED_AT
    assert partner.slug not in {each.slug for each in partners()}


def test_a_missing_theme_comes_back_beside_one_that_took_its_place(session: Session) -> None:
    theme = session.scalars(select(Theme).where(Theme.slug == "smart-city")).one()
    theme.slug = "slimme-stad"
    session.flush()
    load(session, now=SEEDED_AT, demo=False)
    again = session.scalars(select(Theme).where(Theme.slug == "smart-city")).one()
    assert again.position == len(read.themes()) + 1


def test_the_demo_logins_are_only_there_when_asked_for(session: Session) -> None:
    assert counts(session)[-1] == 0
    for _ in range(2):
        load(session, now=SEEDED_AT, demo=True)
    assert counts(session)[-1] == len(demo.LOGINS)
    for login in demo.LOGINS:
        account = find_account_by_email(login.email)
        assert account is not None
        assert {role.name for role in account.roles} == set(login.roles)
