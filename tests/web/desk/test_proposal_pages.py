"""Proposals at the desk: what a contributor sees of hers, and how an editor decides."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.models import RoleName
from newsletter.articles.illustrate import draw_picture, illustrate
from newsletter.articles.models import Article
from newsletter.articles.proposal_models import ArticleProposal, ProposalState
from newsletter.articles.versions import list_versions
from newsletter.core import settings
from newsletter.editions.approval_queries import find_open
from newsletter.partners.models import Partner
from newsletter.sending.watch_approvals import watch_approvals
from tests.articles.test_resize import picture
from tests.material import NOW, article, asked, planned
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.test_article_pages import GOOD, value_of
from tests.web.desk.test_image_page import send
from tests.web.desk.test_version_pages import marked
from tests.web.visitor import faults, page

NEW_TITLE = "Een titel die wacht"


@pytest.fixture
def made(contributor: Worker, editor: Worker) -> Article:
    found = article("data")
    found.title = "Zoals het was"
    return found


def path_of(made: Article) -> str:
    return f"/redactie/artikelen/{made.id}"


def typed(made: Article, **change: str | list[str]) -> dict[str, str | list[str]]:
    """The article's own form with something else in it."""
    return {"title": made.title, "kind": made.kind.value, "authors": "Noor de Wit",
            "summary": made.summary, "theme_ids": ["data"], "language": "nl",
            "revision": str(made.revision), **change}


def offer(worker: Worker, made: Article, **change: str | list[str]) -> TestResponse:
    answer = worker.post(path_of(made), **typed(made, **{"title": NEW_TITLE, **change}))
    assert answer.status_code == 303
    return answer


def newest(session: Session) -> ArticleProposal:
    session.expire_all()
    return session.scalars(
        select(ArticleProposal).order_by(ArticleProposal.id.desc()).limit(1)).one()


def proposal_path(made: Article, session: Session) -> str:
    return f"{path_of(made)}/voorstellen/{newest(session).id}"


def test_a_contributor_sees_plainly_that_it_waits_and_writes_on_from_there(
    contributor: Worker, made: Article
) -> None:
    before = contributor.get(path_of(made))
    assert "Wat je hier bewaart, is een voorstel" in before.text
    assert "Stel voor" in page(before).css_first("#article-form button[type=submit]").text()
    offer(contributor, made)
    shown = contributor.get(path_of(made))
    assert "Voorgesteld. Een redacteur kijkt ernaar." in shown.text
    assert "Je voorstel wacht op een redacteur" in shown.text
    assert value_of(shown, "#title") == NEW_TITLE
    assert page(shown).css_first("h1").text() == "Zoals het was"
    assert any("wacht" in one for one in marked(shown, "ins"))
    today = contributor.get("/redactie/").text
    assert "Je voorstel voor ‘Zoals het was’ wacht op een redacteur" in today


def test_an_article_that_goes_nowhere_is_saved_as_ever(contributor: Worker, made: Article) -> None:
    made.released_at = None
    shown = contributor.get(path_of(made))
    assert "is een voorstel" not in shown.text
    assert "Bewaar" in page(shown).css_first("#article-form button[type=submit]").text()
    contributor.post(path_of(made), **typed(made, title="Meteen"))
    assert made.title == "Meteen"


def test_an_editor_saves_what_is_released_as_ever(editor: Worker, made: Article) -> None:
    assert "is een voorstel" not in editor.get(path_of(made)).text
    editor.post(path_of(made), **typed(made, title="Meteen"))
    assert made.title == "Meteen"


def test_today_and_the_article_say_who_offered_a_change_when_and_what(
    contributor: Worker, editor: Worker, made: Article, session: Session
) -> None:
    offer(contributor, made)
    path = proposal_path(made, session)
    line = next(one for one in page(editor.get("/redactie/")).css(".checks li")
                if "Een voorstel voor ‘Zoals het was’" in one.text())
    assert "Iemand contributor stelde op dinsdag 10 november 2026" in line.text()
    assert line.css_first("a").attributes["href"] == path
    for where in (path_of(made), path):
        shown = editor.get(where)
        assert "Iemand contributor" in shown.text
        assert "dinsdag 10 november 2026" in shown.text
        assert any("wacht" in one for one in marked(shown, "ins"))
    assert value_of(editor.get(path_of(made)), "#title") == "Zoals het was"


