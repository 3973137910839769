"""The broker's address, for Celery and for the limits."""

import pytest

from newsletter.broker import celery_url, counts_url, limits_url


@pytest.mark.parametrize(("given", "told"), [
    ("redis://broker.example:6379/0", "redis://broker.example:6379/0"),
    ("rediss://broker.example/2", "rediss://broker.example/2"),
    ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
    ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
])
def test_celery_is_told_of_sockets_in_its_own_words(given: str, told: str) -> None:
    assert celery_url(given) == told


@pytest.mark.parametrize(("given", "told"), [
    ("redis://broker.example:6379/0", "redis://broker.example:6379/1"),
    ("redis://broker.example:6379", "redis://broker.example:6379/1"),
    ("rediss://:secret@broker.example/0?ssl_ca_certs=/etc/ca.pem",
     "rediss://:secret@broker.example/1?ssl_ca_certs=/etc/ca.pem"),
    ("unix:///run/valkey.sock?db=0", "redis+unix:///run/valkey.sock?db=1"),
])
def test_limits_never_share_a_database_with_the_wake_ups(given: str, told: str) -> None:
    assert limits_url(given) == told
    assert counts_url(given) == told.removeprefix("redis+")
