"""Links are tried outside the request, from addresses that were judged, and kept with a moment."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from newsletter.core import create_core
from newsletter.editions.models import Edition
from newsletter.editions.try_links import LIMITS, ask_again, forget_links, tried_of, try_link
from newsletter.extensions import db
from newsletter.fetching.trouble import Trouble
from tasks.editions import try_links
from tests.fetching.rude import Rude, reply
from tests.material import NOW, article, edition


@pytest.fixture
def rude() -> Iterator[Rude]:
    with Rude().running() as running:
        yield running


@pytest.fixture
def core(rude: Rude, make_database: Callable[[], dict[str, str]]) -> Iterator[Flask]:
    made = create_core({**make_database(), "FEEDS_HERE": f"127.0.0.1:{rude.port}"})
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def made(rude: Rude) -> Edition:
    rude.answers["/er"] = reply(b"<p>Dag</p>")
    rude.answers["/groot"] = reply(b"x" * 200_000)
    rude.answers["/weg"] = reply(b"", status="404 Not Found")
    present = edition([article("data")], send_at=NOW + timedelta(days=7))
    present.editorial_md = " ".join(f"[{path}]({rude.url(path)})" for path in rude.answers)
    db.session.commit()
    return present


def run(present: Edition, *, later: timedelta = timedelta()) -> dict[str, tuple[object, ...]]:
    """What is known of each path after the task ran at that moment."""
    edition_id = present.id
    db.session.commit()
    with time_machine.travel(NOW + later, tick=False):
        try_links(edition_id)
    addresses = present.editorial_md.replace("(", " ").replace(")", " ").split()[1::2]
    found = {key.rpartition("/")[2]: (each.trouble, each.status, each.tried_at)
             for key, each in tried_of(addresses).items()}
    db.session.commit()
    return found


def test_each_link_is_tried_and_its_result_kept_with_the_moment(core: Flask, rude: Rude) -> None:
    present = made(rude)
    assert run(present) == {"er": (None, None, NOW), "groot": (None, None, NOW),
                            "weg": (Trouble.BAD_STATUS, 404, NOW)}
    # Within the hour nobody is asked again; after it, or when a person asks, they are.
    rude.answers["/weg"] = reply(b"terug")
    assert run(present, later=timedelta(minutes=59))["weg"][1] == 404
    assert run(present, later=timedelta(minutes=61))["weg"][:2] == (None, None)
    rude.answers["/er"] = reply(b"", status="410 Gone")
    ask_again([rude.url("/er")])
    assert run(present, later=timedelta(minutes=62))["er"][1] == 410
    assert forget_links(now=NOW + timedelta(days=91)) == 3


def test_an_address_that_leads_inside_is_not_asked(rude: Rude) -> None:
    rude.answers["/er"] = reply(b"geheim")
    assert try_link(rude.url("/er")).trouble is Trouble.REFUSED_ADDRESS
    assert try_link(rude.url("/er"), here=rude.here, limits=LIMITS).trouble is None
