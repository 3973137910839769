"""Why a reader left, if she wants to say."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.subscribers.models import LeavingReason, Subscription
from tests.material import reader
from tests.web import visitor
from tests.web.reader.leaver import leave_all, link, offered, press_back

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def anne(session: Session) -> Subscription:
    """A reader of editions and of two themes every week."""
    return reader("data", "leiderschap")


def test_a_reason_may_be_given_and_the_last_one_counts(
    client: FlaskClient, session: Session, anne: Subscription
) -> None:
    left = leave_all(client, anne)
    form = visitor.form_of(left, action=f"{link(anne)}/reden")
    assert "reason" not in form.fields
    for reason in ("too_much", "other_work"):
        answer = visitor.post(client, form, reason=reason)
        assert answer.status_code == 200
        assert "Dank je wel" in answer.get_data(as_text=True)
        assert "as_it_was" in offered(answer)
    session.refresh(anne)
    assert anne.leaving_reason is LeavingReason.OTHER_WORK
    press_back(client, left)
    session.refresh(anne)
    assert anne.leaving_reason is None
    assert visitor.post(client, form, reason="other").status_code == 409


@pytest.mark.parametrize("reason", [None, "", "anders", "\0", "x" * 10_000])
def test_a_reason_that_is_none_of_ours_is_shown_at_its_field(
    client: FlaskClient, session: Session, anne: Subscription, reason: str | None
) -> None:
    form = visitor.form_of(leave_all(client, anne), action=f"{link(anne)}/reden")
    answer = visitor.post(client, form, **({} if reason is None else {"reason": reason}))
    assert answer.status_code == 400
    assert "reason" in visitor.faults(answer)
    session.refresh(anne)
    assert anne.leaving_reason is None


def test_who_is_still_a_reader_is_not_asked_why(
    client: FlaskClient, anne: Subscription
) -> None:
    form = visitor.form_of(client.get(link(anne)), action="/afmelden/")
    answer = visitor.post(client, form, what="this")
    assert visitor.page(answer).css("input[name=reason]") == []
