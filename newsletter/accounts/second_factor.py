"""The second factor: codes of half a minute (TOTP, RFC 6238), whose keys are kept encrypted."""

from collections.abc import Mapping

from passlib.totp import TOTP

from newsletter.accounts.models import Account
from newsletter.tokens import Signer

METHOD = "authenticator"
_USE = "totp"


def wallet(signer: Signer) -> dict[str, str]:
    """What encrypts the keys of accounts, by the name of our own key; the present one last."""
    seeds = (seed.hex() for seed in signer.seeds(_USE))
    return dict(zip(signer.names, seeds, strict=True))


def totp_of(secrets: Mapping[str, str], *, issuer: str) -> type[TOTP]:
    """Makes, encrypts and checks keys; new ones under the last of `secrets` (S15)."""
    made: type[TOTP] = TOTP.using(
        issuer=issuer, secrets=dict(secrets), default_tag=list(secrets)[-1]
    )
    return made


def set_second_factor(account: Account, key: str, *, signer: Signer) -> None:
    """Give an account the second factor with this key in base 32, as an app would hold it."""
    totp = totp_of(wallet(signer), issuer="")(key=key, format="base32")
    account.tf_totp_secret = totp.to_json(encrypt=True)
    account.tf_primary_method = METHOD
