"""A scenario in which an edition is corrected in mid-send, and workers die in the midst of it."""

from email import message_from_bytes, policy

from sqlalchemy import select

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.deliveries.models import Delivery, DeliveryStatus
from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.compose import Texts
from newsletter.editions.queries import get_edition
from newsletter.editions.write_correction import open_correction, write_correction
from newsletter.extensions import db
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.notice_models import OwedNotice
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.mailings.settle_notices import settle_notices
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.compile_now import compile_now
from newsletter.sending.envelope import message_id_in_mailing
from newsletter.subscribers.models import Subscriber
from newsletter.transaction import transaction
from tests import material
from tests.faults.answering import untold
from tests.faults.field import KEY, UPKEEP, Field, Plan
from tests.faults.oracle import CONNECTIONS, Verdict
from tests.faults.parts import wait_until
from tests.faults.relay import Rule, Script

NEW = "Verbeterd"
# Clean refusals, and answers that get lost: before and behind the pause there are some of each.
_RULES = (
    Rule("rcpt", chance=0.2, greylist=2.0, say="451 4.7.1 greylisted"),
    Rule("dot", chance=0.06, first=1, drop=True, take=True),
    Rule("dot", chance=0.06, first=1, drop=True),
)


def corrected(plan: Plan) -> Verdict:
    """R04, R17: who was served keeps the old text under its name, all others get the new one."""
    script = Script(_RULES, seed=plan.seed, pace=0.02)
    with Field(plan, script, keeps=True) as field:
        field.publish()
        field.start(*UPKEEP)
        (worker,) = field.start("worker-bulk")
        field.wait_for(len(field.expected) // 2)
        deeds = [worker.kill, lambda: _pause(field)]
        field.dice.shuffle(deeds)
        field.strike(*deeds)
        wait_until(lambda: field.ledger().in_hand == 0, seconds=30, what="the end of all claims")
        worker.start()
        _correct(field)
        field.nap(1.0)
        field.strike(worker.kill)
        worker.start()
        verdict = field.verdict(
            bound=lambda: field.kills * CONNECTIONS + untold(field), least_kills=2)
        verdict.broken += _judge(field)
        return verdict


def _pause(field: Field) -> None:
    with field.house(), transaction():
        pause(get_mailing(KEY).id, now=clock.now())


def _correct(field: Field) -> None:
    with field.house():
        with transaction():
            mailing, edition = get_mailing(KEY), get_edition(KEY.partition(":")[2])
            editor, now = material.person().id, clock.now()
            made = open_correction(edition, mailing, by=editor, now=now)
            write_correction(edition, made, Texts("Een editie", NEW, "", "Nu goed."),
                             text_nl="De datum klopte niet.", text_en="The date was wrong.",
                             revision=0, by=editor, now=now)
            asked = ask_approval(edition, compile_now(edition, settings=settings()),
                                 asked_by=editor, now=now, is_correction=True)
            approve(edition, asked.id, by=material.person(), now=now)
        with transaction():
            carry_correction(edition, made, by=editor, settings=settings(), now=clock.now())


def _judge(field: Field) -> list[str]:
    """What the oracle, who knows of no correction, cannot see."""
    with field.house(), transaction():
        settle_notices()
        done = db.session.scalars(select(Correction)).one()
        owed = set(db.session.scalars(
            select(OwedNotice.subscriber_id).where(OwedNotice.notice_id == done.notice_id)))
        rows = dict(db.session.execute(
            select(Subscriber.address, Delivery)
            .join(Delivery, Delivery.subscriber_id == Subscriber.id)
            .where(Delivery.mailing_id == done.mailing_id)).tuples().all())
        names = {
            each.subscriber_id: message_id_in_mailing(
                KEY, each.subscriber_id or 0, signer=signer(), correction=each.correction or 0,
                domain=settings().mail_from.rpartition("@")[2])
            for each in rows.values()
        }
        served = {each.subscriber_id for each in rows.values()
                  if each.correction is None and each.status is DeliveryStatus.SENT}
        moved = [each for each in rows.values() if each.correction == 1]
        found = {"nobody was moved": not moved, "nobody was unclear": not done.kept,
                 "moved is miscounted": len(moved) != done.moved,
                 "owed is not who was served": owed != served}
        wrong_text = wrong_name = 0
        corrected_at = done.corrected_at.timestamp() if done.corrected_at else 0.0
        for entry in field.relay.journal.entries:
            row = rows[entry.rcpt_to]
            mail = message_from_bytes(field.relay.journal.data_of(entry), policy=policy.default)
            has_new = str(mail["Subject"]) == NEW
            wrong_text += has_new is not (row.correction == 1)
            wrong_text += has_new and entry.at < corrected_at
            wrong_name += entry.message_id != names[row.subscriber_id]
        found |= {f"wrong text: {wrong_text}": wrong_text > 0,
                  f"wrong Message-ID: {wrong_name}": wrong_name > 0}
    return [what for what, is_so in found.items() if is_so]
