"""The folder of DKIM keys: who may read it, what signs, and a rotation without a gap (S14, S15)."""

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from structlog.testing import capture_logs

from newsletter.config import load
from newsletter.dkim_folder import INDEX, path_of, read_index
from newsletter.dkim_keys import Keyring
from newsletter.dkim_rotation import make_keys, retire_key, use_keys
from newsletter.errors import BadSettings, WrongState
from newsletter.mailer.dkim import ED25519, RSA, DkimKey
from tests.ground.test_config import GIVEN

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DOMAIN = "magazine.example"
KEEP = timedelta(days=13)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "dkim"


def make(folder: Path, *algorithms: str, now: datetime = NOW, domain: str = DOMAIN) -> list[str]:
    made = make_keys(folder, domain=domain, algorithms=algorithms or (ED25519,), now=now)
    return [entry.selector for entry in made]


def use(folder: Path, *selectors: str, now: datetime = NOW) -> None:
    use_keys(folder, selectors, sender_domain=DOMAIN, now=now)


def retire(folder: Path, selector: str, *, now: datetime = NOW, open_mails: int = 0) -> bool:
    return retire_key(folder, selector, keep_for=KEEP, open_mails=open_mails, now=now).is_removed


def ring(folder: Path | None) -> Keyring:
    return Keyring(folder, sender_domain=DOMAIN)


def names(keys: list[DkimKey]) -> list[str]:
    return [key.selector for key in keys]


def statuses(folder: Path) -> dict[str, str]:
    return {entry.selector: entry.status.value for entry in read_index(folder)}


def test_without_keys_nothing_is_signed(folder: Path) -> None:
    for keyring in (ring(folder), ring(None)):
        assert keyring.current() == []
        assert keyring.keys([]) == []
        assert not keyring.refresh()
    assert not folder.exists()


def test_a_new_key_waits_until_it_is_used(folder: Path) -> None:
    selectors = make(folder, RSA, ED25519)
    assert selectors == ["r20261124", "e20261124"]
    assert ring(folder).current() == []
    use(folder, *selectors)
    keyring = ring(folder)
    assert [key.algorithm for key in keyring.current()] == [RSA, ED25519]
    assert {key.domain for key in keyring.current()} == {DOMAIN}


def test_rsa_signs_first_whatever_came_first(folder: Path) -> None:
    use(folder, *make(folder, ED25519), *make(folder, RSA))
    assert names(ring(folder).current()) == ["r20261124", "e20261124"]


def test_the_record_to_publish_is_of_the_key_that_signs(folder: Path) -> None:
    use(folder, *make(folder, RSA, ED25519))
    by_selector = {entry.selector: entry for entry in read_index(folder)}
    for key in ring(folder).current():
        entry = by_selector[key.selector]
        assert entry.record == key.record
        assert "".join(entry.strings) == entry.record
        assert max(map(len, entry.strings)) <= 255
        assert entry.name == f"{key.selector}._domainkey.{DOMAIN}"


def test_only_the_owner_may_read_a_key(folder: Path) -> None:
    (selector,) = make(folder)
    use(folder, selector)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    path = path_of(folder, selector)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o640, 0o604, 0o622):
        path.chmod(mode)
        with pytest.raises(BadSettings, match="chmod 600"):
            ring(folder)


def test_keys_made_by_root_belong_to_whom_the_folder_belongs(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    # Only root can give a folder away; of another's it is her own.
    whose = (12_345, 12_346) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(folder, *whose)
    make(folder)
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in folder.iterdir()}
    assert owners == {whose}


