"""Acts of people at the desk that meet: none waits for ever, and an admin is always left."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text

from newsletter.accounts.add import add_account
from newsletter.accounts.audit import record
from newsletter.accounts.models import Account, RoleName
from newsletter.accounts.set_roles import set_roles
from newsletter.accounts.switch_off import switch_off
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.transaction import transaction
from tests.faults.parts import wait_until
from tests.material import NOW


@pytest.fixture
def admins(committed: Flask) -> tuple[int, int]:
    with transaction():
        made = [add_account(email=f"{name}@redactie.example", name=name, password=None,
                            roles=[RoleName.ADMIN], now=NOW).id for name in ("noor", "bo")]
    return made[0], made[1]


# Of the locks themselves: what is known of sessions stays as it was first seen in a transaction.
WAITING = text("select count(*) > 0 from pg_locks where not granted")


def test_switching_off_and_an_act_of_the_same_person_do_not_wait_crosswise(
    committed: Flask, admins: tuple[int, int]
) -> None:
    noor, bo = admins

    def act() -> None:
        with committed.app_context(), transaction():
            record("compose", "edition:20-8", now=NOW, account_id=bo)

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            switch_off(db.session.get_one(Account, bo), by=noor, now=NOW)
            db.session.flush()
            theirs: Future[None] = pool.submit(act)
            wait_until(lambda: bool(db.session.scalar(WAITING)), seconds=30, what="a lock")
            record("switch_off_account", f"account:{bo}", now=NOW, account_id=noor)
        theirs.result()
    assert not db.session.get_one(Account, bo).active


def off(account: Account, by: int) -> None:
    switch_off(account, by=by, now=NOW)


def down(account: Account, by: int) -> None:
    set_roles(account, [RoleName.EDITOR], by=by)


@pytest.mark.parametrize("deed", [off, down], ids=["switched off", "made an editor"])
def test_two_admins_cannot_undo_each_other_at_the_same_time(
    committed: Flask, admins: tuple[int, int], deed: Callable[[Account, int], None]
) -> None:
    together = Barrier(2)

    def undo(by: int, other: int) -> bool:
        with committed.app_context():
            account = db.session.get_one(Account, other)
            together.wait()
            try:
                with transaction():
                    deed(account, by)
                    record("set_roles", f"account:{other}", now=NOW, account_id=by)
            except WrongState:
                return False
            return True

    noor, bo = admins
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(undo, *pair) for pair in ((noor, bo), (bo, noor))]
        assert sorted(one.result() for one in done) == [False, True]
    left = db.session.scalars(select(Account).where(Account.active)).unique().all()
    assert [RoleName.ADMIN in {role.name for role in one.roles} for one in left].count(True) == 1
