"""Keys for signatures: derived, bound to one use, and checked by anybody."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from newsletter.signatures import SigningKey, is_public_key, is_signed
from newsletter.tokens import Signer

OLD, NEW = "the key of last year, long enough", "the key of this year, long enough"


def test_a_seed_is_what_rfc_5869_makes_of_the_key() -> None:
    signer = Signer(NEW)
    (key,) = signer._keys.values()
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"newsletter a use").derive(key)
    assert signer.seeds("a use") == (made,)


def test_seeds_differ_by_use_and_key_and_the_present_one_is_last() -> None:
    old, new = Signer(OLD).seeds("a use"), Signer(NEW).seeds("a use")
    assert Signer(NEW, [OLD]).seeds("a use") == (*old, *new)
    assert Signer(NEW, [NEW, OLD]).seeds("a use") == (*old, *new)
    assert new != Signer(NEW).seeds("another use")


def test_a_signature_is_good_for_one_message_and_one_key() -> None:
    key, other = (SigningKey.of(Signer(each).seeds("x")[0]) for each in (NEW, OLD))
    signature = key.sign(b"one")
    assert is_signed(b"one", signature=signature, public=key.public)
    assert not is_signed(b"two", signature=signature, public=key.public)
    assert not is_signed(b"one", signature=signature, public=other.public)


def test_what_is_no_key_or_no_signature_is_refused_without_an_error() -> None:
    key = SigningKey.of(bytes(32))
    signature = key.sign(b"one")
    for public in ("", "zz" * 32, key.public.upper(), key.public + "\n", "ff" * 32):
        assert not is_signed(b"one", signature=signature, public=public)
    for wrong in ("", "zz" * 64, signature.upper(), signature + "\n", "ff" * 64):
        assert not is_signed(b"one", signature=wrong, public=key.public)
    assert is_public_key(key.public)
    assert not is_public_key(key.public + "\n")
