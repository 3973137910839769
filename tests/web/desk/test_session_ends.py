"""What ends a login that is half done, and what does not keep a session alive."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from newsletter.accounts.add import add_account
from newsletter.accounts.change_password import change_password
from newsletter.accounts.models import RoleName
from newsletter.accounts.session_queries import open_sessions
from newsletter.web.desk.room import ASKED_BY_SCRIPT, PAGES
from tests.material import NOW
from tests.second_factor import code, equip
from tests.web.desk.conftest import Worker
from tests.web.desk.test_entrance import address_of
from tests.web.desk.test_second_factor import EMAIL, LOGIN, PASSWORD, give_password, is_in
from tests.web.visitor import form_of, post


def test_another_password_ends_a_login_that_waits_for_its_second_step(
    app: Flask, session: Session, now: None
) -> None:
    noor = equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                             roles=[RoleName.EDITOR], now=NOW))
    session.commit()
    thief = app.test_client()
    asked = thief.get(give_password(thief).location)
    change_password(noor, present=PASSWORD, password="een heel ander wachtwoord")
    session.commit()
    answer = post(thief, form_of(asked, action=f"{LOGIN}/code"), code=code())
    assert answer.status_code != 200
    assert not is_in(thief)
    assert open_sessions(noor.id, now=NOW) == []


@pytest.mark.parametrize("name", sorted(ASKED_BY_SCRIPT))
def test_what_a_page_asks_by_itself_does_not_keep_a_session_alive(
    admin: Worker, name: str
) -> None:
    page = next(one for one in PAGES if name == f"desk.{one.name}")
    ask = admin.get if page.get else partial(admin.post_with, admin.token())
    for minutes in (10, 20, 29):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            assert ask(address_of(page)).status_code in (200, 204, 404)
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert ask(address_of(page)).status_code in (303, 401)
