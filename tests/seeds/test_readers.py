"""Believable readers out of a seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from newsletter import addresses
from newsletter.subscribers.models import Cadence, Language, MailFormat
from seeds import read
from seeds.readers import MOST, Reader, make_readers

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
THEMES = 14


def readers(count: int, *, seed: int = 1, plain: bool = False) -> list[Reader]:
    return list(make_readers(count, seed=seed, themes=THEMES, now=NOW, plain=plain))


@pytest.fixture(scope="module")
def many() -> list[Reader]:
    return readers(6_000)


def test_the_same_seed_makes_the_same_readers() -> None:
    assert readers(300, seed=5) == readers(300, seed=5)


def test_a_smaller_number_makes_the_first_of_a_larger_one() -> None:
    assert readers(50) == readers(200)[:50]


@pytest.mark.parametrize("plain", [True, False])
def test_addresses_never_repeat_within_a_seed_or_across_seeds(plain: bool) -> None:
    found = [addresses.identity_of(reader.address)
             for seed in (0, 1, 2, 3) for reader in readers(500, seed=seed, plain=plain)]
    assert len(set(found)) == 2_000


def test_seeds_are_so_far_apart_that_the_largest_run_fits_between_them() -> None:
    ends = [readers(1, seed=seed, plain=True)[0].address for seed in (1, 2)]
    assert ends == ["u1@plain.example", f"u{MOST + 1}@plain.example"]


def test_every_address_is_one_that_the_form_would_take(many: list[Reader]) -> None:
    domains = {organisation.domain for organisation in read.names().organisations}
    for reader in islice(many, 500):
        assert addresses.check(reader.address) == reader.address
        assert reader.address.isascii()
        assert reader.address.rpartition("@")[2] in domains


def test_readers_pick_one_to_five_themes_three_on_average(many: list[Reader]) -> None:
    sizes = [len(reader.themes) for reader in many]
    assert {min(sizes), max(sizes)} == {1, 5}
    assert sum(sizes) / len(sizes) == pytest.approx(3, abs=0.1)
    assert all(len(set(reader.themes)) == len(reader.themes) for reader in many)


def test_the_popularity_of_themes_falls_as_zipf_says(many: list[Reader]) -> None:
    picked = Counter(theme for reader in many for theme in reader.themes)
    single = Counter(reader.themes[0] for reader in many if len(reader.themes) == 1)
    assert [theme for theme, _ in picked.most_common(4)] == [0, 1, 2, 3]
    assert len(picked) == THEMES
    assert single[0] / single[1] == pytest.approx(2, rel=0.3)


def test_the_mix_of_choices_is_that_of_a_real_list(many: list[Reader]) -> None:
    share = {
        "weekly": sum(r.cadence is Cadence.WEEKLY for r in many),
        "monthly": sum(r.cadence is Cadence.MONTHLY for r in many),
        "editions": sum(r.receives_editions for r in many),
        "dutch": sum(r.language is Language.NL for r in many),
        "mail": sum(r.format is MailFormat.MAIL for r in many),
    }
    found = {name: count / len(many) for name, count in share.items()}
    assert found == pytest.approx(
        {"weekly": 0.60, "monthly": 0.25, "editions": 0.85, "dutch": 0.95, "mail": 0.95}, abs=0.03
    )


def test_nobody_chose_nothing_and_everybody_confirmed_before_now(many: list[Reader]) -> None:
    for reader in many:
        assert reader.receives_editions or reader.cadence is not Cadence.NONE
        assert reader.asked_at < reader.confirmed_at < NOW - timedelta(days=13)
