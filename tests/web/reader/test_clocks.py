"""Clocks that are a day wrong: a person still understands what to do, and nothing is lost."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.material import NOW, choices, confirm_token, sign_up, take, waiting
from tests.web import visitor

DAY = timedelta(days=1)
TYPED = {"address": "anne@gemeente.example", "editions": "y", "cadence": "none"}


@pytest.mark.parametrize("wrong", [DAY + timedelta(hours=1), -DAY])
def test_a_form_shown_by_a_clock_that_is_wrong_is_kept_and_its_second_press_works(
    client: FlaskClient, wrong: timedelta
) -> None:
    with time_machine.travel(NOW, tick=False):
        form = visitor.form_of(client.get("/aanmelden"), action="/aanmelden")
    with time_machine.travel(NOW + wrong, tick=False):
        answer = visitor.post(client, form, **TYPED)
        assert answer.status_code == 400
        assert "Druk nog een keer op de knop" in answer.get_data(as_text=True)
        again = visitor.form_of(answer, action="/aanmelden")
        assert again.fields["address"] == [TYPED["address"]]
        assert client.post(again.action, data=again.fields).status_code == 303
    assert len(waiting()) == 1
    take(now=NOW + wrong)


@pytest.mark.parametrize("wrong", [DAY, -DAY])
def test_a_confirmation_mailed_by_a_clock_that_is_wrong_opens(
    client: FlaskClient, wrong: timedelta
) -> None:
    asked = sign_up("anne@gemeente.example", choices("data"), now=NOW + wrong)
    token = confirm_token(asked, issued_at=NOW + wrong)
    with time_machine.travel(NOW, tick=False):
        form = visitor.form_of(client.get(f"/bevestigen/{token}"), action="/bevestigen/")
        answer = visitor.post(client, form)
    assert visitor.heading(answer) == "Je bent abonnee"
