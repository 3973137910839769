"""Somebody at the door of the address forms."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.subscribers.models import AddressRequest
from tests.web import visitor
from tests.web.guard.solve import solve

CHOSEN = {"editions": "y", "cadence": "none"}


class Person:
    """Somebody behind an address of the internet, with or without a script that pays."""

    def __init__(self, client: FlaskClient, ip: str) -> None:
        self._client = client
        self._from = {"REMOTE_ADDR": ip}

    def get(self, address: str) -> TestResponse:
        return self._client.get(address, environ_base=self._from)

    def post(self, form: visitor.Form, **values: Any) -> TestResponse:
        return self._client.post(
            form.action, data=form.filled(**values), environ_base=self._from
        )

    def form(self) -> visitor.Form:
        return visitor.form_of(self.get("/aanmelden"), action="/aanmelden")

    def sign_up(self, **values: Any) -> TestResponse:
        return self.post(self.form(), **{"address": "anne@gemeente.example", **CHOSEN, **values})

    def challenge(self) -> dict[str, Any]:
        given: dict[str, Any] = self.get("/aanmelden/opgave").get_json()
        return given

    def pay(self, **values: Any) -> TestResponse:
        return self.sign_up(altcha=solve(self.challenge()), **values)


def asked(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AddressRequest)) or 0


def ticket_in(answer: TestResponse) -> str:
    return visitor.form_of(answer, action="/aanmelden").fields["wait"][0]


def again(person: Person, answer: TestResponse) -> TestResponse:
    """Press the button of the page that came back."""
    return person.post(visitor.form_of(answer, action="/aanmelden"))


def fill_free_places(person: Person) -> None:
    for _ in range(2):
        assert person.sign_up().status_code == 303