def test_an_editor_takes_it_over_and_it_stands_on_the_site(
    contributor: Worker, editor: Worker, made: Article, session: Session, client: FlaskClient
) -> None:
    offer(contributor, made, body_md="Een nieuwe alinea.")
    path = proposal_path(made, session)
    assert NEW_TITLE not in client.get(f"/artikelen/{made.slug}").text
    revision = value_of(editor.get(path), "input[name=revision]")
    assert editor.post(f"{path}/overnemen", revision=revision).status_code == 303
    assert NEW_TITLE in client.get(f"/artikelen/{made.slug}").text
    assert list_versions(made.id)[0].account_id == editor.account.id
    assert "voorgesteld door Iemand contributor" in editor.get(f"{path_of(made)}/versies").text
    assert "Voorgesteld door Iemand contributor." in editor.get(f"{path_of(made)}/versies/1").text
    assert "Je voorstel is overgenomen" in contributor.get(path_of(made)).text
    acts = session.scalars(select(AuditEntry).where(
        AuditEntry.subject == f"article:{made.id}").order_by(AuditEntry.sequence)).all()
    assert [(one.act, one.account_id) for one in acts] == [
        ("offer_change", contributor.account.id), ("take_proposal", editor.account.id)]
    assert acts[1].details == {"proposal": newest(session).id, "revision": 1}


def test_an_editor_declines_it_with_a_reason_that_the_contributor_reads(
    contributor: Worker, editor: Worker, made: Article, session: Session
) -> None:
    offer(contributor, made)
    path = proposal_path(made, session)
    refused = editor.post(f"{path}/afwijzen", why=" ")
    assert (refused.status_code, set(faults(refused))) == (400, {"why"})
    assert editor.post(f"{path}/afwijzen", why="De titel klopt al.").status_code == 303
    assert made.title == "Zoals het was"
    shown = contributor.get(path_of(made))
    assert "Je voorstel is niet overgenomen" in shown.text
    assert "De titel klopt al." in shown.text
    assert value_of(shown, "#title") == "Zoals het was"
    assert "De titel klopt al." in contributor.get("/redactie/").text
    # What she wrote is still there to read, and what she offers next takes its place.
    assert any("wacht" in one for one in marked(contributor.get(path), "ins"))
    assert "Een voorstel voor" not in editor.get("/redactie/").text
    offer(contributor, made, title="Nog een keer")
    assert "De titel klopt al." not in contributor.get("/redactie/").text


def test_a_decision_on_what_was_replaced_changes_nothing_and_loses_no_word(
    contributor: Worker, editor: Worker, made: Article, session: Session
) -> None:
    offer(contributor, made)
    path = proposal_path(made, session)
    offer(contributor, made, title="Heel iets anders, ongezien")
    answer = editor.post(f"{path}/overnemen", revision="0")
    assert answer.status_code == 303
    assert "wacht niet meer" in editor.get(path).text
    assert made.title == "Zoals het was"
    answer = editor.post(f"{path}/afwijzen", why="Wat ik typte.")
    assert answer.status_code == 409
    assert "Wat ik typte." in answer.text
    assert newest(session).state is ProposalState.WAITING


def test_an_edit_in_between_is_told_and_the_editor_looks_again(
    contributor: Worker, editor: Worker, made: Article, session: Session
) -> None:
    offer(contributor, made)
    path = proposal_path(made, session)
    editor.post(path_of(made), **typed(made, body_md="Van de redacteur."))
    assert editor.post(f"{path}/overnemen", revision="0").status_code == 303
    shown = editor.get(path)
    assert "Iemand anders heeft intussen iets bewaard" in shown.text
    assert "nadat dit werd voorgesteld" in shown.text
    assert made.title == "Zoals het was"
    editor.post(f"{path}/overnemen", revision=value_of(shown, "input[name=revision]"))
    assert (made.title, made.body_md) == (NEW_TITLE, "Van de redacteur.")