def test_no_key_is_made_where_others_may_write(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(BadSettings, match="chmod 700"):
        make(folder)


def test_a_second_key_of_a_day_has_a_selector_of_its_own(folder: Path) -> None:
    assert [make(folder) for _ in range(3)] == [["e20261124"], ["e20261124a"], ["e20261124b"]]
    assert make(folder, now=NOW + timedelta(days=1)) == ["e20261125"]


def test_a_rotation_takes_hold_without_a_restart(folder: Path) -> None:
    (old,) = make(folder)
    use(folder, old)
    keyring = ring(folder)
    assert not keyring.refresh()
    (new,) = make(folder)
    assert keyring.refresh()
    assert names(keyring.current()) == [old]
    use(folder, new)
    assert keyring.refresh()
    assert not keyring.refresh()
    assert names(keyring.current()) == [new]
    assert statuses(folder) == {old: "retired", new: "signing"}


def test_a_mail_claimed_before_a_rotation_keeps_its_keys(folder: Path) -> None:
    old = make(folder, RSA, ED25519)
    use(folder, *old)
    keyring = ring(folder)
    before = keyring.current()
    use(folder, *make(folder))
    keyring.refresh()
    again = keyring.keys(key.selector for key in before)
    assert [key.record for key in again] == [key.record for key in before]
    assert keyring.keys([]) == []
    assert keyring.gone == set()


def test_a_rotation_that_another_machine_saw_first_is_read_when_asked_for(folder: Path) -> None:
    use(folder, *make(folder))
    keyring = ring(folder)
    (new,) = make(folder)
    assert names(keyring.keys([new])) == [new]


def test_a_selector_that_is_gone_gives_way_to_the_present_one_and_is_told_once(
    folder: Path,
) -> None:
    old = make(folder, RSA, ED25519)
    use(folder, *old)
    (new,) = make(folder)
    use(folder, new)
    for selector in old:
        retire(folder, selector, now=NOW + KEEP)
    keyring = ring(folder)
    with capture_logs() as logs:
        assert names(keyring.keys(old)) == [new]
        assert names(keyring.keys(old)) == [new]
    assert [line["selectors"] for line in logs if line["event"] == "dkim_selector_gone"] == [old]
    assert keyring.gone == set(old)


def test_of_two_selectors_the_one_that_is_left_signs(folder: Path) -> None:
    old = make(folder, RSA, ED25519)
    use(folder, *old)
    use(folder, *make(folder))
    retire(folder, old[1], now=NOW + KEEP)
    assert names(ring(folder).keys(old)) == [old[0]]


def test_keys_in_hand_stay_when_the_folder_goes_or_breaks(folder: Path) -> None:
    (selector,) = make(folder)
    use(folder, selector)
    keyring = ring(folder)
    index = (folder / INDEX).read_bytes()
    for breaks in (lambda: (folder / INDEX).unlink(), lambda: (folder / INDEX).write_text("{")):
        breaks()
        with capture_logs() as logs:
            assert not keyring.refresh()
            assert not keyring.refresh()
        assert [line["event"] for line in logs] == ["dkim_keys_unusable"]
        assert names(keyring.current()) == [selector]
    (folder / INDEX).write_bytes(index)
    assert keyring.refresh()


def test_a_retired_key_that_cannot_be_read_stops_nobody(folder: Path) -> None:
    (old,) = make(folder)
    use(folder, old)
    (new,) = make(folder)
    use(folder, new)
    path_of(folder, old).unlink()
    assert names(ring(folder).current()) == [new]


def test_a_key_that_is_mended_signs_without_a_restart(folder: Path) -> None:
    (old,) = make(folder)
    use(folder, old)
    keyring = ring(folder)
    (new,) = make(folder)
    use(folder, new)
    path_of(folder, new).chmod(0o644)
    with capture_logs() as logs:
        assert not keyring.try_again()
        assert not keyring.try_again()
    assert [line["event"] for line in logs] == ["dkim_keys_unusable"]
    assert "chmod 600" in (keyring.fault or "")
    assert names(keyring.current()) == [old]
    path_of(folder, new).chmod(0o600)
    assert keyring.try_again()
    assert names(keyring.current()) == [new]
    assert keyring.fault is None


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda path: path.unlink(), "cannot be read"),
    (lambda path: path.write_text("no key"), "no private key"),
    (lambda path: path.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())), "neither an RSA nor an Ed25519"),
])
def test_a_signing_key_that_cannot_be_used_is_a_bad_start(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    (selector,) = make(folder)
    use(folder, selector)
    spoil(path_of(folder, selector))
    with pytest.raises(BadSettings, match=says):
        ring(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"keys": [{}]}', '{"keys": [{"selector": 1}]}'])
def test_an_index_that_is_none_is_a_bad_start(folder: Path, text: str) -> None:
    make(folder)
    (folder / INDEX).write_text(text)
    with pytest.raises(BadSettings, match="not an index"):
        ring(folder)


def test_a_key_of_another_domain_signs_nothing(folder: Path) -> None:
    (stranger,) = make(folder, domain="other.example")
    with pytest.raises(WrongState, match=r"other\.example"):
        use(folder, stranger)
    assert statuses(folder) == {stranger: "new"}
    (above,) = make(folder)
    use(folder, above)
    assert names(Keyring(folder, sender_domain=f"news.{DOMAIN}").current()) == [above]
    with pytest.raises(BadSettings, match="MAIL_FROM"):
        Keyring(folder, sender_domain="other.example")


def test_the_keys_are_loaded_by_the_settings(folder: Path) -> None:
    settings = load({**GIVEN, "DKIM_KEYS": str(folder), "MAIL_FROM": "news@Münster.example"})
    (selector,) = make(folder, domain="xn--mnster-3ya.example")
    use_keys(folder, [selector], sender_domain="xn--mnster-3ya.example", now=NOW)
    assert names(Keyring.load(settings).current()) == [selector]
    assert Keyring.load(load({**GIVEN, "DKIM_KEYS": "none"})).current() == []


def test_the_index_holds_nothing_that_the_dns_does_not_say(folder: Path) -> None:
    use(folder, *make(folder, RSA, ED25519))
    text = (folder / INDEX).read_text()
    assert "PRIVATE" not in text
    assert set(json.loads(text)["keys"][0]) == {
        "selector", "domain", "algorithm", "status", "made_at", "changed_at", "record"}
