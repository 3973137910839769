"""A browser at the desk's login, from an address of the internet, with or without a script."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from newsletter.web.guard import login
from tests.second_factor import code
from tests.web.guard.solve import solve
from tests.web.visitor import Form, form_of

LOGIN = "/redactie/inloggen"
EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
NEWSROOM = "127.0.9.1"


class Browser:
    """A browser behind an address of the internet, with or without a script that pays."""

    def __init__(self, client: FlaskClient, ip: str) -> None:
        self.client, self.ip = client, ip
        self.shown: Form | None = None

    def get(self, path: str) -> TestResponse:
        self.alone()
        return self.client.get(path, environ_base={"REMOTE_ADDR": self.ip})

    def send(self, form: Form, **values: str) -> TestResponse:
        self.alone()
        return self.client.post(form.action, data=form.filled(**values),
                                environ_base={"REMOTE_ADDR": self.ip})

    def give(self, email: str = EMAIL, password: str = PASSWORD, **values: str) -> TestResponse:
        """Fill in the login that stands before her, and press its button."""
        form = self.shown or form_of(self.get(LOGIN), action=LOGIN)
        answer = self.send(form, email=email, password=password, **values)
        is_shown = answer.status_code in (400, 429)
        self.shown = form_of(answer, action=LOGIN) if is_shown else None
        return answer

    def pay(self, email: str = EMAIL, password: str = PASSWORD) -> TestResponse:
        given = self.get(f"{LOGIN}/opgave").get_json()
        return self.give(email, password, altcha=solve(given))

    def come_in(self) -> None:
        """All the way, with the code."""
        asked = self.give()
        assert asked.status_code == 302, asked.status_code
        form = form_of(self.get(asked.location), action=f"{LOGIN}/code")
        assert self.send(form, code=code()).status_code == 302
        assert self.is_in()

    def leave(self) -> None:
        form = form_of(self.get("/redactie/jaarplan/2026"), action="/redactie/uitloggen")
        assert self.send(form).status_code == 303

    def wait_and_press(self, travel: Any, held: TestResponse, **values: str) -> TestResponse:
        """Do as the page says, without a script."""
        travel.shift(timedelta(seconds=int(held.headers["Retry-After"])))
        return self.give(**values)

    def is_in(self) -> bool:
        return self.get("/redactie/").status_code == 200

    def alone(self) -> None:
        """All requests of a test share its context, and browsers share nothing."""
        for kept in list(g):
            g.pop(kept, None)


Open = Callable[..., Browser]


def guess(app: Flask, number: int, *, name: str = EMAIL, ip: str = NEWSROOM) -> None:
    """So many guesses at the door, of which no password is hashed: that takes long."""
    for each in range(number):
        with app.test_request_context(method="POST", environ_base={"REMOTE_ADDR": ip}):
            assert login.knock(name.format(each), browser=None) is None


def fill_the_network(app: Flask) -> None:
    """Sixty guesses from the newsroom, at as many addresses that do not exist."""
    guess(app, 60, name="gok{}@redactie.example")
