"""The limits beside the login: of an invitation, of passkeys and of codes (S03)."""

from newsletter.accounts.models import Account
from newsletter.core import signer
from newsletter.tokens import Purpose
from tests.material import NOW
from tests.web.desk.browser import LOGIN, NEWSROOM, Open
from tests.web.visitor import Form, form_of, page


def test_a_stranger_does_not_keep_who_was_invited_from_choosing_a_password(
    browser: Open, noor: Account
) -> None:
    stranger = browser()
    for _ in range(65):
        stranger.alone()
        assert stranger.client.post("/redactie/uitnodiging/gok", data={}, environ_base={
            "REMOTE_ADDR": NEWSROOM}).status_code == 410
    token = signer().make(Purpose.INVITATION, noor.id, nonce=noor.invitation_nonce, issued_at=NOW)
    hers, path = browser(), f"/redactie/uitnodiging/{token}"
    shown = form_of(hers.get(path), action=path)
    assert hers.send(shown, password="een heel ander wachtwoord").status_code == 303


def test_whoever_has_a_link_tries_no_more_than_sixty_passwords_an_hour(
    browser: Open, noor: Account
) -> None:
    token = signer().make(Purpose.INVITATION, noor.id, nonce=noor.invitation_nonce, issued_at=NOW)
    hers, path = browser(), f"/redactie/uitnodiging/{token}"
    shown = form_of(hers.get(path), action=path)
    answers = [hers.send(shown, password="kort") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [400] * 60 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600


def test_a_stranger_does_not_keep_her_from_her_passkey(browser: Open, noor: Account) -> None:
    stranger = browser()
    form = form_of(stranger.get(LOGIN), action=LOGIN)
    asking = Form(f"{LOGIN}/passkey/opgave", form.fields)
    assert {stranger.send(asking).status_code for _ in range(65)} == {404, 429}
    hers = browser()
    given = hers.give()
    code_form = form_of(hers.get(given.location), action=f"{LOGIN}/code")
    assert hers.send(Form(asking.action, code_form.fields)).status_code == 200


def test_who_guesses_codes_is_told_how_long_to_wait(browser: Open, noor: Account) -> None:
    hers = browser()
    asked = hers.give()
    form = form_of(hers.get(asked.location), action=f"{LOGIN}/code")
    answers = [hers.send(form, code="000000") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert "minuten en probeer het dan weer" in page(answers[-1]).css_first("main").text()
