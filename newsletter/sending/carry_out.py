"""Carry out an edition or a digest slot: open, then compile, freeze and plan as one.

Two transactions, each safe to repeat: a kill between them leaves a mailing that is *planned* and
has no rows, and the next tick goes on where it stopped (R01, R13).
"""

from datetime import datetime, timedelta

from newsletter.accounts.audit import record
from newsletter.catalogue.queries import magazine
from newsletter.config import Settings
from newsletter.deliveries.alarm import raise_alarm
from newsletter.deliveries.models import MailKind
from newsletter.digests import carry_out as slots
from newsletter.digests import plan_recipients as digest_recipients
from newsletter.digests.carry_out import LATE_ALARM as SLOT_LATE_ALARM
from newsletter.digests.carry_out import UNMAKEABLE_ALARM as SLOT_UNMAKEABLE_ALARM
from newsletter.digests.models import SlotStatus
from newsletter.digests.queries import get_slot
from newsletter.digests.quiet_hours import quiet_hours_of
from newsletter.editions import plan_recipients as edition_recipients
from newsletter.editions.content import content_of
from newsletter.editions.due import due_editions
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.publish import mark_late, mark_published
from newsletter.editions.schedule import LATE_ALARM, UNMAKEABLE_ALARM
from newsletter.editions.take_approved import take_approved
from newsletter.emails.compile import compile_edition
from newsletter.errors import MailError, NotApproved, NotFound
from newsletter.extensions import db
from newsletter.logs import get_logger
from newsletter.mailings.add_variants import add_variants
from newsletter.mailings.carry_notices import carry_in_mailing
from newsletter.mailings.freeze import freeze
from newsletter.mailings.models import MailingStatus
from newsletter.mailings.number_variants import number_variants
from newsletter.mailings.one_at_a_time import one_at_a_time
from newsletter.mailings.open import open_mailing
from newsletter.mailings.owed import hold_owed, read_owed
from newsletter.mailings.queries import get_manifest
from newsletter.mailings.start import start
from newsletter.sending.house import house_of
from newsletter.sending.plan_slot import compiling
from newsletter.sending.watch_approvals import void_if_changed
from newsletter.transaction import transaction

log = get_logger(__name__)


def carry_out_edition(
    edition_id: int, *, settings: Settings, now: datetime, however_late: bool = False
) -> None:
    """Send an edition whose moment has come. Safe to repeat and to run twice at once (R13).

    One that is later than the lateness limit, that cannot be made, or that is not as a second
    person approved it (promise 5), is set aside with an alarm; `however_late` asks nothing of the
    lateness, for one that a restored backup may only think is to come.
    """
    with transaction():
        edition = _edition(edition_id)
        if edition.status is not EditionStatus.SCHEDULED or edition.send_at > now:
            return
        if not however_late and is_too_late(edition.send_at, settings=settings, now=now):
            mark_late(edition)
            raise_alarm(LATE_ALARM, f"edition:{edition.key}", now=now)
            return
        key, cutoff_at = f"edition:{edition.key}", edition.send_at
        open_mailing(key, kind=MailKind.EDITION, cutoff_at=cutoff_at, edition_id=edition_id,
                     now=now)
    try:
        _plan_edition(edition_id, key, cutoff_at=cutoff_at, settings=settings, now=now)
    except MailError as error:
        with transaction():
            mark_late(_edition(edition_id))
            raise_alarm(UNMAKEABLE_ALARM, key, now=now, reason=error.code)
    except NotApproved:
        with transaction():
            void_if_changed(edition_id, settings=settings, now=now)


def _plan_edition(
    edition_id: int, key: str, *, cutoff_at: datetime, settings: Settings, now: datetime
) -> None:
    house = house_of(settings)
    with transaction():
        mailing = open_mailing(key, kind=MailKind.EDITION, cutoff_at=cutoff_at,
                               edition_id=edition_id, now=now)
        if mailing.status is not MailingStatus.PLANNED:
            return
        edition = _edition(edition_id)
        if edition.status is not EditionStatus.SCHEDULED or edition.send_at > now:
            return  # taken back or moved meanwhile: the mailing waits with it
        one_at_a_time()
        hold_owed()
        read_owed()
        owed = edition_recipients.selections_owed(cutoff_at, now=now)
        compiled = compile_edition(content_of(edition), identity=house.identity,
                                   urls=house.urls, owed=owed)
        manifest_id = take_approved(edition, compiled, now=now).manifest_id
        add_variants(manifest_id, compiled)
        planned = edition_recipients.plan_recipients(mailing, manifest_id, now=now)
        mark_published(edition, now)
        recipients = start(mailing, manifest_id, planned, now=now)
        record("mailing_started", key, now=now, actor="system", door="clock",
               recipients=recipients, manifest=get_manifest(manifest_id).hash)
    log.info("mailing_started", key=key, recipients=recipients)


