"""The doors at which an address is typed cannot tell what the address is to us (W04)."""

from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import signer
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.extensions import Model, db
from newsletter.subscribers.models import Subscription
from newsletter.web.guard import attack
from tests.material import NOW, choices, reader, sign_up, take, waiting
from tests.web import visitor
from tests.web.ear import heard

pytestmark = pytest.mark.usefixtures("now")

STATES = ("unknown", "pending", "active", "hard bounced", "complained", "never again")
class Door(NamedTuple):
    """A form at which an address is typed: its page, where it posts to, and what else is sent."""

    page: str
    action: str
    more: dict[str, str]


DOORS = pytest.mark.parametrize(
    "door",
    [
        Door("/aanmelden", "/aanmelden", {"themes": "data", "cadence": "weekly", "name": "Anne"}),
        Door("/p/vdp", "/p/vdp", {"editions": "y"}),
        Door("/", "/aanmelden", {}),
        Door("/mijn-link", "/mijn-link", {}),
    ],
    ids=["sign-up", "partner", "compact", "link"],
)


@DOORS
def test_every_address_gets_the_same_statements_and_the_same_bytes(
    client: FlaskClient, session: Session, door: Door
) -> None:
    addresses = _one_of_each()
    _knock(client, door, "eerst@gemeente.example")  # what is made ready once is made ready now
    heard, answers = zip(*(_knock(client, door, address) for address in addresses), strict=True)
    assert len({answer.get_data() for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {303}
    assert len(set(heard)) == 1
    assert sum("INSERT" in statement for statement in heard[0]) == 1


@DOORS
def test_until_a_worker_comes_one_row_is_all_that_a_post_leaves(
    client: FlaskClient, session: Session, door: Door
) -> None:
    for address in _one_of_each():
        before = _counts()
        _knock(client, door, address)
        left = {name for name, count in _counts().items() if count != before[name]}
        assert left == {"address_requests"}
        assert waiting()[-1].address == address
    assert len(waiting()) == len(STATES)


def test_a_worker_leaves_no_row_of_what_it_took(client: FlaskClient, session: Session) -> None:
    _knock(client, Door("/", "/aanmelden", {}), "anne@gemeente.example")
    assert (take(), waiting(), take()) == (1, [], 0)
    assert session.scalar(select(func.count()).select_from(Subscription)) == 1


def _knock(
    client: FlaskClient, door: Door, address: str
) -> tuple[tuple[str, ...], TestResponse]:
    """The statements that the post made, and its answer."""
    form = visitor.form_of(client.get(door.page), action=door.action)
    # The switch of attack times is read now and then, whoever comes: here by every post.
    attack.forget(client.application)
    with heard() as statements:
        answer = visitor.post(client, form, address=address, **door.more)
    return tuple(statements), answer


def _one_of_each() -> list[str]:
    """An address in each of the states, in their order."""
    sign_up("pending@gemeente.example", choices("data"))
    made = ["nieuw@gemeente.example", "pending@gemeente.example",
            str(reader().subscriber.address)]
    for reason in SuppressionReason:
        address = str(reader().subscriber.address)
        suppress(signer().address_hashes(address)[0], reason=reason, now=NOW)
        made.append(address)
    assert len(made) == len(STATES)
    return made


def _counts() -> dict[str, int | None]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table))
        for table in Model.metadata.sorted_tables
    }
