"""Change the password of an account, by who knows the present one."""

import uuid

from newsletter.accounts.models import Account
from newsletter.accounts.passwords import hash_password, is_password
from newsletter.errors import BadInput


def change_password(account: Account, *, present: str, password: str) -> None:
    """Raises BadInput at `present` when it is not right, and at `password` as `hash_password`.

    A login with the password before that still waits for its second step ends; so does every
    session whose cookie is not given the account's new `fs_uniquifier`.
    """
    if not is_password(present, account.password):
        raise BadInput("present", "wrong")
    account.password = hash_password(password, about=(account.name, account.email))
    account.fs_uniquifier = uuid.uuid4().hex
