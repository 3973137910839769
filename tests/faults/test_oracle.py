"""The oracle itself: every broken promise is named, and a kept one is not."""

from collections import Counter

from tests.faults.journal import Answer, Entry, Journal
from tests.faults.ledger import Ledger, Row
from tests.faults.oracle import Oracle, Verdict

ANNA, BRAM = "anna@x.example", "bram@x.example"
SENT = Row("sent", 0, Counter(accepted=1))
LOST_ONCE = Row("sent", 1, Counter(accepted=1, unclear=1))


def _mail(
    address: str, *, at: float, session: int = 1, name: str = "", sha256: str = "x"
) -> Entry:
    return Entry("b@x.example", address, message_id=name or f"<{address}>", sha256=sha256,
                 session=session, at=at, since=at - 0.1)


def _answer(mail: Entry, reply: str = "250 2.0.0 taken") -> Answer:
    return Answer(mail.mail_from, mail.rcpt_to, "dot", reply, mail.session, mail.at + 0.1)


def _broken(
    mails: list[Entry], rows: dict[str, Row], *, bound: int = 9,
    answers: list[Answer] | None = None, disks_lost: int = 0, lease_seconds: float = 9e9,
) -> list[str]:
    journal = Journal(entries=mails, answers=answers or [_answer(mail) for mail in mails])
    verdict = Verdict("by hand", 1, 2, 3, bound=bound)
    oracle = Oracle(journal, {ANNA, BRAM}, Ledger("finished", rows))
    return oracle.judge(
        verdict, disks_lost=disks_lost, lease_seconds=lease_seconds).broken


ONE_EACH = [_mail(ANNA, at=1), _mail(BRAM, at=2)]
BOTH_SENT = {ANNA: SENT, BRAM: SENT}


def test_one_mail_each_and_a_ledger_that_says_so_break_nothing() -> None:
    assert _broken(ONE_EACH, BOTH_SENT) == []


def test_a_second_copy_whose_first_answer_was_lost_breaks_nothing_within_the_bound() -> None:
    mails = [*ONE_EACH, _mail(BRAM, at=5, session=2)]
    rows = {ANNA: SENT, BRAM: LOST_ONCE}
    assert _broken(mails, rows) == []
    assert _broken(mails, rows, bound=0) == ["beyond the bound: 1"]


def test_a_second_copy_that_no_unclear_attempt_explains_is_noticed() -> None:
    assert _broken([*ONE_EACH, _mail(BRAM, at=5, session=2)], BOTH_SENT) == [
        "repeated and not named unclear: 1"]


def test_a_second_copy_after_an_answer_that_was_heard_is_noticed() -> None:
    """Anna's was: Bram's mail followed in the same conversation."""
    assert _broken([*ONE_EACH, _mail(ANNA, at=5, session=2)], {ANNA: LOST_ONCE, BRAM: SENT}) == [
        "repeated though the answer was heard: 1"]


def test_a_second_copy_that_began_before_is_not() -> None:
    mails = [_mail(ANNA, at=1), _mail(ANNA, at=1.05, session=2), _mail(BRAM, at=2)]
    assert _broken(mails, {ANNA: LOST_ONCE, BRAM: SENT}) == []


def test_other_bytes_or_another_name_are_noticed() -> None:
    rows = {ANNA: SENT, BRAM: LOST_ONCE}
    for other in ({"sha256": "y"}, {"name": "<other>"}):
        mails = [*ONE_EACH, _mail(BRAM, at=5, session=2, **other)]
        assert _broken(mails, rows) == ["other bytes or Message-ID: 1"]


def test_who_was_missed_is_noticed_whatever_the_ledger_says() -> None:
    assert _broken(ONE_EACH[:1], BOTH_SENT) == ["missed: 1", "sent by the ledger alone: 1"]
    failed = Row("failed", 0, Counter(refused=1))
    assert _broken(ONE_EACH[:1], {ANNA: SENT, BRAM: failed}) == ["missed: 1"]


def test_who_was_refused_for_good_by_the_relay_is_explained() -> None:
    refusal = Answer("b@x.example", BRAM, "rcpt", "550 5.1.1 no", 1, 2.0)
    failed = Row("failed", 0, Counter(refused=1))
    answers = [_answer(ONE_EACH[0]), refusal]
    assert _broken(ONE_EACH[:1], {ANNA: SENT, BRAM: failed}, answers=answers) == []
    assert _broken(ONE_EACH[:1], BOTH_SENT, answers=answers) == [
        "missed: 1", "sent by the ledger alone: 1"]


def test_strangers_and_what_the_ledger_forgot_are_noticed() -> None:
    stranger = _mail("zoe@x.example", at=3)
    open_one = Row("pending", 0, Counter(accepted=1))
    assert _broken([*ONE_EACH, stranger], BOTH_SENT) == ["strangers: 1"]
    assert _broken(ONE_EACH, {ANNA: SENT, BRAM: open_one}) == [
        "taken, and not sent by the ledger: 1"]


def test_an_answer_that_was_heard_and_has_no_attempt_is_noticed() -> None:
    assert _broken(ONE_EACH, {ANNA: Row("sent", 0, Counter()), BRAM: SENT}) == [
        "answers without an attempt: 1"]


def test_with_a_disk_go_the_answers_that_only_its_journal_held() -> None:
    mails = [_mail(BRAM, at=1), _mail(ANNA, at=2),
             _mail(BRAM, at=5, session=2), _mail(ANNA, at=6, session=2)]
    rows = {ANNA: LOST_ONCE, BRAM: LOST_ONCE}
    assert _broken(mails, rows) == [
        "repeated though the answer was heard: 1", "answers without an attempt: 1"]
    assert _broken(mails, rows, disks_lost=1) == []


def test_an_answer_heard_after_the_lease_may_have_come_too_late() -> None:
    mails = [_mail(BRAM, at=1), _mail(ANNA, at=9), _mail(BRAM, at=9.5, session=2)]
    rows = {ANNA: SENT, BRAM: LOST_ONCE}
    assert _broken(mails, rows) == ["repeated though the answer was heard: 1"]
    assert _broken(mails, rows, lease_seconds=2) == []
