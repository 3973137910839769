"""Rows to test with, made by the deeds themselves where there is a deed for it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import event, select

from newsletter.accounts.add import ensure_roles
from newsletter.accounts.models import Account, Role, RoleName
from newsletter.articles.models import Article, ArticleKind
from newsletter.catalogue.models import Theme
from newsletter.core import settings, signer
from newsletter.deliveries.claim import Due, open_claim, read_due
from newsletter.deliveries.claim import take as put_in_claim
from newsletter.deliveries.due import lock_due
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.deliveries.recover import lock_open, open_claims, resolve
from newsletter.digests.models import DigestSlot
from newsletter.digests.quiet_hours import NONE
from newsletter.editions.approval_models import Approval
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.models import Edition, EditionItem, EditionStatus
from newsletter.editions.remind import remind
from newsletter.editions.reminder_days import Plan, steps_of
from newsletter.editions.reminder_models import Deadline
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.mailings.contents import CompiledManifest
from newsletter.sending.compile_now import compile_now
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.confirm import confirm, look_up, question_of
from newsletter.subscribers.models import (
    AddressRequest,
    Cadence,
    Language,
    Subscriber,
    Subscription,
)
from newsletter.subscribers.signup import request_signup
from newsletter.subscribers.take_requests import take_requests
from newsletter.subscribers.wordings import current_wording
from newsletter.tokens import Purpose

NOW = datetime(2026, 11, 10, 7, 0, tzinfo=UTC)  # a Tuesday, 08:00 in Amsterdam
_number = count(1)


def theme_ids(*slugs: str) -> frozenset[int]:
    """The ids of seeded themes by slug; all of them without arguments."""
    query = select(Theme.id)
    found = frozenset(db.session.scalars(query.where(Theme.slug.in_(slugs)) if slugs else query))
    assert not slugs or len(found) == len(set(slugs)), f"the seeds lack one of {slugs}"
    return found


def choices(*slugs: str, cadence: Cadence = Cadence.WEEKLY, editions: bool = True) -> Choices:
    """Choices with the themes of these slugs."""
    return Choices(editions, cadence, theme_ids(*slugs) if slugs else frozenset())


def text_shown(language: Language = Language.NL) -> int:
    """The id of the consent text that a page in this language shows now."""
    return current_wording(language).id


def sign_up(address: str, chosen: Choices, *, now: datetime = NOW) -> Subscription:
    """A sign-up through the deed; the subscription it left."""
    request_signup(
        address=address, choices=chosen, source_page="/aanmelden",
        wording_id=text_shown(chosen.language), signer=signer(), now=now,
    )
    return db.session.scalars(
        select(Subscription).join(Subscriber).where(Subscriber.address == address)
    ).one()


def waiting() -> list[AddressRequest]:
    """What visitors asked by typing an address and no worker took yet, oldest first."""
    return list(db.session.scalars(select(AddressRequest).order_by(AddressRequest.id)))


def take(*, now: datetime = NOW) -> int:
    """What a worker does with the rows that the public forms left; how many there were."""
    taken = take_requests(signer=signer(), at_most=100, now=now)
    db.session.flush()
    return taken


def confirm_token(subscription: Subscription, *, issued_at: datetime = NOW) -> str:
    """The token that the newest confirmation mail holds."""
    return signer().make(
        Purpose.CONFIRM, subscription.subscriber_id,
        nonce=subscription.confirm_nonce, issued_at=issued_at,
    )


def press(token: str, *, now: datetime) -> Subscription:
    """What a reader does behind the mailed link: she opens the page, and presses its button."""
    asked = look_up(token, signer=signer(), now=now)
    return confirm(token, shown=question_of(asked), wording_id=text_shown(asked.language),
                   signer=signer(), source_page="/bevestigen", now=now)


def reader(
    *slugs: str,
    cadence: Cadence = Cadence.WEEKLY,
    editions: bool = True,
    at: datetime = NOW - timedelta(days=30),
) -> Subscription:
    """A confirmed reader; her welcome and confirmation mails are taken out of the way."""
    address = f"reader{next(_number)}@gemeente.example"
    chosen = choices(*(slugs or ("data",)), cadence=cadence, editions=editions)
    if cadence is Cadence.NONE:
        chosen = choices(cadence=cadence, editions=editions)
    subscription = sign_up(address, chosen, now=at)
    press(confirm_token(subscription, issued_at=at), now=at)
    for delivery in db.session.scalars(
        select(Delivery).where(Delivery.subscriber_id == subscription.subscriber_id)
    ):
        db.session.delete(delivery)
    db.session.flush()
    return subscription


def article(*slugs: str, released_at: datetime | None = NOW - timedelta(days=1)) -> Article:
    """An article with these themes."""
    number = next(_number)
    made = Article(
        slug=f"stuk-{number}", kind=ArticleKind.ARTIKEL, title=f"Stuk nummer {number}",
        authors=["Noor de Wit"], summary="Wat er gebeurde, en wat je eraan hebt.",
        released_at=released_at, created_at=NOW, updated_at=NOW,
        themes=list(db.session.scalars(select(Theme).where(Theme.slug.in_(slugs)))),
    )
    db.session.add(made)
    db.session.flush()
    return made


def slot(*, cadence: Cadence = Cadence.WEEKLY, at: datetime = NOW) -> DigestSlot:
    """A planned slot; one that the seeds planned for that moment is taken."""
    found = db.session.scalar(
        select(DigestSlot).where(DigestSlot.cadence == cadence, DigestSlot.slot_at == at)
    )
    if found is None:
        found = DigestSlot(cadence=cadence, slot_on=at.date(), slot_at=at)
        db.session.add(found)
        db.session.flush()
    return found


def edition(
    articles: Iterable[Article], *, send_at: datetime = NOW, number: int = 8, volume: int = 90
) -> Edition:
    """A scheduled and approved edition of a volume that the seeds do not know."""
    made = planned(articles, send_at=send_at, number=number, volume=volume)
    approved_anew(made)
    return made


def planned(
    articles: Iterable[Article], *, send_at: datetime = NOW, number: int = 8, volume: int = 90
) -> Edition:
    """An edition of which nothing is missing, but that nobody was asked to approve."""
    made = Edition(
        volume=volume, number=number, title="Een editie", subject="Een editie om te proberen",
        preheader="Wat erin staat", editorial_md="Dag lezer.", send_at=send_at,
        copy_deadline_at=send_at, approval_deadline_at=send_at,
        items=[EditionItem(article=each, position=n) for n, each in enumerate(articles, 1)],
    )
    db.session.add(made)
    db.session.flush()
    return made


def approved(edition: Edition, *, send_at: datetime | None = None) -> Approval:
    """The approval of the edition as it stands, were it sent then: asked by one, given by another.
    """
    return approve(edition, asked(edition, send_at=send_at).id, by=person(), now=NOW)


def asked(edition: Edition, *, send_at: datetime | None = None) -> Approval:
    """The approval of the edition as it stands, asked by one person."""
    return ask_approval(edition, compiled(edition, send_at=send_at), asked_by=person().id, now=NOW)


def approved_anew(edition: Edition) -> None:
    """Let the edition leave as it now stands, after a change that voided its approval."""
    approved(edition)
    edition.status = EditionStatus.SCHEDULED
    db.session.flush()


def compiled(edition: Edition, *, send_at: datetime | None = None) -> CompiledManifest:
    """The edition's mail as it would leave then, or at its own moment."""
    return compile_now(edition, settings=settings(), send_at=send_at)


