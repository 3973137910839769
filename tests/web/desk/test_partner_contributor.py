"""A partner's contributor works at the desk for that partner, and sees no work of others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, g
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from newsletter.accounts.audit_models import AuditEntry
from newsletter.accounts.models import RoleName
from newsletter.accounts.queries import find_account_by_email
from newsletter.articles.models import Article
from newsletter.articles.queries import find_by_slug
from newsletter.articles.versions import live_draft_of
from newsletter.articles.write import edit_article
from newsletter.editions.models import Edition
from newsletter.partners.models import Partner
from newsletter.web.desk.roles import RANKS
from newsletter.web.desk.room import ROLES
from tests.material import NOW, article, planned
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.test_article_pages import GOOD
from tests.web.desk.test_entrance import VALUES
from tests.web.visitor import faults, page

SHELF = "/redactie/artikelen"
CANARY = "Kanarie"
ELSEWHERE = "https://elders.example/stuk"


@pytest.fixture
def partners(session: Session) -> list[Partner]:
    made = Partner(slug="elders", name="Vereniging Elders", site="https://elders.example",
                   sentence_nl="Een vereniging.", sentence_en="An association.")
    session.add(made)
    session.flush()
    return [session.scalars(select(Partner).order_by(Partner.id).limit(1)).one(), made]


@pytest.fixture
def hers(partners: list[Partner]) -> Article:
    """An article of the partner she works for."""
    made = article("data", released_at=None)
    made.title, made.partner_id = "Een lied in de mijn", partners[0].id
    made.canonical_url = ELSEWHERE
    return made


@pytest.fixture(params=["another partner", "the magazine itself"])
def others(request: pytest.FixtureRequest, partners: list[Partner], hers: Article) -> Article:
    """An article of somebody else, which looks like hers in every way."""
    made = article("data")
    made.title, made.canonical_url = f"{CANARY}: {hers.title}", ELSEWHERE
    made.partner_id = partners[1].id if request.param == "another partner" else None
    planned([made, hers])
    return made


@pytest.fixture
def worker(make_worker: MakeWorker, partners: list[Partner]) -> Worker:
    made = make_worker(RoleName.CONTRIBUTOR)
    made.account.partner_id = partners[0].id
    return made


def of_articles(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule of the desk with an article in it, by each method."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/redactie") and "article_id" in rule.arguments:
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                yield rule, method


def address(rule: Rule, article_id: int) -> str:
    found = rule.rule.replace("<int:", "<").replace("<article_id>", str(article_id))
    for name, value in VALUES.items():
        found = found.replace(f"<{name}>", value)
    assert "<" not in found
    return found


def test_anothers_article_is_not_there_by_any_route(
    app: Flask, worker: Worker, others: Article, hers: Article
) -> None:
    token, checked = worker.token(), 0
    for rule, method in of_articles(app):
        may = ROLES[rule.endpoint] == RoleName.CONTRIBUTOR
        answer = worker.client.open(address(rule, others.id), method=method,
                                    data={"csrf_token": token} if method == "POST" else None)
        # What is for editors is refused to her of every article alike.
        assert answer.status_code == (404 if may else 403), (rule.rule, method)
        assert CANARY not in answer.get_data(as_text=True)
        checked += 1
    assert checked > 10
    assert worker.get(f"{SHELF}/{hers.id}").status_code == 200


def test_no_page_that_she_may_open_shows_a_title_of_anothers(
    app: Flask, worker: Worker, others: Article, hers: Article
) -> None:
    opened = 0
    for rule in app.url_map.iter_rules():
        role = ROLES.get(rule.endpoint)
        if role is None or RANKS.index(role) > 0 or "GET" not in (rule.methods or ()):
            continue
        path = address(rule, hers.id).replace("/2026", f"/{NOW.year}")
        for asked in (path, f"{path}?zoek={CANARY.lower()}", f"{path}?na={others.id}"):
            assert CANARY not in worker.get(asked).get_data(as_text=True), asked
        opened += 1
    assert opened > 8


@pytest.mark.parametrize("asked", [
    "", "?zoek=lied", "?zoek=kanarie", "?zoek=kanarei", "?partner={slug}", "?orde=titel",
    "?editie=99-1", "?thema=data"])
def test_the_list_holds_her_partners_articles_alone(
    worker: Worker, others: Article, hers: Article, partners: list[Partner], asked: str
) -> None:
    shown = worker.get(SHELF + asked.format(slug=partners[1].slug))
    assert shown.status_code == 200
    assert CANARY not in shown.get_data(as_text=True)
    assert not page(shown).css("select[name=partner]")
    links = {a.attributes["href"] for a in page(shown).css("tbody a")}
    assert links <= {f"{SHELF}/{hers.id}"}


def test_where_anothers_article_stands_in_the_order_is_not_told_either(
    worker: Worker, others: Article, hers: Article
) -> None:
    others.title = "A staat vooraan"
    shown = [worker.get(f"{SHELF}?orde=titel&na={one}").get_data(as_text=True)
             for one in (others.id, 2**40)]
    assert hers.title in shown[0]
    others.title = "Zo staat het achteraan"
    assert hers.title in worker.get(f"{SHELF}?orde=titel&na={others.id}").get_data(as_text=True)
    assert hers.title in shown[1]


@pytest.mark.parametrize("fault", ["not_released", "no_alt"])
def test_today_tells_her_how_much_the_next_edition_misses_and_of_which_articles_not(
    worker: Worker, make_worker: MakeWorker, session: Session, fault: str
) -> None:
    secret = article("data", released_at=None if fault == "not_released" else NOW)
    secret.title = CANARY
    if fault == "no_alt":
        secret.body_md = "![](https://x.example/a.png)"
    session.execute(delete(Edition))
    planned([secret], send_at=NOW + timedelta(hours=2))
    shown = page(worker.get("/redactie/")).css_first(".next").text()
    assert CANARY not in shown
    assert "één ding" in shown
    g.pop("_login_user", None)
    editor = make_worker(RoleName.EDITOR)
    assert CANARY in page(editor.get("/redactie/")).css_first(".next").text()


def test_an_editor_of_a_partner_sees_the_whole_store(
    worker: Worker, make_worker: MakeWorker, others: Article, partners: list[Partner]
) -> None:
    editor = make_worker(RoleName.EDITOR)
    editor.account.partner_id = partners[0].id
    assert CANARY in editor.get(SHELF).get_data(as_text=True)
    assert editor.get(f"{SHELF}/{others.id}").status_code == 200


def test_what_she_writes_is_her_partners(worker: Worker, partners: list[Partner]) -> None:
    assert not page(worker.get(f"{SHELF}/nieuw")).css("select[name=partner]")
    assert worker.post(f"{SHELF}/nieuw", **GOOD).status_code == 303
    made = find_by_slug("een-loket-dat-meedenkt")
    assert made is not None
    assert made.partner_id == partners[0].id


@pytest.mark.parametrize("forged", ["", "slug"])
def test_a_forged_field_does_not_make_it_anothers(
    worker: Worker, hers: Article, partners: list[Partner], forged: str
) -> None:
    typed = {**GOOD, "partner": partners[1].slug if forged else ""}
    answer = worker.post(f"{SHELF}/{hers.id}", **typed, revision=str(hers.revision))
    assert answer.status_code == (400 if forged else 303)
    assert hers.partner_id == partners[0].id
    worker.post(f"{SHELF}/nieuw", **typed)
    made = find_by_slug("een-loket-dat-meedenkt")
    assert made is None or made.partner_id == partners[0].id


def test_a_version_from_when_it_was_anothers_is_not_hers_to_see(
    worker: Worker, others: Article, partners: list[Partner], session: Session
) -> None:
    moved = replace(live_draft_of(others), partner_id=partners[0].id, title="Nu van haar")
    edit_article(others, moved, revision=others.revision, now=NOW)
    path = f"{SHELF}/{others.id}/versies"
    assert worker.get(f"{path}/1").status_code == 200
    assert worker.get(f"{path}/0").status_code == 404
    assert worker.post(f"{path}/0/terugzetten", revision="1").status_code == 404
    for shown in (worker.get(path), worker.get(f"{path}/1")):
        assert CANARY not in shown.get_data(as_text=True)
    assert f"{path}/0" not in worker.get(path).get_data(as_text=True)


def test_a_look_at_anothers_article_is_kept(
    worker: Worker, others: Article, session: Session
) -> None:
    worker.get(f"{SHELF}/{others.id}")
    kept = session.scalars(select(AuditEntry).where(AuditEntry.act == "refused")).one()
    assert (kept.subject, kept.account_id, kept.details) == (
        "page:desk.article", worker.account.id, {"article": others.id})


def test_an_admin_says_for_whom_somebody_works(
    make_worker: MakeWorker, worker: Worker, partners: list[Partner], session: Session
) -> None:
    admin, path = make_worker(RoleName.ADMIN), f"/redactie/accounts/{worker.account.id}"
    chosen = page(admin.get(path)).css_first("select[name=partner] option[selected]")
    assert chosen.attributes["value"] == partners[0].slug
    assert admin.post(path, roles="contributor", partner=partners[1].slug).status_code == 303
    assert worker.account.partner_id == partners[1].id
    kept = session.scalars(select(AuditEntry).where(AuditEntry.act == "set_roles")).one().details
    assert (kept["partner_before"], kept["partner_after"]) == (partners[0].slug, partners[1].slug)
    assert partners[1].name in admin.get("/redactie/accounts").get_data(as_text=True)
    assert admin.post(path, roles="contributor", partner="").status_code == 303
    assert worker.account.partner_id is None


def test_an_invitation_says_for_whom_too_and_a_partner_that_is_none_is_refused(
    make_worker: MakeWorker, partners: list[Partner], session: Session
) -> None:
    admin = make_worker(RoleName.ADMIN)
    new = {"name": "Bo", "email": "bo@partner.example", "roles": "contributor"}
    refused = admin.post("/redactie/accounts", **new, partner="nergens")
    assert (refused.status_code, set(faults(refused))) == (400, {"partner"})
    assert find_account_by_email("bo@partner.example") is None
    assert admin.post("/redactie/accounts", **new, partner=partners[0].slug).status_code == 303
    made = find_account_by_email("bo@partner.example")
    assert made is not None
    assert made.partner_id == partners[0].id


def test_a_partner_that_stopped_stays_with_who_works_for_it(
    make_worker: MakeWorker, worker: Worker, partners: list[Partner]
) -> None:
    partners[0].retired_at = NOW
    admin, path = make_worker(RoleName.ADMIN), f"/redactie/accounts/{worker.account.id}"
    answer = admin.post(path, roles="contributor", partner=partners[0].slug)
    assert answer.status_code == 303
    assert worker.account.partner_id == partners[0].id
