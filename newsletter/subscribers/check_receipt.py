"""Check a consent receipt without a database or a network: what it proves, or the first fault."""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from newsletter.addresses import salted_hash
from newsletter.signatures import ALGORITHM, is_signed
from newsletter.subscribers.receipt import FORMAT, VERSION, canonical, receipt_text

LARGEST = 5_000_000  # bytes; some thousands of entries
_SHAPE: dict[str, type | tuple[type, ...]] = {
    "format": dict, "issuer": dict, "made_at": str, "subscriber_id": int,
    "address": (str, type(None)), "salt": (str, type(None)), "entries": list, "wordings": dict,
    "signed_with": dict, "signature": str,
}
_PAYLOAD: dict[str, type | tuple[type, ...]] = {
    "subscriber_id": int, "sequence": int, "at": str, "act": str, "means": str,
    "source_page": str, "wording_sha256": (str, type(None)), "address_hash": (str, type(None)),
    "choices": dict, "wording_version": (int, type(None)), "wording_language": (str, type(None)),
}


@dataclass(frozen=True)
class Checked:
    """What a receipt proves, in plain sentences; or the first fault, and then it proves nothing."""

    proved: tuple[str, ...] = ()
    fault: str | None = None


class _Fault(Exception):  # never leaves this module
    pass


def check_receipt(raw: bytes, *, keys: Collection[str] = ()) -> Checked:
    """The verdict on a file's bytes, whatever they are.

    `keys` are public keys known to be the issuer's, in hex. Without any, the signature is checked
    by the key that the receipt itself names, and the verdict says that this is all.
    """
    try:
        receipt = _read(raw)
        payloads = _check_chain(receipt)
        said = [
            _chain_sentence(receipt, payloads),
            _check_wordings(receipt, payloads),
            _check_address(receipt, payloads),
            _check_signature(receipt, keys),
        ]
    except _Fault as fault:
        return Checked(fault=str(fault))
    return Checked(proved=(*said, *map(_entry_sentence, payloads)))