def test_a_contributor_who_typed_over_an_edit_sees_both_and_loses_nothing(
    contributor: Worker, editor: Worker, made: Article, session: Session
) -> None:
    editor.post(path_of(made), **typed(made, title="Van de redacteur"))
    answer = contributor.post(path_of(made), **typed(made, revision="0", title="Van mij"))
    assert answer.status_code == 409
    assert "Druk je weer op ‘Stel voor’" in answer.text
    assert value_of(answer, "#title") == "Van mij"
    contributor.post(path_of(made), **typed(made, title="Van mij"))
    assert newest(session).content["title"] == "Van mij"
    assert made.title == "Van de redacteur"


def test_an_image_that_was_offered_is_shown_to_both_and_to_no_reader(
    contributor: Worker, editor: Worker, made: Article, session: Session, client: FlaskClient
) -> None:
    drawn = draw_picture(picture("PNG", (300, 300)), alt="Eerst.")
    illustrate(made, picture=drawn, alt="Eerst.", revision=0, now=NOW)
    assert send(contributor, made, file=picture(), alt="Daarna.").status_code == 303
    shown = contributor.get(f"{path_of(made)}/beeld")
    assert page(shown).css_first("figure img, img").attributes["alt"] == "Daarna."
    path = proposal_path(made, session)
    assert page(editor.get(path)).css_first("figure img, img").attributes["alt"] == "Daarna."
    assert "Daarna." not in client.get(f"/artikelen/{made.slug}").text
    assert "Eerst." in editor.get(f"{path_of(made)}/beeld").text


def test_she_takes_back_what_she_offered_and_another_cannot(
    contributor: Worker, editor: Worker, made: Article, make_worker: MakeWorker, session: Session
) -> None:
    offer(contributor, made)
    path = proposal_path(made, session)
    other = make_worker(RoleName.CONTRIBUTOR)
    for answer in (other.get(path), other.post(f"{path}/intrekken")):
        assert answer.status_code == 404
    assert NEW_TITLE not in other.get(path_of(made)).text
    assert editor.post(f"{path}/intrekken").status_code == 404
    assert contributor.post(f"{path}/intrekken").status_code == 303
    assert newest(session).state is ProposalState.WITHDRAWN
    assert value_of(contributor.get(path_of(made)), "#title") == "Zoals het was"
    assert contributor.post(f"{path}/intrekken").status_code == 303
    assert "wacht niet meer" in contributor.get(path).text


def test_a_partners_contributor_is_told_of_that_partners_articles_alone(
    contributor: Worker, made: Article, session: Session
) -> None:
    partner = session.scalars(select(Partner).limit(1)).one()
    contributor.account.partner_id = made.partner_id = partner.id
    offer(contributor, made)
    assert "Zoals het was" in contributor.get("/redactie/").text
    made.partner_id = None
    session.commit()
    assert "Zoals het was" not in contributor.get("/redactie/").text
    assert contributor.get(proposal_path(made, session)).status_code == 404


def test_an_approval_holds_while_it_waits_and_falls_when_it_is_taken_over(
    contributor: Worker, editor: Worker, made: Article, session: Session
) -> None:
    found = planned([made], send_at=NOW + timedelta(days=7))
    asked(found)
    offer(contributor, made)
    watch_approvals(settings=settings(), now=NOW)
    assert find_open(found.id) is not None
    editor.post(f"{proposal_path(made, session)}/overnemen", revision=str(made.revision))
    watch_approvals(settings=settings(), now=NOW)
    assert find_open(found.id) is None


def test_only_the_oldest_stand_on_today_and_the_rest_is_counted(
    contributor: Worker, editor: Worker, session: Session
) -> None:
    for _number in range(12):
        offer(contributor, article("data"))
    shown = editor.get("/redactie/").text
    assert shown.count("Een voorstel voor") == 10
    assert "Nog 2 voorstellen wachten" in shown


@pytest.mark.parametrize("number", ["999999", str(2**70)])
def test_a_proposal_that_is_not_there_is_a_friendly_page(
    editor: Worker, made: Article, number: str
) -> None:
    path = f"{path_of(made)}/voorstellen/{number}"
    assert editor.get(path).status_code == 404
    for end in ("overnemen", "afwijzen"):
        assert editor.post(f"{path}/{end}", **GOOD).status_code == 404
