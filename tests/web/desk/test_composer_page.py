"""The composer: texts, order, preview, test and moment of an edition."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.audit_queries import entries_of
from newsletter.articles.models import Article
from newsletter.deliveries.models import MailKind
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import get_edition
from newsletter.mailings.models import Variant
from tests.material import NOW, article, deliveries, edition
from tests.web.desk.conftest import Worker
from tests.web.visitor import faults, page

KEY = "90-8"
PATH = f"/redactie/edities/{KEY}"
TEXTS: dict[str, str | list[str]] = {
    "title": "Verbinden",
    "subject": "inGovernment: Verbinden",
    "preheader": "Wat erin staat",
    "editorial_md": "Dag *lezer*.",
}


@pytest.fixture
def articles(session: Session) -> list[Article]:
    return [article("data") for _ in range(3)]


@pytest.fixture
def made(articles: list[Article], now: None) -> Edition:
    made = edition(articles, send_at=NOW + timedelta(days=7))
    made.status = EditionStatus.PLANNED
    return made


def order_of(made: Edition) -> list[int]:
    return [item.article_id for item in made.items]


def test_texts_are_kept_and_recorded(editor: Worker, made: Edition) -> None:
    assert editor.post(PATH, revision="0", **TEXTS).status_code == 303
    assert (made.title, made.editorial_md, made.revision) == ("Verbinden", "Dag *lezer*.", 1)
    recorded = {entry.act: person for entry, person in entries_of(f"edition:{KEY}")}
    assert recorded == {"compose": "Iemand editor", "void_approval": "Iemand editor"}


def test_the_later_of_two_tabs_is_told_and_keeps_what_it_typed(
    editor: Worker, made: Edition
) -> None:
    editor.post(PATH, revision="0", **TEXTS)
    answer = editor.post(PATH, revision="0", **{**TEXTS, "title": "Iets anders"})
    assert answer.status_code == 409
    assert "iemand anders was je voor" in answer.get_data(as_text=True)
    assert page(answer).css_first("#title").attributes["value"] == "Iets anders"
    assert made.title == "Verbinden"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x" * 201}, "title"),
        ({"subject": "twee\nregels"}, "subject"),
        ({"preheader": "\x1b"}, "preheader"),
        ({"editorial_md": "x" * 20_001}, "editorial_md"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_the_rest_is_kept(
    editor: Worker, made: Edition, change: dict[str, str], field: str
) -> None:
    answer = editor.post(PATH, revision="0", **{**TEXTS, **change})
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    kept = "title" if field != "title" else "subject"
    assert page(answer).css_first(f"#{kept}").attributes["value"] == TEXTS[kept]
    assert made.revision == 0


def test_an_article_moves_one_place_by_its_button(
    editor: Worker, made: Edition, articles: list[Article]
) -> None:
    one, two, three = (each.id for each in articles)
    editor.post(f"{PATH}/volgorde", revision="0", act=f"down:{one}")
    assert order_of(made) == [two, one, three]
    editor.post(f"{PATH}/volgorde", revision="1", act=f"up:{three}")
    assert order_of(made) == [two, three, one]
    editor.post(f"{PATH}/volgorde", revision="2", act=f"out:{three}")
    assert order_of(made) == [two, one]


def test_articles_stand_by_the_numbers_and_sections_typed(
    editor: Worker, made: Edition, articles: list[Article]
) -> None:
    one, two, three = (each.id for each in articles)
    fields = {f"position-{one}": "3", f"position-{two}": "2", f"position-{three}": "1",
              f"section-{three}": "Het gesprek"}
    editor.post(f"{PATH}/volgorde", revision="0", act="save", **fields)
    assert order_of(made) == [three, two, one]
    assert made.items[0].section == "Het gesprek"


@pytest.mark.parametrize("number", ["", "twee", "-1", "٢", "9" * 30])
def test_a_number_that_is_none_leaves_the_article_in_place(
    editor: Worker, made: Edition, articles: list[Article], number: str
) -> None:
    before = order_of(made)
    fields = {f"position-{articles[1].id}": number}
    assert editor.post(f"{PATH}/volgorde", revision="0", **fields).status_code == 303
    assert order_of(made) == before


def test_a_bad_name_of_a_section_is_refused_and_shown_again(
    editor: Worker, made: Edition, articles: list[Article]
) -> None:
    name = f"section-{articles[0].id}"
    answer = editor.post(f"{PATH}/volgorde", revision="0", **{name: "x" * 81})
    assert answer.status_code == 400
    assert page(answer).css_first(f"#{name}").attributes["value"] == "x" * 81


def test_articles_come_from_the_store(editor: Worker, made: Edition) -> None:
    fresh = article("data", released_at=None)
    assert editor.get(f"{PATH}/artikelen?zoek=stuk").status_code == 200
    answer = editor.post(f"{PATH}/artikelen", revision="0", article=[str(fresh.id), "x", "²"])
    assert answer.status_code == 303
    assert order_of(made)[-1] == fresh.id
    assert "Nog niet vrijgegeven" in editor.get(PATH).get_data(as_text=True)


@pytest.mark.parametrize("ids", [[], ["999999999999"], ["nul"]])
def test_choosing_nothing_or_something_unknown_is_refused(
    editor: Worker, made: Edition, ids: list[str]
) -> None:
    answer = editor.post(f"{PATH}/artikelen", revision="0", article=ids)
    assert answer.status_code == 400
    assert len(made.items) == 3


def test_an_edition_is_scheduled_and_taken_back(editor: Worker, made: Edition) -> None:
    answer = editor.post(f"{PATH}/verzendmoment", day="17-11-2026", at="10.00")
    assert answer.status_code == 303
    assert made.status is EditionStatus.SCHEDULED
    assert made.send_at == NOW + timedelta(days=7, hours=2)
    assert "Deze editie vertrekt vanzelf" in editor.get(PATH).get_data(as_text=True)
    editor.post(f"{PATH}/terughalen")
    assert made.status is EditionStatus.PLANNED
    assert [entry.act for entry, _ in entries_of(f"edition:{KEY}")] == ["schedule", "unschedule"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "10-11-2026", "at": "7.59"}, "day"),
        ({"day": "", "at": "10.00"}, "day"),
        ({"day": "17-11-2026", "at": "tien"}, "at"),
    ],
)
def test_a_moment_that_cannot_be_is_refused_at_its_field(
    editor: Worker, made: Edition, typed: dict[str, str], field: str
) -> None:
    answer = editor.post(f"{PATH}/verzendmoment", **typed)
    assert answer.status_code == 400
    assert set(faults(answer)) == {field}
    assert made.status is EditionStatus.PLANNED


def test_an_edition_that_misses_something_is_not_scheduled_and_says_what(
    editor: Worker, made: Edition
) -> None:
    editor.post(PATH, revision="0", **{**TEXTS, "subject": ""})
    answer = editor.post(f"{PATH}/verzendmoment", day="17-11-2026", at="10.00")
    assert answer.status_code == 409
    assert "De mail heeft nog geen onderwerp" in answer.get_data(as_text=True)
    assert made.status is EditionStatus.PLANNED


def test_a_mail_that_is_too_large_is_not_scheduled(
    editor: Worker, made: Edition, articles: list[Article], session: Session
) -> None:
    for number in range(30):
        one = article("data")
        one.summary = f"{number} lang " * 250
    ids = [str(one) for one in session.scalars(
        select(Article.id).order_by(Article.id.desc()).limit(30))]
    assert editor.post(f"{PATH}/artikelen", revision="0", article=ids).status_code == 303
    answer = editor.post(f"{PATH}/verzendmoment", day="17-11-2026", at="10.00")
    assert answer.status_code == 409
    assert "De mail is te groot" in answer.get_data(as_text=True)
    assert made.status is EditionStatus.PLANNED


def test_a_test_goes_to_ones_own_address_with_the_content_of_now(
    editor: Worker, made: Edition, session: Session
) -> None:
    for elsewhere in ("ander@x.example", "0", "-1"):
        editor.post(f"{PATH}/proefmail", language="en", format="text", to=elsewhere)
    assert not deliveries(MailKind.EDITION)
    answer = editor.post(f"{PATH}/proefmail", language="en", format="text", to="own")
    assert answer.status_code == 303
    (queued,) = deliveries(MailKind.EDITION)
    assert queued.account_id == editor.account.id
    assert queued.subscriber_id is None
    assert queued.variant_id is not None
    variant = session.get_one(Variant, queued.variant_id)
    assert (variant.language, variant.format) == ("en", "text")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_preview_is_the_mail_and_can_do_nothing(
    editor: Worker, made: Edition, language: str
) -> None:
    answer = editor.get(f"{PATH}/voorbeeld?mail={language}&beeld=donker")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    html = answer.get_data(as_text=True)
    assert "Een editie" in html
    assert "prefers-color-scheme" not in html
    assert "\x1f" not in html


def test_hostile_words_in_an_edition_stay_words(editor: Worker, made: Edition) -> None:
    hostile = "<script>alert(1)</script>"
    editor.post(PATH, revision="0", **{**TEXTS, "title": hostile, "editorial_md": hostile})
    for path in (PATH, f"{PATH}/voorbeeld", f"{PATH}?beeld=tekst", "/redactie/edities"):
        assert "<script>alert" not in editor.get(path).get_data(as_text=True)


@pytest.mark.parametrize("view", ["computer", "telefoon", "donker", "tekst", "x"])
def test_the_composer_opens_in_every_view(editor: Worker, made: Edition, view: str) -> None:
    assert editor.get(f"{PATH}?beeld={view}&mail=en").status_code == 200


def test_a_get_changes_nothing(editor: Worker, made: Edition, session: Session) -> None:
    for path in (PATH, f"{PATH}/artikelen", f"{PATH}/data", f"{PATH}/voorbeeld"):
        editor.get(path)
    assert get_edition(KEY).revision == 0
    assert not entries_of(f"edition:{KEY}")


def test_a_published_edition_is_shown_and_does_not_change(editor: Worker) -> None:
    assert "Een verschenen editie verandert niet meer" in editor.get(
        "/redactie/edities/14-2"
    ).get_data(as_text=True)
    answer = editor.post("/redactie/edities/14-2", revision="0", **TEXTS)
    assert answer.status_code == 409
    assert get_edition("14-2").title != "Verbinden"


@pytest.mark.parametrize("key", ["99-9", "x", "20-8-1", "0-1", "%00"])
def test_an_edition_that_is_not_there_is_a_friendly_page(editor: Worker, key: str) -> None:
    assert editor.get(f"/redactie/edities/{key}").status_code == 404