def person(*roles: RoleName, partner_id: int | None = None) -> Account:
    """Somebody at the desk, an editor unless it is said otherwise, who cannot log in."""
    ensure_roles()
    wanted = roles or (RoleName.EDITOR,)
    number = next(_number)
    made = Account(
        email=f"persoon{number}@redactie.example", name=f"Persoon {number}", active=True,
        fs_uniquifier=f"persoon-{number}", created_at=NOW, partner_id=partner_id,
        roles=list(db.session.scalars(select(Role).where(Role.name.in_(wanted)))),
    )
    db.session.add(made)
    db.session.flush()
    return made


def reminded(*, now: datetime) -> int:
    """How many of the desk are reminded of the copy of an edition that is empty.

    As of a morning four weeks before, so that the mails are due whatever the hour and the day are.
    """
    plan = Plan({Deadline.COPY: [30], Deadline.APPROVAL: [], Deadline.SENDING: []}, NONE)
    empty = planned([], send_at=now + timedelta(days=2), number=7)
    (step,) = steps_of(empty, plan)
    return remind(empty.id, plan, now=step.due_at)


def deliveries(kind: MailKind | None = None) -> list[Delivery]:
    """The deliveries as they stand, oldest first."""
    query = select(Delivery).order_by(Delivery.id)
    if kind is not None:
        query = query.where(Delivery.kind == kind)
    return list(db.session.scalars(query))


def claimed(
    lane: Lane = Lane.PROMPT, *, limit: int = 9, seconds: float = 30.0, worker: str = "w"
) -> tuple[int, list[Due]]:
    """A claim as a worker makes it, with a lease of so many seconds; its number and what is in it.

    Without asking whether anything is still wanted, and without addresses.
    """
    due = read_due(lock_due(lane, limit=limit))
    claim_id, _ = open_claim(
        lane, worker=worker, lease=timedelta(seconds=seconds), key_id="", dkim=()
    )
    put_in_claim(claim_id, dict.fromkeys((each.id for each in due), 0), {})
    return claim_id, due


def expire() -> int:
    """Resolve every claim past its lease whose owner left no word; how many became unclear."""
    past = [each.claim_id for each in open_claims() if each.has_expired]
    held = lock_open(past, expired_only=True)
    return resolve(held, offered=None, why="its process is gone", wait_seconds=0)[0]


class Killed(BaseException):
    """What stands for a kill -9: nobody may catch it."""


def dies_at(step: int, deed: Callable[[], object]) -> bool:
    """Whether the deed died at its statement or commit with this number, counted from 0."""
    left = count()

    def kill(*_: object) -> None:
        if next(left) == step:
            raise Killed

    engine = db.engine
    listened = ("before_cursor_execute", "commit")
    for name in listened:
        event.listen(engine, name, kill)
    try:
        deed()
    except Killed:
        return True
    finally:
        for name in listened:
            event.remove(engine, name, kill)
        db.session.rollback()
    return False
