"""The alarm of a rush at the forms: raised by what was posted, cleared when it is calm."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from newsletter import clock
from newsletter.deliveries.alarm import open_alarms
from newsletter.deliveries.watch_rush import RUSH, knocks, watch_rush
from newsletter.values import Rate
from tests.material import NOW
from tests.web import visitor


@pytest.mark.usefixtures("session")
def test_a_rush_raises_one_alarm_that_goes_when_it_is_calm() -> None:
    for knocked, kinds in ((60, []), (61, [RUSH]), (400, [RUSH]), (31, [RUSH]), (30, [])):
        watch_rush(knocked=knocked, at_most=60, now=NOW)
        assert [alarm.kind for alarm in open_alarms()] == kinds, knocked


@pytest.mark.usefixtures("now")
def test_every_post_is_seen_by_the_job_also_what_was_not_let_in(
    app: Flask, client: FlaskClient, limited: Callable[..., None]
) -> None:
    limited(signup_global_per_minute=Rate(4, 60))
    form = visitor.form_of(client.get("/mijn-link"), action="/mijn-link")
    codes = [visitor.post(client, form, address="a@gemeente.example").status_code
             for _ in range(6)]
    assert codes == [303] + [429] * 5
    assert app.extensions["counts"].shared(knocks(60), now=clock.now()) == 6
