"""Follows each mail in a relay's log from its first line until it is surely taken, or surely not.

Taken is what the queue manager saw whole in the queue: only then did the relay answer 250, whether
or not its client lived to read it (RFC 1047). A Message-ID alone proves nothing: the relay notes it
in the midst of the body.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsletter.mailer.postfix_log import Event, Kind

# A relay breaks off a client that is silent for five minutes (smtpd_timeout), and one that has
# only just begun has not yet been named. What nothing was heard of for so long comes no more.
GIVEN_UP = timedelta(minutes=10)
# What was dropped or given up is still known for this long, should it be taken after all.
REMEMBERED = timedelta(hours=24)
MOST_KNOWN = 500_000  # mails under way at one time, beyond which the oldest are forgotten


@dataclass(frozen=True)
class Take:
    """A mail that the relay surely took; `at` is aware, in UTC."""

    message_id: str
    queue_id: str
    at: datetime


@dataclass
class _Mail:
    began_at: datetime
    message_id: str = ""
    is_dropped: bool = False
    is_set_aside: bool = False
    has_ended: bool = False  # its client went on to another, or left


@dataclass
class Takes:
    """Give it the events of one relay in order; it holds no more than what is under way."""

    newest: datetime | None = None
    _mails: dict[str, _Mail] = field(default_factory=dict)  # by queue id, oldest first
    _sessions: dict[int, str] = field(default_factory=dict)  # the queue id that each smtpd is at

    def see(self, event: Event) -> Take | None:
        """What this event makes certain; None when that is nothing."""
        self.newest = event.at if self.newest is None else max(self.newest, event.at)
        match event.kind:
            case Kind.BEGUN:
                take = self._end(event)
                self._begin(event)
                self._sessions[event.pid] = event.queue_id
                return take
            case Kind.NAMED:
                self._mail(event).message_id = event.word
            case Kind.REFUSED:
                self._mail(event).is_dropped = True
            case Kind.SET_ASIDE:
                self._mail(event).is_set_aside = True
            case Kind.TAKEN:
                return self._take(event.queue_id, event.at)
            case Kind.BROKEN:
                self._drop_of(event.pid)
            case Kind.CONNECT | Kind.GONE:
                if event.word == "none":
                    self._drop_of(event.pid)
                return self._end(event)
        return None

    def take_queued(self, queue_ids: Collection[str]) -> Iterator[Take]:
        """Of what is not certain yet, what stands in the relay's queue at this moment."""
        for queue_id in list(self._mails):
            if queue_id in queue_ids:
                take = self._take(queue_id, self._mails[queue_id].began_at)
                if take:
                    yield take

    def undecided(self) -> dict[str, str]:
        """The mails that may still prove taken: queue id by Message-ID."""
        return {mail.message_id: queue_id for queue_id, mail in self._under_way()
                if mail.message_id}

    def dropped(self) -> dict[str, str]:
        """The mails of the last day that were surely not taken: queue id by Message-ID."""
        return {mail.message_id: queue_id for queue_id, mail in self._mails.items()
                if mail.is_dropped and mail.message_id}

    def settled_until(self) -> datetime | None:
        """Whatever was begun before this moment is certain; None when nothing was seen."""
        begun = [mail.began_at for _, mail in self._under_way()
                 if mail.message_id or not mail.has_ended]
        return min([self.newest, *begun]) if self.newest else None

    def _under_way(self) -> Iterator[tuple[str, _Mail]]:
        if self.newest is None:
            return
        since = self.newest - GIVEN_UP
        for queue_id, mail in self._mails.items():
            if not mail.is_dropped and mail.began_at >= since:
                yield queue_id, mail

    def _begin(self, event: Event) -> None:
        self._mails.pop(event.queue_id, None)  # an earlier mail's, whose number is used again
        self._mails[event.queue_id] = _Mail(event.at)
        if len(self._mails) > MOST_KNOWN or len(self._mails) % 10_000 == 0:
            self._forget(before=event.at - REMEMBERED)

    def _mail(self, event: Event) -> _Mail:
        """The mail of an event; one begun before the log, or not over SMTP, begins with it."""
        if event.queue_id not in self._mails:
            self._begin(event)
        return self._mails[event.queue_id]

    def _take(self, queue_id: str, at: datetime) -> Take | None:
        """The mail, the first time that it is seen in the queue."""
        mail = self._mails.pop(queue_id, None)
        return Take(mail.message_id, queue_id, at) if mail and mail.message_id else None

    def _drop_of(self, pid: int) -> None:
        mail = self._mails.get(self._sessions.get(pid, ""))
        if mail:
            mail.is_dropped = True

    def _end(self, event: Event) -> Take | None:
        """The client is done with the mail it was at. One that is set aside has no other end."""
        queue_id = self._sessions.pop(event.pid, "")
        mail = self._mails.get(queue_id)
        if mail is None:
            return None
        mail.has_ended = True
        if mail.is_set_aside and not mail.is_dropped:
            return self._take(queue_id, event.at)
        return None

    def _forget(self, *, before: datetime) -> None:
        for queue_id, mail in list(self._mails.items()):
            if mail.began_at >= before and len(self._mails) <= MOST_KNOWN:
                break
            del self._mails[queue_id]


def takes_in(events: Iterable[Event], *, into: Takes) -> Iterator[Take]:
    """Every mail that is certain by these events to have been taken, as they come."""
    for event in events:
        take = into.see(event)
        if take:
            yield take
