"""The work that a browser does for a form, by itself, while somebody types."""

from flask import Response, jsonify

from newsletter import clock
from newsletter.core import settings, signer
from newsletter.web.guard import admit, login
from newsletter.web.guard.proof import challenge


def page() -> Response:
    """GET /aanmelden/opgave: a challenge (ALTCHA) at the price of this moment; keeps nothing."""
    return _given(admit.price_now())


def at_login() -> Response:
    """GET /redactie/inloggen/opgave: the same at the price of the login."""
    return _given(max(login.price_now(), settings().proof_cost))


def _given(cost: int) -> Response:
    answer = jsonify(challenge(cost, signer=signer(), now=clock.now()))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
