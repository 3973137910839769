"""The versions of an article at the desk, and two tabs that save the same one."""

from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser
from werkzeug.test import TestResponse

from newsletter.articles.models import Article
from newsletter.articles.versions import list_versions
from newsletter.web.desk.differences import MOST_LINES, Piece, differences
from tests.material import article
from tests.web.desk.conftest import Worker
from tests.web.desk.test_article_pages import GOOD, value_of
from tests.web.visitor import page

Save = Callable[..., TestResponse]


def path_of(made: Article) -> str:
    return f"/redactie/artikelen/{made.id}"


@pytest.fixture
def made(contributor: Worker) -> Article:
    return article("data", released_at=None)


@pytest.fixture
def save(contributor: Worker, made: Article) -> Save:
    def press(**change: str | list[str]) -> TestResponse:
        return contributor.post(
            path_of(made), **{**GOOD, "revision": str(made.revision), **change})

    return press


def marked(answer: TestResponse, kind: str) -> list[str]:
    """What the page marks as gone (`del`) or new (`ins`)."""
    return [" ".join(node.text().split()) for node in page(answer).css(kind)]


def test_every_save_is_a_version_with_who_and_what(
    contributor: Worker, made: Article, save: Save
) -> None:
    assert save(title="De eerste titel").status_code == 303
    assert save(title="De tweede titel").status_code == 303
    kept = list_versions(made.id)
    assert [(one.revision, one.account_id) for one in kept] == [
        (2, contributor.account.id), (1, contributor.account.id), (0, None)]
    shown = contributor.get(f"{path_of(made)}/versies").get_data(as_text=True)
    assert shown.count("Iemand contributor") >= 2
    answer = contributor.get(f"{path_of(made)}/versies/2")
    assert marked(answer, "del")[0] == "[weg: eerste]"
    assert marked(answer, "ins")[0] == "[nieuw: tweede]"


def test_saving_without_a_change_is_no_version(made: Article, save: Save) -> None:
    save()
    revision = made.revision
    assert save().status_code == 303
    assert made.revision == revision
    assert len(list_versions(made.id)) == revision + 1


def test_a_version_is_put_back_as_a_new_one(
    contributor: Worker, made: Article, save: Save
) -> None:
    save(title="De goede titel", body_md="Lang *verhaal*.")
    save(title="De foute titel", body_md="")
    path = f"{path_of(made)}/versies/1/terugzetten"
    assert contributor.post(path, revision="2").status_code == 303
    assert (made.title, made.body_md, made.revision) == ("De goede titel", "Lang *verhaal*.", 3)
    assert list_versions(made.id)[0].restored_from == 1
    again = contributor.post(path, revision="2")
    assert again.status_code == 303
    assert made.revision == 3


def test_the_later_of_two_tabs_sees_both_and_loses_nothing(
    contributor: Worker, made: Article, save: Save
) -> None:
    seen = value_of(contributor.get(path_of(made)), "input[name=revision]")
    assert save(title="De eerste").status_code == 303
    second = save(revision=seen, title="De tweede", body_md="Wat ik typte.", theme_ids=["data"])
    assert second.status_code == 409
    assert made.title == "De eerste"
    assert value_of(second, "#title") == "De tweede"
    assert value_of(second, "#body_md").strip() == "Wat ik typte."
    assert "[weg: eerste]" in marked(second, "del")
    assert "[nieuw: tweede]" in marked(second, "ins")
    anew = value_of(second, "input[name=revision]")
    assert save(revision=anew, title="De tweede").status_code == 303
    assert made.title == "De tweede"
    assert [one.revision for one in list_versions(made.id)] == [2, 1, 0]


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999", "²"])
def test_a_form_without_a_good_revision_overwrites_nothing(
    made: Article, save: Save, revision: str
) -> None:
    title = made.title
    assert save(revision=revision).status_code == 409
    assert made.title == title


def test_the_later_tab_mends_its_faults_first_and_then_sees_both(made: Article, save: Save) -> None:
    save(title="De eerste")
    faulty = save(revision="0", title="")
    assert faulty.status_code == 400
    assert value_of(faulty, "input[name=revision]") == "0"
    assert save(revision="0", title="De tweede").status_code == 409


@pytest.mark.parametrize("end", ["/versies/7", f"/versies/{2**40}", "/versies/0"])
def test_a_version_that_is_not_there_is_a_friendly_page(
    contributor: Worker, made: Article, end: str
) -> None:
    assert contributor.get(path_of(made) + end).status_code == 404
    assert contributor.post(f"{path_of(made)}{end}/terugzetten").status_code == 404


def test_what_was_written_is_shown_and_never_carried_out(
    contributor: Worker, made: Article, save: Save
) -> None:
    save(body_md="<script>alert(1)</script> <b onclick=x>")
    shown = contributor.get(f"{path_of(made)}/versies/1")
    assert not LexborHTMLParser(shown.get_data(as_text=True)).css(".compared script, .compared b")
    assert "&lt;script&gt;" in shown.get_data(as_text=True)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("een twee", "een drie", [("same", "een "), ("gone", "twee"), ("new", "drie")]),
        ("", "nieuw", [("new", "nieuw")]),
        ("oud", "", [("gone", "oud")]),
        ("a\nb\n", "a\nb\n", [("same", "a\nb\n")]),
        ("a\nb", "a\nx\nb", [("same", "a\n"), ("new", "x\n"), ("same", "b")]),
    ],
)
def test_texts_are_compared_word_by_word(
    before: str, after: str, pieces: list[tuple[str, str]]
) -> None:
    assert differences(before, after) == [Piece(*piece) for piece in pieces]


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    before, after = "a\n" * (MOST_LINES + 1), "b\n" * (MOST_LINES + 1)
    assert differences(before, after) == [Piece("gone", before), Piece("new", after)]
