"""A second factor for people of tests: a known key, and the code that an app would show now."""

from passlib.totp import TOTP

from newsletter import clock
from newsletter.accounts.models import Account
from newsletter.accounts.second_factor import set_second_factor
from newsletter.core import signer

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(key: str = KEY, *, later: int = 0) -> str:
    """The code of this half minute, or of so many half minutes later."""
    moment = int(clock.now().timestamp()) + 30 * later
    return str(TOTP(key=key, format="base32").generate(time=moment).token)


def equip(account: Account, key: str = KEY) -> Account:
    """The account with the second factor set up, as who logged in before has it."""
    set_second_factor(account, key, signer=signer())
    account.mf_recovery_codes = []
    return account
