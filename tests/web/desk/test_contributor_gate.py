"""What goes to readers changes by an editor's hand alone: every post that a contributor may do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import RoleName
from newsletter.articles.drafts import Draft
from newsletter.articles.illustrate import draw_picture, illustrate
from newsletter.articles.models import Article, article_themes
from newsletter.articles.versions import draft_of
from newsletter.articles.write import edit_article
from newsletter.editions.models import Edition, EditionStatus
from newsletter.partners.models import Partner
from newsletter.web.desk.table import PAGES, Page
from tests.articles.test_resize import picture
from tests.material import NOW, article, planned
from tests.web.desk.conftest import MakeWorker, Worker
from tests.web.desk.test_image_page import send
from tests.web.visitor import page

BAIT = "https://vals.example/inloggen"
TYPED: dict[str, str | list[str]] = {
    "title": "Wat niemand nakeek", "kind": "opinie", "authors": "Iemand anders",
    "summary": "Een andere samenvatting.", "theme_ids": ["data", "leiderschap", "innovatie"],
    "language": "en", "page": "9", "body_md": f"[Log in]({BAIT})", "canonical_url": BAIT,
}
TYPED_ALT = "Heel iets anders."
# What each address of an article is sent; one that is not here is a new way in: say what it takes.
SENT: dict[str, dict[str, str | list[str]]] = {
    "article": TYPED,
    "put_back": {},
    "image": {},
    "take_image": {},
    "withdraw_proposal": {},
}
# These keep nothing: they show what was typed, or turn it into Markdown. No article is in them.
KEEP_NOTHING = {"preview_article", "markdown", "add_article"}


def posts_of_contributors() -> list[Page]:
    return [one for one in PAGES if one.post and one.role is RoleName.CONTRIBUTOR
            and one.address.startswith("/artikelen")]


def test_every_post_about_articles_that_a_contributor_may_do_is_tried_below() -> None:
    assert {one.name for one in posts_of_contributors()} == SENT.keys() | KEEP_NOTHING
    assert all("<int:article_id>" in one.address for one in posts_of_contributors()
               if one.name in SENT)


@dataclass
class Seen:
    """All that readers can get of an article."""

    draft: Draft
    slug: str
    revision: int
    updated_at: datetime
    themes: dict[int, datetime | None]


def seen_of(made: Article, session: Session) -> Seen:
    session.expire_all()
    rows = session.execute(select(article_themes.c.theme_id, article_themes.c.given_at)
                           .where(article_themes.c.article_id == made.id))
    return Seen(draft_of(made), made.slug, made.revision, made.updated_at,
                {row.theme_id: row.given_at for row in rows})


def in_edition(made: Article, status: EditionStatus) -> Edition:
    found = planned([made], send_at=NOW + timedelta(days=7))
    found.status = status
    if status is EditionStatus.PUBLISHED:
        found.published_at = NOW
    return found


STATES: dict[str, tuple[datetime | None, EditionStatus | None]] = {
    "released": (NOW - timedelta(days=1), None),
    "with a moment of release": (NOW + timedelta(days=1), None),
    "in an edition that is planned": (None, EditionStatus.PLANNED),
    "in an edition that leaves by itself": (None, EditionStatus.SCHEDULED),
    "in an edition that is late": (None, EditionStatus.LATE),
    "in an edition that left": (None, EditionStatus.PUBLISHED),
}
Make = Callable[[str], Article]


@pytest.fixture(params=["of the magazine", "of a partner"])
def writer(request: pytest.FixtureRequest, make_worker: MakeWorker, session: Session) -> Worker:
    made = make_worker(RoleName.CONTRIBUTOR)
    if request.param == "of a partner":
        made.account.partner_id = session.scalars(select(Partner.id)).first()
    return made


@pytest.fixture
def make(writer: Worker) -> Make:
    """Makes an article of hers with an image and an earlier version, in such a state."""

    def make_in(state: str) -> Article:
        released_at, status = STATES[state]
        made = article("data", released_at=released_at)
        made.partner_id = writer.account.partner_id
        drawn = draw_picture(picture("PNG", (300, 300)), alt="Een balie.")
        illustrate(made, picture=drawn, alt="Een balie.", revision=0, now=NOW)
        first = draft_of(made)
        edit_article(made, Draft(**{**first.__dict__, "title": "Zoals het nu is"}), revision=1,
                     now=NOW)
        if status is not None:
            in_edition(made, status)
        return made

    return make_in


def address_of(one: Page, made: Article) -> str:
    found = one.address.replace("<int:article_id>", str(made.id))
    return "/redactie" + found.replace("<int:revision>", "1").replace("<int:proposal_id>", "1")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", SENT)
def test_a_contributor_changes_nothing_of_what_goes_to_readers(
    writer: Worker, make: Make, session: Session, client: FlaskClient, name: str, state: str
) -> None:
    made = make(state)
    session.commit()
    before, public = seen_of(made, session), client.get(f"/artikelen/{made.slug}")
    if name == "image":
        answer = send(writer, made, file=picture(), alt=TYPED_ALT)
    else:
        one = next(one for one in PAGES if one.name == name)
        sent = {"revision": str(made.revision), **SENT[name]}
        answer = writer.post(address_of(one, made), **sent)
    assert answer.status_code in (303, 404)
    assert seen_of(made, session) == before
    after = client.get(f"/artikelen/{made.slug}")
    assert (after.status_code, "Wat niemand nakeek" in after.text) == (public.status_code, False)
    for path in ("/", "/themas/leiderschap", "/themas/innovatie"):
        assert "Wat niemand nakeek" not in client.get(path).text


def test_an_editor_releases_no_words_that_came_after_she_read_it(
    contributor: Worker, editor: Worker, session: Session
) -> None:
    made = article("data", released_at=None)
    path = f"/redactie/artikelen/{made.id}"
    read = page(editor.get(path)).css_first("form[action$=vrijgeven] [name=revision]")
    assert contributor.post(path, **TYPED, revision="0").status_code == 303
    answer = editor.post(f"{path}/vrijgeven", when="now", revision=str(read.attributes["value"]))
    assert answer.status_code == 400
    assert "Lees wat er nu staat" in answer.text
    assert made.released_at is None
    anew = page(answer).css_first("form[action$=vrijgeven] [name=revision]").attributes["value"]
    assert editor.post(f"{path}/vrijgeven", when="now", revision=str(anew)).status_code == 303
    assert made.released_at == NOW
