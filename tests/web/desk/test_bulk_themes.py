"""Themes of many articles at once: a plan that changes nothing, then all of it or none."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.articles.models import Article, article_themes
from newsletter.articles.versions import list_versions
from newsletter.catalogue.models import Theme
from tests.material import NOW, article
from tests.web.desk.conftest import Worker
from tests.web.visitor import Form, form_of, page

PLAN = "/redactie/artikelen/themas"


def asked(*articles: Article, way: str = "geef", theme: str = "innovatie") -> str:
    """The address of a plan."""
    chosen = "&".join(f"artikel={one.id}" for one in articles)
    return f"{PLAN}?{chosen}&doe={way}&welk={theme}"


def plan_of(editor: Worker, path: str) -> Form:
    """The form that carries the plan out."""
    return form_of(editor.get(path), action=PLAN)


def press(editor: Worker, form: Form) -> int:
    """Press its button."""
    return editor.post(form.action, **{**form.fields, "csrf_token": editor.token()}).status_code


def slugs(made: Article) -> set[str]:
    return {theme.slug for theme in made.themes}


def test_a_plan_says_what_would_happen_and_changes_nothing(
    editor: Worker, session: Session
) -> None:
    released, draft = article("data"), article("data", released_at=None)
    full, has = article("data", "leiderschap", "smart-city"), article("innovatie")
    session.commit()
    answer = editor.get(asked(released, draft, full, has))
    cells = [row.css("td")[-1].text().strip() for row in page(answer).css("tbody tr")]
    assert cells == [
        "Krijgt het thema, en gaat naar lezers ervan die het nog niet kregen", "Krijgt het thema",
        "Heeft al drie thema’s", "Heeft dit thema al"]
    assert slugs(released) == {"data"}
    assert list_versions(released.id) == []


def test_a_plan_is_carried_out_and_the_theme_counts_from_then_on(
    editor: Worker, session: Session
) -> None:
    released, draft, full = (article("data"), article("data", released_at=None),
                             article("data", "leiderschap", "smart-city"))
    session.commit()
    form = plan_of(editor, asked(released, draft, full))
    assert press(editor, form) == 303
    assert slugs(released) == slugs(draft) == {"data", "innovatie"}
    assert len(slugs(full)) == 3
    given = session.execute(
        select(article_themes.c.article_id, article_themes.c.given_at).join(Theme)
        .where(Theme.slug == "innovatie",
               article_themes.c.article_id.in_([released.id, draft.id]))).all()
    assert dict(map(tuple, given)) == {released.id: NOW, draft.id: None}
    assert [one.account_id for one in list_versions(released.id)] == [editor.account.id, None]
    assert press(editor, form) == 303
    assert released.revision == 1


def test_a_theme_is_taken_but_never_the_last_one(editor: Worker, session: Session) -> None:
    one, two = article("data"), article("data", "leiderschap")
    session.commit()
    assert press(editor, plan_of(editor, asked(one, two, way="neem", theme="data"))) == 303
    assert slugs(one) == {"data"}
    assert slugs(two) == {"leiderschap"}


def test_a_retired_theme_stays_where_it_is(editor: Worker, session: Session) -> None:
    made = article("data", "leiderschap")
    retired = session.scalars(select(Theme).where(Theme.slug == "leiderschap")).one()
    retired.retired_at = NOW
    session.commit()
    assert press(editor, plan_of(editor, asked(made))) == 303
    assert slugs(made) == {"data", "leiderschap", "innovatie"}


def test_when_one_was_saved_meanwhile_nothing_is_done(editor: Worker, session: Session) -> None:
    one, two = article("data"), article("data")
    session.commit()
    form = plan_of(editor, asked(one, two))
    two.revision += 1
    session.commit()
    assert press(editor, form) == 409
    assert slugs(one) == slugs(two) == {"data"}


@pytest.mark.parametrize("query", [
    "", "?artikel=1", "?artikel=999999999&doe=geef&welk=data", "?artikel=x&doe=geef&welk=data",
    "?artikel=1&doe=x&welk=data", "?artikel=1&doe=geef&welk=x",
    "?doe=geef&welk=data" + "".join(f"&artikel={n}" for n in range(1, 103)),
])
def test_what_cannot_be_planned_leads_back_with_a_sentence(editor: Worker, query: str) -> None:
    answer = editor.get(PLAN + query)
    assert answer.status_code == 303
    assert page(editor.get("/redactie/artikelen")).css(".notice.wrong")


def test_a_contributor_changes_no_themes_of_many(contributor: Worker) -> None:
    assert contributor.get(PLAN).status_code == 403
    assert not page(contributor.get("/redactie/artikelen")).css("input[name=artikel]")
