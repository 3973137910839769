"""Outgoing: what one run has claimed on its way, between the clerk and the wires.

The clerk's thread holds here what is not yet written, puts drafts in and takes results out; the
thread of the wires does the rest. What was offered stands in the journal before the first octet
leaves, and every result before the next.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from itertools import chain

from newsletter import clock
from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.logs import get_logger
from newsletter.mailer.smtp import Letter, Reply
from newsletter.sending.answer import Judge, of_fault
from newsletter.sending.claim import Owed
from newsletter.sending.facts import FAULTS
from newsletter.sending.journal import Journal
from newsletter.sending.lease import Leases
from newsletter.sending.write import Draft

log = get_logger(__name__)

# Whether a mail is still wanted was asked when it was claimed. Older than this it goes back, to be
# asked again, so that who left more than five seconds before her turn gets nothing (R16).
FRESH_SECONDS = 4.0
# Of all results that may wait, so many while one of them is news.
WITH_NEWS = 8
# So many results, however long, and one more from each of the most conversations are sure to have
# room in a journal.
BRIM = 200


class Outgoing:
    """A source of letters for the wires."""

    def __init__(
        self,
        *,
        leases: Leases,
        journal: Journal,
        judge: Judge,
        connections: int,
        results_at_once: int,
    ) -> None:
        self._leases = leases
        self._journal = journal
        self._judge = judge
        self._ring: Callable[[], None] = lambda: None
        # If this machine were lost with its journal, so many may have been taken unknown to all.
        self._unknown_at_most = 2 * connections + results_at_once
        # The same while news waits: the brake may be pulled by it (R20).
        self._few_at_most = 2 * connections + min(results_at_once, WITH_NEWS)
        # While these are committed, there is room for more.
        self._enough = results_at_once - results_at_once // 4
        self._unwritten: deque[Owed] = deque()  # for the clerk's thread alone
        self._drafts: deque[Draft] = deque()
        self._returned: deque[Owed] = deque()
        self._results: deque[Result] = deque()
        # Of the clerk, who alone sets it as a whole: mailings of which nothing more is to go.
        self._withdrawn: Collection[int | None] = ()
        # Of the clerk too: deliveries that an earlier claim turned out to have sent.
        self._sent_before: Collection[int] = ()
        # For the journal, and so that it and the results have one order, whoever finishes.
        self._in_order = threading.Lock()
        self._offered = 0
        self._news = 0  # results of which more may follow than their rows
        self.spoken_of = 0  # letters on the wires, offered or only announced
        self.is_open = False
        self.tally: Counter[DeliveryStatus] = Counter()  # of what is committed

    def open(self, ring: Callable[[], None]) -> None:
        """From now on letters may leave; `ring` tells the clerk that there is work."""
        self._ring, self.is_open = ring, True

    def close(self) -> None:
        """No letter more is begun; those on the wires come to their end."""
        self.is_open = False
        self._ring()

    # For the clerk.

    @property
    def waiting(self) -> int:
        """How many drafts have not been spoken of."""
        return len(self._drafts) if self.is_open else 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left that the clerk would have to see to."""
        return not (self._unwritten or self._drafts or self._returned or self._results
                    or self.spoken_of)

    @property
    def has_unwritten(self) -> bool:
        """Whether something that is claimed is not yet a draft."""
        return bool(self._unwritten)

    @property
    def is_enough(self) -> bool:
        """Whether so many results wait for their commit that conversations may soon have to."""
        return len(self._results) >= self._enough

    def brims_with(self, more: int) -> bool:
        """Whether with so many more the journal may soon have no room for others."""
        return len(self._results) + more >= BRIM

    @property
    def is_pressing(self) -> bool:
        """Whether the results should be committed now: enough of them, news, or the last."""
        count = len(self._results)
        return count >= self._enough or (count > 0 and (
            self._news > 0 or not (self.spoken_of or self._drafts)))

    @property
    def has_results(self) -> bool:
        """Whether something waits for its commit."""
        return bool(self._results)

    @property
    def has_returned(self) -> bool:
        """Whether something is to go back to the ledger, and so will be due there again."""
        return bool(self._returned or (not self.is_open and (self._unwritten or self._drafts)))

    def take_in(self, claimed: Collection[Owed]) -> None:
        """A claim, of which drafts are to be made in this order."""
        self._unwritten.extend(claimed)

    def next_unwritten(self) -> Owed | None:
        """The next to be written, if any may still go; what may not is on its way back."""
        while self._unwritten and not self._may_go(self._unwritten[0]):
            self._returned.append(self._unwritten.popleft())
        return self._unwritten[0] if self._unwritten else None

    def seen_to(self) -> None:
        """The next to be written came to an end, or is a draft that will be put."""
        self._unwritten.popleft()

    def put(self, drafts: Collection[Draft]) -> None:
        """New drafts, in the order in which they are to go."""
        self._drafts.extend(drafts)

    def finish(self, result: Result) -> None:
        """What came of a delivery, from any thread; in the journal before anything is done."""
        is_news = result.outcome is not Outcome.ACCEPTED
        with self._in_order:
            self._journal.outcome(result)
            self._results.append(result)
            self._news += is_news
            count = len(self._results)
        # For the first, and for one by which they come to press: the rest wait for each other, or
        # for a clerk who was rung for, and who looks what there is before he waits again.
        if count in (1, self._enough) or is_news or not (self.spoken_of or self._drafts):
            self._ring()

    def results(self) -> list[Result]:
        """The results that are not yet committed, the oldest first."""
        return list(self._results)

    def committed(self, count: int) -> None:
        """So many results, the oldest, are in the database."""
        with self._in_order:
            self._journal.settled(count)
            gone = [self._results.popleft() for _ in range(count)]
            if self._news:
                self._news -= sum(each.outcome is not Outcome.ACCEPTED for each in gone)
        self.tally.update(each.status for each in gone)

    def take_returned(self) -> list[Owed]:
        """What is to go back to the ledger as it was; with everything, once this is closed."""
        back: list[Owed] = []
        while self._returned:
            back.append(self._returned.popleft())
        if not self.is_open:
            with suppress(IndexError):  # the wires may be open again by now, and take some
                while self._drafts:
                    back.append(self._drafts.popleft().owed)
            back += self._unwritten
            self._unwritten.clear()
        return back

    def mailings(self) -> set[int | None]:
        """The mailings of what has not been spoken of; None stands for single mails."""
        return {each.due.mailing_id for each in self._unspoken()}

    def ids(self) -> list[int]:
        """The deliveries that have not been spoken of."""
        return [each.due.id for each in self._unspoken()]

    def _unspoken(self) -> Iterator[Owed]:
        return chain((each.owed for each in self._drafts.copy()), self._unwritten)

    def withdraw(
        self, mailing_ids: Collection[int | None], sent_before: Collection[int] = ()
    ) -> None:
        """Nothing more of these mailings is to go, nor of what was announced of them.

        Nor a delivery that was sent before, as a late answer to an earlier claim has told.
        """
        self._withdrawn, self._sent_before = frozenset(mailing_ids), frozenset(sent_before)
        if not (mailing_ids or sent_before):
            return
        kept: deque[Owed] = deque()
        for owed in self._unwritten:
            (self._returned if self._is_withdrawn(owed) else kept).append(owed)
        self._unwritten = kept
        with suppress(IndexError):  # the wires take some
            for _ in range(len(self._drafts)):
                draft = self._drafts.popleft()
                if self._is_withdrawn(draft.owed):
                    self._returned.append(draft.owed)
                else:
                    self._drafts.append(draft)

    # For the wires.

    def next(self) -> tuple[Draft, Letter] | None:
        """The next letter that is still fresh and that we still hold."""
        while self.is_open and self._drafts and self.has_room():
            try:
                draft = self._drafts.popleft()
            except IndexError:
                return None
            if not self._may_go(draft.owed):
                self._give_back(draft)
                continue
            try:
                letter = draft.letter()
            except FAULTS as error:
                log.error("mail_unmakeable", delivery=draft.owed.due.id,
                          fault=type(error).__name__)
                self.finish(of_fault(draft.owed, error, now=clock.unix_seconds()))
                continue
            draft.started_at = clock.unix_seconds()
            self.spoken_of += 1
            return draft, letter
        return None

    def has_room(self) -> bool:
        """Whether one more may be offered without more being unknown than we promise."""
        most = self._few_at_most if self._news else self._unknown_at_most
        return len(self._results) + self._offered < most

    def may_offer(self, tag: Draft) -> bool:
        """Whether it may still go; then the journal says that it is offered (R07, R08, R16)."""
        if not self.is_open or not self._may_go(tag.owed):
            return False
        with self._in_order:
            self._journal.offering(tag.owed.due.id, tag.owed.claim_id)
        self._offered += 1
        tag.is_offered = True
        return True

    def answered(self, tag: Draft, reply: Reply) -> None:
        """The relay's last word."""
        self._let_go(tag)
        self.finish(self._judge.of_reply(
            tag.owed, reply, started_at=tag.started_at, now=clock.unix_seconds()))

    def dropped(self, tag: Draft, reason: str, *, is_offered: bool) -> None:
        """The conversation broke: unclear when the body was on its way (R05)."""
        self._let_go(tag)
        self.finish(self._judge.of_drop(
            tag.owed, reason, is_offered=is_offered, started_at=tag.started_at,
            now=clock.unix_seconds()))

    def returned(self, tag: Draft) -> None:
        """Never offered: to the front again, or back to the ledger when the lease is over."""
        self._let_go(tag)
        if self._may_go(tag.owed):
            self._drafts.appendleft(tag)
        else:
            self._give_back(tag)

    def _may_go(self, owed: Owed) -> bool:
        """Whether we still hold it, nobody stopped it, and it was asked a moment ago (R16, D06)."""
        now = clock.boot_seconds()
        return (now - owed.asked_at < FRESH_SECONDS
                and self._leases.holds(owed.claim_id, now)
                and not ((self._withdrawn or self._sent_before) and self._is_withdrawn(owed)))

    def _is_withdrawn(self, owed: Owed) -> bool:
        due = owed.due
        return due.mailing_id in self._withdrawn or due.id in self._sent_before

    def _let_go(self, draft: Draft) -> None:
        self.spoken_of -= 1
        self._offered -= draft.is_offered
        draft.is_offered = False

    def _give_back(self, draft: Draft) -> None:
        self._returned.append(draft.owed)
        self._ring()
