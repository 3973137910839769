"""An article as it is typed, what it looks like, and what is warned of beside it."""

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.articles.queries import find_by_slug
from newsletter.core import settings
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_slot
from tests.material import NOW, article, reader, slot
from tests.web.desk.conftest import Worker
from tests.web.desk.test_article_pages import GOOD, NEW
from tests.web.visitor import page

PREVIEW = "/redactie/artikelen/voorbeeld"


@pytest.mark.parametrize("shape", ["site", "mail"])
def test_what_is_typed_is_shown_and_not_kept(
    contributor: Worker, session: Session, shape: str
) -> None:
    before = session.scalar(select(func.count(Article.id)))
    answer = contributor.post(f"{PREVIEW}?vorm={shape}", **GOOD)
    assert answer.status_code == 200
    assert "Een loket dat meedenkt" in answer.get_data(as_text=True)
    assert session.scalar(select(func.count(Article.id))) == before


@pytest.mark.parametrize("shape", ["site", "mail"])
@pytest.mark.parametrize("change", [
    {"title": ""}, {"summary": "", "theme_ids": []}, {"kind": "x", "language": "x", "page": "x"},
    {"title": "twee\r\nregels\x07"}, {"body_md": "x" * 900_000},
    {"title": "<script>a</script>", "body_md": "<script>b</script>[c](javascript:d)"},
])
def test_whatever_is_typed_is_shown_and_nothing_in_it_runs(
    contributor: Worker, shape: str, change: dict[str, str | list[str]]
) -> None:
    answer = contributor.post(f"{PREVIEW}?vorm={shape}", **{**GOOD, **change})
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    shown = page(answer)
    assert not shown.css("script, a[href^=javascript]")


def test_html_of_a_word_processor_is_kept_as_markdown(contributor: Worker) -> None:
    word = "<p class=MsoNormal>Een <b>vet</b> woord<o:p></o:p></p><style>p{}</style>"
    contributor.post(NEW, **{**GOOD, "body_md": word})
    made = find_by_slug("een-loket-dat-meedenkt")
    assert made is not None
    assert made.body_md == "Een **vet** woord"
    answer = contributor.post("/redactie/artikelen/opmaak", html=word)
    assert (answer.get_data(as_text=True), answer.mimetype) == ("Een **vet** woord", "text/plain")


def test_an_article_that_looks_like_another_says_so(contributor: Worker) -> None:
    one, alike, same = article("data"), article("data"), article("data")
    one.title, alike.title = "Een loket dat meedenkt", "Het loket dat meedenkt"
    one.canonical_url = same.canonical_url = "https://elders.example/stuk"
    shown = page(contributor.get(f"/redactie/artikelen/{one.id}"))
    assert {link.text() for link in shown.css(".notice.mind a")} == {alike.title, same.title}


def test_the_digests_that_gave_an_article_stand_on_its_page(editor: Worker) -> None:
    made = article("data", released_at=NOW - timedelta(minutes=5))
    reader("data")
    slot_id = slot().id
    db.session.commit()
    before = editor.get(f"/redactie/artikelen/{made.id}").get_data(as_text=True)
    assert "Nog in geen enkele themamail" in before
    carry_out_slot(slot_id, settings=settings(), now=NOW)
    shown = LexborHTMLParser(
        editor.get(f"/redactie/artikelen/{made.id}").get_data(as_text=True))
    assert shown.css_first('a[href^="/redactie/verzendingen/digest:weekly"]')
