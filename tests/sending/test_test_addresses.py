"""A test goes to the account that asked, or to an address that the operator listed, as of now."""

import pytest
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.core import settings, signer
from newsletter.deliveries.claim import read_due
from newsletter.deliveries.due import lock_due
from newsletter.deliveries.models import MailKind, SkipReason
from newsletter.jobs import Lane
from newsletter.sending.eligible import eligible
from newsletter.sending.send_test import send_test
from tests.material import NOW, article, deliveries, edition

LISTED = "proef@magazine.example"


@pytest.mark.parametrize(("is_listed", "tests_to", "expected"), [
    (False, (), ["noor@redactie.example"]), (False, (LISTED,), ["noor@redactie.example"]),
    (True, ("ander@magazine.example", LISTED), [LISTED]), (True, (), []),
])
def test_only_a_listed_address_gets_it_in_the_place_of_ones_own(
    session: Session, is_listed: bool, tests_to: tuple[str, ...], expected: list[str]
) -> None:
    account = add_account(email="noor@redactie.example", name="Noor", roles=[RoleName.EDITOR],
                          password="een lang wachtwoord", now=NOW)
    to = signer().address_hashes(LISTED)[-1] if is_listed else None
    send_test(edition([article("data")]), account_id=account.id, language="nl", format="mail",
              settings=settings(), now=NOW, to=to)
    (queued,) = deliveries(MailKind.EDITION)
    assert LISTED not in str(queued.params)
    due = read_due(lock_due(Lane.PROMPT, limit=9))
    owed, skipped = eligible(due, signer=signer(), tests_to=tests_to)
    assert [each.address for each in owed] == expected
    assert skipped == ({} if expected else {SkipReason.CANCELLED: [queued.id]})
