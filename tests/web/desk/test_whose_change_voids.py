"""Whose change makes an approval fall: who changed something, and nobody else; recorded last."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.accounts.models import RoleName
from newsletter.articles.models import Article
from newsletter.editions.approval_queries import find_open
from newsletter.editions.models import Edition
from tests.material import NOW, article, asked, planned
from tests.statements import asked as statements
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.correcting import (
    MAILING,
    OLD,
    PATH,
    approve_it,
    paused_half_way,
    press,
    save_article,
    words,
)
from tests.web.desk.test_bulk_themes import asked as plan_address
from tests.web.desk.test_bulk_themes import plan_of
from tests.web.desk.test_bulk_themes import press as carry_out

FALLEN = "De goedkeuring van editie 90·8 is vervallen"


@pytest.fixture
def made(session: Session, now: None) -> Edition:
    """An edition that waits for a second person."""
    found = planned([article("data"), article("data")], send_at=NOW + timedelta(days=7))
    asked(found)
    session.commit()
    return found


def make_stale(made: Edition, session: Session) -> None:
    """By a way that nobody watches, so that the next who looks would find it."""
    made.subject = "Intussen anders"
    session.commit()


def fallen() -> int:
    """How often the audit trail tells that the approval fell."""
    return [entry.act for entry, _ in entries_of("edition:90-8")].count("void_approval")


def address(made: Article) -> str:
    return f"/redactie/artikelen/{made.id}"


def writes_after_the_trail(asked_of_it: list[str]) -> list[str]:
    """What was written or held once something stood in the audit trail, besides that itself."""
    first = next(n for n, one in enumerate(asked_of_it) if one.startswith("INSERT INTO audit"))
    return [one for one in asked_of_it[first:] if "audit" not in one and (
        one.startswith(("INSERT", "UPDATE", "DELETE")) or "FOR UPDATE" in one)]


def test_an_offer_voids_nothing_and_tells_its_writer_of_nothing(
    contributor: Worker, made: Edition, session: Session
) -> None:
    make_stale(made, session)
    piece = made.items[0].article
    save_article(contributor, piece, title="Een voorstel")
    said = words(contributor, address(piece))
    assert "Voorgesteld. Een redacteur kijkt ernaar." in said
    assert "vervallen" not in said
    assert find_open(made.id) is not None
    assert fallen() == 0


def test_a_save_that_changes_nothing_voids_nothing(
    editor: Worker, made: Edition, session: Session
) -> None:
    piece = made.items[0].article
    save_article(editor, piece, title="Zo heet het", authors="Noor de Wit")
    asked(made)
    make_stale(made, session)
    save_article(editor, piece)
    said = words(editor, address(piece))
    assert "Er is niets veranderd: zo stond het er al." in said
    assert "Intussen anders" not in said
    assert find_open(made.id) is not None
    assert fallen() == 1


def test_themes_given_to_many_articles_void_at_once_and_say_so(
    editor: Worker, made: Edition
) -> None:
    one, two = (item.article for item in made.items)
    assert carry_out(editor, plan_of(editor, plan_address(one, two))) == 303
    said = words(editor, "/redactie/artikelen")
    assert "2 artikelen veranderd." in said
    assert FALLEN in said
    assert find_open(made.id) is None
    assert fallen() == 1


def test_an_article_that_the_plan_leaves_alone_voids_no_approval_of_its_edition(
    editor: Worker, made: Edition, session: Session
) -> None:
    has_it, other = article("data", "innovatie"), article("data")
    planned([has_it], send_at=NOW + timedelta(days=9), number=7)
    asked(planned([other], send_at=NOW + timedelta(days=9), number=6))
    make_stale(made, session)
    made.items[0].article.themes = has_it.themes
    session.commit()
    assert carry_out(
        editor, plan_of(editor, plan_address(made.items[0].article, other))) == 303
    said = words(editor, "/redactie/artikelen")
    assert "De goedkeuring van editie 90·6 is vervallen" in said
    assert FALLEN not in said
    assert find_open(made.id) is not None


def test_approvals_of_two_editions_fall_before_anything_is_recorded(
    editor: Worker, made: Edition, session: Session
) -> None:
    piece = made.items[0].article
    other = planned([piece], send_at=NOW + timedelta(days=9), number=7)
    asked(other)
    session.commit()
    with statements(session) as asked_of_it:
        save_article(editor, piece, title="Een andere titel")
    assert find_open(made.id) is None
    assert find_open(other.id) is None
    assert writes_after_the_trail(asked_of_it) == []


@pytest.mark.parametrize("way", ["oude-tekst", "stop", "verbetering/weg"])
def test_who_goes_on_without_a_correction_records_its_approval_last(
    editor: Worker, make_worker: MakeWorker, session: Session, way: str
) -> None:
    paused_half_way(session)
    second = make_worker(RoleName.PUBLISHER)
    approve_it(editor, second)
    at = {"oude-tekst": OLD, "stop": f"{MAILING}/stop"}.get(way, PATH)
    with statements(session) as asked_of_it:
        assert press(second, at, f"{MAILING}/{way}") == 303
    assert fallen() == 1
    assert writes_after_the_trail(asked_of_it) == []