def _read(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST:
        raise _Fault("The file is too large to be a receipt.")
    try:
        receipt = json.loads(raw.decode())
        as_issued = isinstance(receipt, dict) and receipt_text(receipt).encode() == raw
    except (ValueError, RecursionError) as error:
        raise _Fault("The file is no JSON text in UTF-8.") from error
    if not isinstance(receipt, dict) or not _has_shape(receipt, _SHAPE):
        raise _Fault("The file is no consent receipt: parts are missing, or are not as they "
                     "should be.")
    if receipt["format"] != {"name": FORMAT, "version": VERSION}:
        raise _Fault("The file is of a format or version that this program does not know.")
    if not as_issued:
        raise _Fault("The file is not laid out as it was issued; take it as it was downloaded.")
    return receipt


def _has_shape(found: dict[str, Any], shape: dict[str, type | tuple[type, ...]]) -> bool:
    return found.keys() == shape.keys() and all(
        isinstance(found[name], kind) and not isinstance(found[name], bool)
        for name, kind in shape.items()
    )


def _check_chain(receipt: dict[str, Any]) -> list[dict[str, Any]]:
    before, payloads = "", []
    for number, entry in enumerate(receipt["entries"], 1):
        if not isinstance(entry, dict) or not _has_shape(
            entry, {"payload": str, "previous_hash": str, "hash": str}
        ):
            raise _Fault(f"Entry {number} is no entry.")
        if entry["previous_hash"] != before:
            raise _Fault(f"Entry {number} does not continue the entry before it.")
        made_of = f"{entry['previous_hash']}\n{entry['payload']}".encode()
        if hashlib.sha256(made_of).hexdigest() != entry["hash"]:
            raise _Fault(f"Entry {number} was changed: its hash is not that of its content.")
        payloads.append(_payload(entry["payload"], number, receipt["subscriber_id"]))
        before = entry["hash"]
    if not payloads:
        raise _Fault("The receipt holds no entry.")
    return payloads


def _payload(text: str, number: int, subscriber_id: int) -> dict[str, Any]:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _Fault(f"Entry {number} cannot be read.") from error
    if not isinstance(payload, dict) or not _has_shape(payload, _PAYLOAD):
        raise _Fault(f"Entry {number} cannot be read.")
    if payload["sequence"] != number:
        raise _Fault(f"Entry {number} is missing or stands at another place.")
    if payload["subscriber_id"] != subscriber_id:
        raise _Fault(f"Entry {number} is of another subscriber.")
    return payload


def _check_wordings(receipt: dict[str, Any], payloads: list[dict[str, Any]]) -> str:
    texts = receipt["wordings"]
    for digest, text in texts.items():
        if not isinstance(text, str) or hashlib.sha256(text.encode()).hexdigest() != digest:
            raise _Fault(f"The text of wording {digest[:12]} is not the one that was shown.")
    named = {payload["wording_sha256"] for payload in payloads} - {None}
    if lacking := named - texts.keys():
        raise _Fault(f"The text of wording {min(lacking)[:12]} is missing.")
    naming = sum(payload["wording_sha256"] is not None for payload in payloads)
    without = "" if naming == len(payloads) else " With the other acts no text was shown."
    return (f"Of {len(payloads)} entries {naming} name a consent text ({len(named)} in all), and "
            f"the receipt has these texts word for word.{without}")


def _check_address(receipt: dict[str, Any], payloads: list[dict[str, Any]]) -> str:
    address, salt = receipt["address"], receipt["salt"]
    if address is None:
        return "The issuer no longer had the address: nothing ties these entries to one."
    hashed = [payload["address_hash"] for payload in payloads if payload["address_hash"]]
    if salt is None or not hashed:
        return f"Only the signature ties these entries to {address}: they hold no hash of it."
    if not re.fullmatch(r"([0-9a-f]{2})+", salt):
        raise _Fault("The salt is not in hex.")
    matching = hashed.count(salted_hash(address, salt=bytes.fromhex(salt)))
    if not matching:
        raise _Fault(f"No entry is about {address}: its hash is another.")
    others = "" if matching == len(payloads) else (
        "; the others are about an earlier address, or were made when there was none")
    return f"Entries about {address}: {matching} of {len(payloads)}{others}."


def _check_signature(receipt: dict[str, Any], keys: Collection[str]) -> str:
    with_key = receipt["signed_with"]
    if not _has_shape(with_key, {"algorithm": str, "public_key": str}) or (
        with_key["algorithm"] != ALGORITHM
    ):
        raise _Fault("The receipt does not say with which key it is signed.")
    public = with_key["public_key"]
    body = {name: part for name, part in receipt.items() if name != "signature"}
    if not is_signed(canonical(body), signature=receipt["signature"], public=public):
        raise _Fault("The signature is not that of this receipt: something in it was changed.")
    if keys and public not in keys:
        raise _Fault(f"It is signed with the key {public}, which is not one that you gave.")
    issuer = _has_shape(receipt["issuer"], {"name": str, "url": str}) and receipt["issuer"]
    name = f"{issuer['name']} ({issuer['url']})" if issuer else "its issuer"
    if keys:
        return f"The whole is signed by {name} at {receipt['made_at']}, with a key that you gave."
    return (f"The whole is signed at {receipt['made_at']} with the key {public}. Whether that key "
            f"is of {name} was not checked: compare it with /.well-known/consent-key.json there, "
            "and give it with --key.")


def _chain_sentence(receipt: dict[str, Any], payloads: list[dict[str, Any]]) -> str:
    count = len(payloads)
    return (f"The {count} {'entry' if count == 1 else 'entries'} of subscriber "
            f"{receipt['subscriber_id']}, from {payloads[0]['at']} to {payloads[-1]['at']}, form "
            "one chain: none was changed, put in between or left out from the middle.")


def _entry_sentence(payload: dict[str, Any]) -> str:
    digest = payload["wording_sha256"]
    text = "no text shown" if digest is None else f"text {digest[:12]}"
    return (f"{payload['sequence']}. {payload['at']}: {payload['act']}, by {payload['means']} "
            f"from {payload['source_page']}, {text}, "
            f"choices {json.dumps(payload['choices'], ensure_ascii=False, sort_keys=True)}")
