"""A passkey in software (ES256, Web Authentication Level 3), which can also lie in every way."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN, HOST = "http://localhost", "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """What a telephone keeps; `count` is how often it signed."""

    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0

    def make(self, options: dict[str, Any], **lies: Any) -> str:
        """The browser's answer to options that ask for a new passkey."""
        data = self._data(flags=lies.get("flags", PRESENT | VERIFIED) | ATTESTED,
                          host=lies.get("host", HOST)) + self._attested()
        return self._answer({
            "clientDataJSON": self._client("webauthn.create", options, lies),
            "attestationObject": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
        })

    def sign(self, options: dict[str, Any], **lies: Any) -> str:
        """The browser's answer to options that ask for a passkey that there is."""
        self.count = lies.get("count", self.count + 1)
        client = self._client("webauthn.get", options, lies)
        data = self._data(flags=lies.get("flags", PRESENT | VERIFIED),
                          host=lies.get("host", HOST))
        signature = self.key.sign(data + hashlib.sha256(client).digest(),
                                  ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data,
                             "signature": lies.get("signature", signature)})

    def _client(self, kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
        return json.dumps({"type": lies.get("kind", kind),
                           "challenge": lies.get("challenge", options["challenge"]),
                           "origin": lies.get("origin", ORIGIN)}).encode()

    def _data(self, *, flags: int, host: str) -> bytes:
        return (hashlib.sha256(host.encode()).digest() + bytes([flags])
                + self.count.to_bytes(4, "big"))

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"),
               -3: numbers.y.to_bytes(32, "big")}
        return (bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
                + cbor2.dumps(key))

    def _answer(self, response: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps({
            "id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {},
            "response": {key: bytes_to_base64url(value) for key, value in response.items()},
        })


def ids_in(options: dict[str, Any], name: str = "allowCredentials") -> list[bytes]:
    """Which passkeys the options speak of."""
    return [base64url_to_bytes(one["id"]) for one in options[name]]


LIES: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://localhost.elders.example"},
    "another port": {"origin": "http://localhost:81"},
    "another host": {"host": "elders.example"},
    "made to add one": {"kind": "webauthn.create"},
    "nobody verified": {"flags": PRESENT},
    "nobody present": {"flags": 0},
    "a challenge of its own": {"challenge": "AAAA"},
    "another signature": {"signature": b"0" * 64},
    "a count that fell behind": {"count": 5},
}
