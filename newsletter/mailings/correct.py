"""Correct: what has not left of a paused edition gets a better text; who was served is owed a line.

Who was never offered the mail, or was cleanly refused it, loses all that the first claim fixed: the
variant, and with it the Message-ID, the Date and the keys, so that hers is another mail. What is
unclear or in a worker's hands keeps its bytes (R04), and counts as served.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, func, select, text

from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import EditionSelection
from newsletter.mailings.correction_models import MOST_CORRECTIONS, Correction
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.owed import notices_with

# Surely in nobody's mailbox, as far as the ledger knows: one that was unclear once stays so for
# ever, whatever the relay said of it later (`deliveries.claim.BACK`).
CLEAN = "d.status in ('pending', 'deferred') and d.unclear_count = 0"
# Whatever the state it came to since.
_MAY_HAVE_IT = "(d.status in ('sent', 'unclear', 'claimed') or d.unclear_count > 0)"

# The notices that a variant carries and that still stand: one that was taken back comes in no new
# mail.
_STANDING = """array(select x.id from unnest({variant}.notice_ids) x(id)
                       join notices z on z.id = x.id and z.withdrawn_at is null
                      order by x.id)"""

# A claim that has begun is waited for, and what it took is no longer clean.
_HOLD = text(f"""
    select count(*) from (
        select from deliveries d where d.mailing_id = :mailing_id and {CLEAN} for update) held
""")  # noqa: S608 (only constants are joined)
_SELECTIONS = text(f"""
    select distinct v.language, v.format, {_STANDING.format(variant="v")} as notice_ids
      from (select distinct d.variant_id from deliveries d
             where d.mailing_id = :mailing_id and {CLEAN}) c
      join variants v on v.id = c.variant_id
     order by v.language, v.format, notice_ids
""")  # noqa: S608 (likewise)
# By what a variant carried, and not by its key: notices that made it too large are owed elsewhere.
_MOVE = text(f"""
    with texts as materialized (
        select o.id as old_id, n.id as new_id
          from variants o
          join variants n on n.manifest_id = :manifest_id
                         and n.selection_key = concat_ws(':', o.language, o.format,
                             nullif(array_to_string({_STANDING.format(variant="o")}, ','), ''))
         where o.id in (select distinct d.variant_id from deliveries d
                         where d.mailing_id = :mailing_id and {CLEAN})
    )
    update deliveries d
       set variant_id = t.new_id, correction = :number,
           message_id = null, first_claim_id = null, link_nonce = null
      from texts t
     where d.mailing_id = :mailing_id and d.variant_id = t.old_id and {CLEAN}
    returning d.id
""")  # noqa: S608 (likewise)
_LEFT_BEHIND = text(f"""
    select exists (select from deliveries d join variants v on v.id = d.variant_id
                    where d.mailing_id = :mailing_id and {CLEAN}
                      and v.manifest_id <> :manifest_id)
""")  # noqa: S608 (likewise)
_STANDS = text("""
    select count(*) filter (where d.status = 'sent'),
           count(*) filter (where d.status in ('pending', 'deferred', 'unclear', 'claimed'))
      from deliveries d
     where d.mailing_id = :mailing_id and d.correction is distinct from :number
""")
_WHO_HAS_THE_OLD = text(f"""
    select d.subscriber_id from deliveries d
      join subscriptions s on s.subscriber_id = d.subscriber_id
     where d.mailing_id = :mailing_id
       and {_MAY_HAVE_IT}
""").columns(subscriber_id=BigInteger)  # noqa: S608 (likewise)
# A larger mail may have no room for what the first one would have brought her.
_NO_LONGER_CARRIED = text("""
    update owed_notices o set delivery_id = null
      from deliveries d join variants v on v.id = d.variant_id
     where d.mailing_id = :mailing_id and d.correction = :number
       and o.subscriber_id = d.subscriber_id and o.delivery_id = d.id and o.given_at is null
       and not o.notice_id = any (v.notice_ids)
""")
# Owed for a text that she turns out never to get: a worker gave her mail back, since or just now.
_NOT_OWED_AFTER_ALL = text("""
    delete from owed_notices o
     using corrections c, deliveries d
     where c.mailing_id = :mailing_id and o.notice_id = c.notice_id
       and d.mailing_id = c.mailing_id and d.correction = :number
       and d.subscriber_id = o.subscriber_id and o.given_at is null and o.delivery_id is null
""")


def hold_to_correct(mailing_id: int) -> int:
    """How many would get a corrected text; their rows are held until the transaction ends."""
    return int(db.session.execute(_HOLD, {"mailing_id": mailing_id}).scalar_one())


def selections_to_correct(mailing_id: int) -> Sequence[EditionSelection]:
    """The selections that the corrected manifest must have: of all that would get its text.

    To be asked after `hold_to_correct`, so that what is compiled is of those who will be moved.
    """
    rows = db.session.execute(_SELECTIONS, {"mailing_id": mailing_id}).all()
    notices = notices_with({each for row in rows for each in row.notice_ids})
    return [EditionSelection(row.language, row.format, notices.of(row.notice_ids)) for row in rows]


def correct(
    mailing: Mailing, correction: Correction, manifest_id: int, *, approval_id: int, by: int,
    now: datetime,
) -> Correction:
    """Give the manifest's text to all that is clean, and owe the rest of the readers its notice.

    In the transaction that holds the mailing's row and plans alone (`one_at_a_time`); the mailing
    stays paused, its recipients and their hash as they were. `by` is an account's id. Raises
    WrongState unless the mailing is paused (`not_paused`) and the correction open (`not_open`),
    when nobody is left who could get the text (`nobody_left`), after too many corrections
    (`too_many`) or when a text for someone is not in the manifest (`manifest_lacks_selections`,
    and all is to be rolled back), BadInput at `text_nl` or `text_en`.
    """
    if mailing.status is not MailingStatus.PAUSED:
        raise WrongState("not_paused")
    if correction.mailing_id != mailing.id or not correction.is_open:
        raise WrongState("not_open")
    done = db.session.scalar(
        select(func.count()).where(Correction.mailing_id == mailing.id,
                                   Correction.number.is_not(None))) or 0
    if done >= MOST_CORRECTIONS:
        raise WrongState("too_many")
    given = {"mailing_id": mailing.id, "manifest_id": manifest_id, "number": done + 1}
    if not hold_to_correct(mailing.id):
        raise WrongState("nobody_left")
    # Before the move, while those who are clean are not among them.
    notice = owe_notice(correction.text_nl, correction.text_en or None,
                        to=select(_WHO_HAS_THE_OLD.bindparams(mailing_id=mailing.id)
                                  .subquery().c.subscriber_id), now=now)
    moved = len(db.session.execute(_MOVE, given).all())
    # A worker may have given back meanwhile what was not clean when the content was compiled.
    if db.session.execute(_LEFT_BEHIND, given).scalar_one():
        raise WrongState("manifest_lacks_selections")
    served, kept = db.session.execute(_STANDS, given).one()
    correction.number = done + 1
    correction.corrected_at, correction.corrected_by = now, by
    correction.old_manifest_id, correction.manifest_id = mailing.manifest_id, manifest_id
    correction.moved, correction.kept, correction.served = moved, kept, served
    correction.approval_id, correction.notice_id = approval_id, notice.id
    mailing.manifest_id = manifest_id
    db.session.flush()
    db.session.execute(_NO_LONGER_CARRIED, given)
    db.session.execute(_NOT_OWED_AFTER_ALL, given)
    db.session.expire_all()
    return correction
