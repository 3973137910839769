"""Proposals: what a contributor changes of an article that goes to readers waits for an editor."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.accounts.set_roles import set_roles
from newsletter.articles.apply import applied, draft_before
from newsletter.articles.change_themes import Way, change_themes
from newsletter.articles.decide import decline, take_over, withdraw
from newsletter.articles.drafts import Draft
from newsletter.articles.illustrate import draw_picture, illustrate, take_image
from newsletter.articles.models import Article
from newsletter.articles.offer import offer
from newsletter.articles.proposal_models import ArticleProposal, ProposalState
from newsletter.articles.proposal_queries import newest_of, offered_by, waiting_for, waiting_of
from newsletter.articles.release import hold_back, release
from newsletter.articles.restore import restore
from newsletter.articles.save import Saved, save
from newsletter.articles.versions import draft_of, find_version, list_versions
from newsletter.articles.write import add_article, edit_article
from newsletter.catalogue.models import Theme, ThemeHeir
from newsletter.errors import BadInput, NeedsEditor, NotFound, WrongState
from newsletter.extensions import db
from tests.articles.test_resize import picture
from tests.articles.test_versions import given_at

HOUR = timedelta(hours=1)
AddAccount = Callable[..., Account]


@pytest.fixture
def add(session: Session, now: datetime) -> AddAccount:
    def make(role: RoleName, name: str = "iemand") -> Account:
        email = f"{name.replace(' ', '')}-{role}@redactie.example"
        made = add_account(email=email, name=name, password="een lang wachtwoord", roles=[role],
                           now=now)
        session.flush()
        return made

    return make


@pytest.fixture
def writer(add: AddAccount) -> Account:
    return add(RoleName.CONTRIBUTOR)


@pytest.fixture
def editor(add: AddAccount) -> Account:
    return add(RoleName.EDITOR)


@pytest.fixture
def released(session: Session, draft: Draft, now: datetime) -> Article:
    made = add_article(draft, now=now)
    release(made, at=now, now=now)
    return made


def offered(article: Article, by: Account, now: datetime, **change: object) -> ArticleProposal:
    made = offer(article, replace(draft_before(article, by.id), **change),  # type: ignore[arg-type]
                 revision=article.revision, now=now, account_id=by.id)
    assert made is not None
    return made


Write = Callable[[Article, Draft, int, datetime], object]
WAYS: dict[str, Write] = {
    "edit": lambda article, draft, by, now: edit_article(
        article, draft, revision=None, now=now, account_id=by),
    "give it another theme": lambda article, draft, by, now: change_themes(
        {article.id: article.revision}, _another_theme(), Way.GIVE, now=now, account_id=by),
}


def _another_theme() -> Theme:
    return db.session.scalars(select(Theme).where(Theme.slug == "proef-ander")).one()


@pytest.mark.parametrize("way", WAYS)
def test_no_deed_lets_a_contributor_write_over_what_goes_to_readers(
    released: Article, draft: Draft, writer: Account, make_theme: Callable[[str], Theme],
    now: datetime, way: str
) -> None:
    make_theme("proef-ander")
    before = draft_of(released)
    with pytest.raises(NeedsEditor):
        WAYS[way](released, replace(draft, title="Ongezien"), writer.id, now + HOUR)
    assert (draft_of(released), released.revision) == (before, 0)


@pytest.mark.parametrize("role", RoleName)
def test_who_answers_for_the_magazine_writes_and_a_contributor_offers(
    released: Article, draft: Draft, add: AddAccount, now: datetime, role: RoleName
) -> None:
    saved = save(released, replace(draft, title="Anders"), revision=0, now=now + HOUR,
                 account_id=add(role, "nog iemand").id)
    assert saved is (Saved.OFFERED if role is RoleName.CONTRIBUTOR else Saved.WRITTEN)
    assert (released.title == "Anders") == (role is not RoleName.CONTRIBUTOR)


def test_an_article_that_goes_nowhere_yet_is_written_by_its_contributor(
    session: Session, draft: Draft, writer: Account, now: datetime
) -> None:
    made = add_article(draft, now=now)

    def saved(title: str) -> Saved:
        return save(made, replace(draft, title=title), revision=None, now=now, account_id=writer.id)

    assert saved("Beter") is Saved.WRITTEN
    release(made, at=now + HOUR, now=now)
    assert saved("Te laat") is Saved.OFFERED
    hold_back(made, now=now)
    assert saved("Op tijd") is Saved.WRITTEN
    assert made.title == "Op tijd"
    # Her own save came in the place of what she offered.
    assert waiting_of(made.id, writer.id) is None
    assert newest_of(made.id, writer.id) is None


def test_an_account_without_any_role_writes_nothing_over_it(
    released: Article, draft: Draft, writer: Account, session: Session, now: datetime
) -> None:
    writer.roles = []
    session.flush()
    with pytest.raises(NeedsEditor):
        edit_article(released, replace(draft, title="Ongezien"), revision=0, now=now,
                     account_id=writer.id)


def test_image_and_versions_are_offered_as_text_is(
    released: Article, draft: Draft, writer: Account, editor: Account, now: datetime
) -> None:
    illustrate(released, picture=draw_picture(picture(), alt="Een balie."), alt="Een balie.",
               revision=0, now=now,
               account_id=editor.id)
    before = draft_of(released)
    first = find_version(released.id, 0)
    assert first is not None
    later, by = now + HOUR, writer.id
    assert take_image(released, revision=1, now=later, account_id=by) is Saved.OFFERED
    assert draft_before(released, writer.id).image_id is None
    drawn = draw_picture(picture("PNG", (300, 300)), alt="Iets anders.")
    assert illustrate(released, picture=drawn, alt="Iets anders.",
                      revision=1, now=later, account_id=by) is Saved.OFFERED
    # Text comes to what she offered already, and does not undo it.
    assert save(released, replace(draft_before(released, writer.id), title="Anders"),
                revision=1, now=later, account_id=by) is Saved.OFFERED
    (waits,) = waiting_for(released.id)
    result = applied(released, waits)
    assert (result.title, result.image_alt) == ("Anders", "Iets anders.")
    assert restore(released, first, revision=1, now=later, account_id=by) is Saved.OFFERED
    assert draft_before(released, writer.id).image_id is None
    assert draft_of(released) == before


def test_a_newer_proposal_comes_in_the_place_of_ones_own_and_of_nobody_elses(
    released: Article, writer: Account, add: AddAccount, now: datetime
) -> None:
    other = add(RoleName.CONTRIBUTOR, "een ander")
    first = offered(released, writer, now, title="Eerste")
    hers = offered(released, other, now, title="Van een ander")
    second = offered(released, writer, now + HOUR, title="Tweede")
    assert first.state is ProposalState.REPLACED
    assert list(waiting_for(released.id)) == [hers, second]
    again = offered(released, writer, now + 2 * HOUR, title="Tweede")
    assert again is second


def test_what_it_says_already_is_no_proposal_and_ends_the_one_that_waited(
    released: Article, draft: Draft, writer: Account, now: datetime
) -> None:
    assert save(released, draft, revision=0, now=now, account_id=writer.id) is Saved.NOTHING
    waits = offered(released, writer, now, title="Anders")
    assert save(released, draft, revision=0, now=now, account_id=writer.id) is Saved.NOTHING
    assert waits.state is ProposalState.WITHDRAWN


def test_taken_over_it_is_an_edit_by_who_took_it(
    released: Article, writer: Account, editor: Account, make_theme: Callable[[str], Theme],
    session: Session, now: datetime
) -> None:
    new = make_theme("proef-nieuw").id
    waits = offered(released, writer, now + HOUR, title="Anders",
                    theme_ids=(*draft_of(released).theme_ids, new))
    assert given_at(session, released.id).keys() == {*draft_of(released).theme_ids}
    take_over(released, waits.id, revision=0, now=now + 2 * HOUR, account_id=editor.id)
    assert (released.title, released.revision) == ("Anders", 1)
    assert given_at(session, released.id)[new] == now + 2 * HOUR
    assert list_versions(released.id)[0].account_id == editor.id
    assert (waits.state, waits.decided_by, waits.taken_as) == (ProposalState.TAKEN, editor.id, 1)
    assert offered_by(released.id, [0, 1]) == {1: writer.id}
    with pytest.raises(WrongState, match="taken"):
        take_over(released, waits.id, revision=1, now=now + 3 * HOUR, account_id=editor.id)


def test_an_edit_in_between_stays_where_the_proposal_says_nothing_of_it(
    released: Article, draft: Draft, writer: Account, editor: Account, now: datetime
) -> None:
    waits = offered(released, writer, now, title="Anders", summary="Korter.")
    edit_article(released, replace(draft, body_md="Met tekst.", summary="Langer dan eerst."),
                 revision=0, now=now + HOUR, account_id=editor.id)
    with pytest.raises(BadInput, match="saved_meanwhile"):
        take_over(released, waits.id, revision=0, now=now + 2 * HOUR, account_id=editor.id)
    assert waits.state is ProposalState.WAITING
    take_over(released, waits.id, revision=1, now=now + 2 * HOUR, account_id=editor.id)
    assert (released.title, released.body_md) == ("Anders", "Met tekst.")
    assert released.summary == "Korter."


def test_a_theme_that_ended_while_it_waited_is_followed_or_left_out(
    released: Article, writer: Account, editor: Account, make_theme: Callable[[str], Theme],
    session: Session, now: datetime
) -> None:
    had = draft_of(released).theme_ids
    merged, heir, ended = (make_theme(f"proef-{name}") for name in ("op", "in", "weg"))
    waits = offered(released, writer, now, theme_ids=(*had, merged.id, ended.id))
    merged.retired_at = ended.retired_at = now
    session.add(ThemeHeir(theme_id=merged.id, heir_id=heir.id, at=now))
    session.flush()
    session.expire_all()
    take_over(released, waits.id, revision=0, now=now + HOUR, account_id=editor.id)
    assert set(draft_of(released).theme_ids) == {*had, heir.id}


def test_who_may_only_offer_decides_on_nothing_also_when_it_goes_nowhere(
    released: Article, writer: Account, add: AddAccount, session: Session, now: datetime
) -> None:
    waits = offered(released, add(RoleName.CONTRIBUTOR, "een ander"), now, title="Anders")
    released.released_at = None
    session.flush()
    with pytest.raises(NeedsEditor):
        take_over(released, waits.id, revision=0, now=now, account_id=writer.id)
    with pytest.raises(NeedsEditor):
        decline(released, waits.id, why="Nee.", now=now, account_id=writer.id)
    with pytest.raises(NotFound):
        withdraw(released, waits.id, now=now, account_id=writer.id)
    assert waits.state is ProposalState.WAITING


@pytest.mark.parametrize(("why", "reason"), [("  ", "empty"), ("x" * 501, "too_long"),
                                             ("\x07", "control_character")])
def test_who_declines_says_why(
    released: Article, writer: Account, editor: Account, now: datetime, why: str, reason: str
) -> None:
    waits = offered(released, writer, now, title="Anders")
    with pytest.raises(BadInput, match=f"why: {reason}"):
        decline(released, waits.id, why=why, now=now, account_id=editor.id)
    decline(released, waits.id, why=" De titel\r\nklopt. ", now=now, account_id=editor.id)
    assert (waits.state, waits.why) == (ProposalState.DECLINED, "De titel\nklopt.")
    assert newest_of(released.id, writer.id) is waits
    for again in (lambda: decline(released, waits.id, why="x", now=now, account_id=editor.id),
                  lambda: withdraw(released, waits.id, now=now, account_id=writer.id)):
        with pytest.raises(WrongState, match="declined"):
            again()


def test_who_became_an_editor_writes_on_the_article_as_it_stands(
    released: Article, writer: Account, add: AddAccount, now: datetime
) -> None:
    waits = offered(released, writer, now, title="Anders")
    set_roles(writer, [RoleName.EDITOR], by=add(RoleName.ADMIN).id)
    assert draft_before(released, writer.id).title == released.title
    take_over(released, waits.id, revision=0, now=now, account_id=writer.id)
    assert released.title == "Anders"


def test_the_database_keeps_one_that_waits_of_each_person(
    released: Article, writer: Account, session: Session, now: datetime
) -> None:
    first = offered(released, writer, now, title="Anders")
    session.add(ArticleProposal(article_id=released.id, account_id=writer.id, offered_at=now,
                                base_revision=0, content=first.content))
    with pytest.raises(IntegrityError, match="uq_article_proposals_waiting"):
        session.flush()


def test_proposals_go_with_their_article(
    released: Article, writer: Account, session: Session, now: datetime
) -> None:
    offered(released, writer, now, title="Anders")
    session.execute(delete(Article).where(Article.id == released.id))
    assert session.scalar(select(func.count()).select_from(ArticleProposal)) == 0
