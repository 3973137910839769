"""A rotation of DKIM keys, deed by deed: what may be used, retired and removed, and when (S15)."""

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.dkim_folder import INDEX, KeyStatus, path_of, read_index
from newsletter.errors import NotFound, WrongState
from tests.ground.test_dkim_keys import KEEP, NOW, make, retire, statuses, use


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_key_goes_when_its_mails_are_old_and_not_before(folder: Path) -> None:
    (old,) = make(folder)
    use(folder, old)
    with pytest.raises(WrongState, match="alone signs"):
        retire(folder, old)
    (new,) = make(folder)
    use(folder, old, new)
    assert not retire(folder, old)
    assert statuses(folder) == {old: "retired", new: "signing"}
    with pytest.raises(WrongState, match="2026-12-07 07:00 UTC"):
        retire(folder, old, now=NOW + KEEP - timedelta(seconds=1))
    with pytest.raises(WrongState, match="3 mails are open"):
        retire(folder, old, now=NOW + KEEP, open_mails=3)
    assert path_of(folder, old).exists()
    assert retire(folder, old, now=NOW + KEEP)
    assert not path_of(folder, old).exists()
    assert statuses(folder) == {new: "signing"}


def test_a_key_that_never_signed_goes_at_once(folder: Path) -> None:
    (selector,) = make(folder)
    assert retire(folder, selector)
    assert read_index(folder) == []


def test_a_retired_key_may_sign_again(folder: Path) -> None:
    (old,), (new,) = make(folder), make(folder)
    use(folder, old)
    use(folder, new)
    use(folder, old)
    assert statuses(folder) == {old: "signing", new: "retired"}


def test_using_twice_changes_nothing(folder: Path) -> None:
    (selector,) = make(folder)
    use(folder, selector)
    before = (folder / INDEX).stat().st_mtime_ns
    use(folder, selector, now=NOW + timedelta(days=1))
    assert (folder / INDEX).stat().st_mtime_ns == before
    (entry,) = read_index(folder)
    assert (entry.status, entry.changed_at) == (KeyStatus.SIGNING, NOW)


def test_no_key_of_that_name_is_said_so(folder: Path) -> None:
    make(folder)
    for deed in (lambda: use(folder, "x"), lambda: retire(folder, "x")):
        with pytest.raises(NotFound, match="DKIM key x"):
            deed()
