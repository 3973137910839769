"""The public keys that consent receipts are signed with, for whoever checks one."""

from flask import Response, jsonify

from newsletter.core import signer
from newsletter.signatures import ALGORITHM
from newsletter.subscribers.receipt import receipt_keys


def page() -> Response:
    """The present key and the earlier ones, as JSON."""
    *earlier, present = (key.public for key in receipt_keys(signer()))
    return jsonify(algorithm=ALGORITHM, public_key=present, earlier_public_keys=earlier)