def carry_out_slot(
    slot_id: int, *, settings: Settings, now: datetime, is_asked: bool = False,
    is_held: bool = False, however_late: bool = False,
) -> None:
    """Send the digest of a due slot. Safe to repeat and to run twice at once (R13, R14).

    One that is held waits for its release, whoever asks. Later than the lateness limit it is only
    carried out when a person asks (`is_asked`). A missed one waits for the end of the quiet hours,
    unless asked for or while sending is held (`is_held`): then nothing leaves by it. `however_late`
    as for editions. Editions whose moment has come go first: what they bring, the digest does not
    repeat.
    """
    for edition_id in due_editions(now):
        carry_out_edition(edition_id, settings=settings, now=now, however_late=however_late)
    with transaction():
        slot = get_slot(slot_id, lock=True)
        if slot.slot_at > now or slot.status not in (SlotStatus.PLANNED, SlotStatus.LATE):
            return
        if slot.is_held:
            slots.mark_held(slot, now=now)
            return
        if not (is_asked or however_late):
            if slot.status is SlotStatus.LATE:
                return
            if is_too_late(slot.released_at or slot.slot_at, settings=settings, now=now):
                slots.mark_late(slot)
                raise_alarm(SLOT_LATE_ALARM, slot.key, now=now)
                return
            if not is_held and quiet_hours_of(magazine()).hold(slot.slot_at, now=now):
                return  # the tick asks again
        key, cutoff_at = slot.key, slot.slot_at
        open_mailing(key, kind=MailKind.DIGEST, cutoff_at=cutoff_at, digest_slot_id=slot_id,
                     now=now)
    try:
        _plan_slot(slot_id, key, cutoff_at=cutoff_at, settings=settings, now=now)
    except MailError as error:
        with transaction():
            slots.mark_late(get_slot(slot_id, lock=True))
            raise_alarm(SLOT_UNMAKEABLE_ALARM, key, now=now, reason=error.code)


def _plan_slot(
    slot_id: int, key: str, *, cutoff_at: datetime, settings: Settings, now: datetime
) -> None:
    with transaction():
        mailing = open_mailing(key, kind=MailKind.DIGEST, cutoff_at=cutoff_at,
                               digest_slot_id=slot_id, now=now)
        if mailing.status is not MailingStatus.PLANNED:
            return
        slot = get_slot(slot_id, lock=True)
        if slot.is_held:
            return  # meanwhile: the mailing waits with it
        # First, so that a missed slot that is being carried out this moment is waited for.
        slots.take_over_missed(slot, now=now)
        one_at_a_time()
        hold_owed()
        planned_at = digest_recipients.planning_moment()
        with compiling(slot, settings=settings) as (reckoned, compiled_ones):
            selections = reckoned.selections
            numbers = number_variants({each.key: None for each in selections.values()})
            planned = digest_recipients.plan_recipients(
                mailing, waiting=reckoned.waiting, now=now,
                variants={wish: numbers[each.key] for wish, each in selections.items()})
            compiled = compiled_ones()
        manifest = freeze(compiled, now=now, numbers=numbers)
        carry_in_mailing(mailing.id)
        slots.mark_done(slot, reckoned.counts, window_from=reckoned.window_from,
                        planned_at=planned_at, seen=reckoned.seen, now=now)
        recipients = start(mailing, manifest.id, planned, now=now)
        record("mailing_started", key, now=now, actor="system", door="clock",
               recipients=recipients, manifest=compiled.hash)
    log.info("mailing_started", key=key, recipients=recipients)


def _edition(edition_id: int) -> Edition:
    found = db.session.get(Edition, edition_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"edition {edition_id}")
    return found


def is_too_late(moment: datetime, *, settings: Settings, now: datetime) -> bool:
    """Whether a moment lies so far back that a person is asked."""
    return now - moment > timedelta(hours=settings.lateness_hours)
