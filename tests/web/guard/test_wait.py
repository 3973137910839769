"""Tickets: signed, bound to network and form, not good before their moment."""

from datetime import timedelta

import pytest

from newsletter.web.guard.wait import LIFETIME, opened, ticket
from tests.material import NOW

KEY, NETWORK, FORM = "a key", "192.0.2.0/24", "signup"
DUE = NOW + timedelta(minutes=1)


def _read(text: str, **others: str) -> object:
    asked = {"key": KEY, "network": NETWORK, "form": FORM} | others
    return opened(text, now=NOW, **asked)


@pytest.fixture
def given() -> str:
    return ticket(DUE, key=KEY, network=NETWORK, form=FORM)


def test_a_ticket_tells_its_moment_and_has_a_mark_of_its_own(given: str) -> None:
    other = ticket(DUE, key=KEY, network=NETWORK, form=FORM)
    found = [opened(text, key=KEY, network=NETWORK, form=FORM, now=NOW) for text in (given, other)]
    assert found[0]
    assert found[1]
    assert (found[0].due_at, found[0].text) == (DUE, given)
    assert found[0].mark.name != found[1].mark.name


@pytest.mark.parametrize(
    "other", [{"key": "another"}, {"network": "198.51.100.0/24"}, {"form": "link"}]
)
def test_a_ticket_of_another_key_network_or_form_is_none(given: str, other: dict[str, str]) -> None:
    assert _read(given, **other) is None


@pytest.mark.parametrize("text", ["", "x", "é.‮", "x" * 10_000, "W10.abc"])
def test_what_is_no_ticket_of_ours_is_none(text: str) -> None:
    assert _read(text) is None


def test_a_changed_ticket_is_none(given: str) -> None:
    assert _read(given[:-1] + ("A" if given[-1] != "A" else "B")) is None
    assert _read("x" + given) is None


def test_a_ticket_expires_a_day_after_its_moment(given: str) -> None:
    asked = {"key": KEY, "network": NETWORK, "form": FORM}
    assert opened(given, now=DUE + LIFETIME - timedelta(seconds=1), **asked)
    assert opened(given, now=DUE + LIFETIME, **asked) is None
