"""The public keys of consent receipts stand where anybody finds them."""

from flask.testing import FlaskClient

from newsletter.core import signer
from newsletter.subscribers.receipt import receipt_keys
from newsletter.tokens import Signer


def test_the_present_key_is_published(client: FlaskClient) -> None:
    said = client.get("/.well-known/consent-key.json").get_json()
    assert said == {
        "algorithm": "Ed25519", "public_key": receipt_keys(signer())[-1].public,
        "earlier_public_keys": [],
    }


def test_earlier_keys_stay_published(client: FlaskClient) -> None:
    earlier = receipt_keys(signer())[-1].public
    extensions = client.application.extensions
    kept = extensions["signer"]
    extensions["signer"] = Signer("a new key of at least thirty-two characters", [
        "a key for tests, which opens nothing elsewhere"])
    try:
        said = client.get("/.well-known/consent-key.json").get_json()
    finally:
        extensions["signer"] = kept
    assert said["earlier_public_keys"] == [earlier]
    assert said["public_key"] != earlier
