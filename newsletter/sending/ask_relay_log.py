"""Asks the own relay's log what became of mails, by Message-ID, and writes nothing (R12)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.config import Settings
from newsletter.deliveries.unclear import Unclear, each_unclear
from newsletter.errors import BadSettings
from newsletter.mailer.relay_log import Answer, RelayLog
from newsletter.mailings.queries import keys_of
from newsletter.sending.claim import LOG_SLACK
from newsletter.sending.names_left_under import names_left_under
from newsletter.tokens import Signer


class Verdict(StrEnum):
    """What the log shows of a mail."""

    TAKEN = "taken"
    UNDECIDED = "undecided"  # begun, and neither taken nor dropped yet
    NOT_TAKEN = "not taken"
    UNKNOWN = "unknown"  # the log does not reach back, or not yet as far as the offer


@dataclass(frozen=True)
class Said:
    """What the log says of one mail; moments are aware, in UTC."""

    message_id: str
    verdict: Verdict
    delivery_id: int | None = None
    taken_at: datetime | None = None
    queue_id: str | None = None


def ask_of_names(settings: Settings, names: Sequence[str], *, since: datetime) -> list[Said]:
    """Of these Message-IDs, with or without brackets; `not taken` is never said of them.

    For nobody knows here until when they were offered. Raises BadSettings without RELAY_LOG, or
    when it is no log of Postfix, and ServerMissing when the log cannot be read.
    """
    wanted = [f"<{name.strip().strip('<>')}>" for name in names]
    answer = _log(settings).ask(wanted, since=since)
    return [_said([name], answer, None, None) for name in wanted]


def ask_of_unclear(settings: Settings, signer: Signer) -> Iterator[Said]:
    """Of every delivery that is unclear now. Raises as `ask_of_names` does."""
    log = _log(settings)
    domain = settings.mail_from.rpartition("@")[2]
    for batch in each_unclear():
        keys = keys_of({each.mailing_id for each in batch if each.mailing_id is not None})
        names = {each.id: names_left_under(each, keys, signer=signer, domain=domain)
                 for each in batch}
        answer = log.ask([name for several in names.values() for name in several],
                         since=_since(batch))
        for each in batch:
            yield _said(names[each.id], answer, each.id, each.offered_before)


def _log(settings: Settings) -> RelayLog:
    if not settings.relay_log:
        raise BadSettings(["RELAY_LOG: names no log; set it to that of your own Postfix."])
    log = RelayLog(settings.relay_log)
    if not log.is_postfix():
        raise BadSettings([f"RELAY_LOG: {settings.relay_log} is no log of Postfix; set it to one."])
    return log


def _since(batch: Sequence[Unclear]) -> datetime:
    return min(each.first_claimed_at for each in batch) - LOG_SLACK


def _said(
    names: Sequence[str], answer: Answer, delivery_id: int | None, before: datetime | None
) -> Said:
    take = next((answer.taken[name] for name in names if name in answer.taken), None)
    if take is not None:
        return Said(take.message_id, Verdict.TAKEN, delivery_id, take.at, take.queue_id)
    if not answer.undecided.isdisjoint(names):
        return Said(names[0], Verdict.UNDECIDED, delivery_id)
    is_proved = before is not None and all(
        answer.is_surely_not_taken(name, offered_before=before) for name in names)
    return Said(names[0], Verdict.NOT_TAKEN if is_proved else Verdict.UNKNOWN, delivery_id)
