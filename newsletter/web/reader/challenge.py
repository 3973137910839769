"""The work that a browser does for an address form, by itself, while its reader types."""

from flask import Response, jsonify

from newsletter import clock
from newsletter.core import signer
from newsletter.web.guard.admit import price_now
from newsletter.web.guard.proof import challenge


def page() -> Response:
    """GET /aanmelden/opgave: a challenge (ALTCHA) at the price of this moment; keeps nothing."""
    answer = jsonify(challenge(price_now(), signer=signer(), now=clock.now()))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
