"""Logs: no address and no token gets into them."""

import logging
from collections.abc import Iterator
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from newsletter.logs import (
    _clean_fields,
    _CleanFilter,
    _CleanFormatter,
    clean,
    configure,
    get_logger,
)
from newsletter.tokens import Purpose, Signer

SIGNER = Signer("a key for the logs, long enough")
words = st.text(max_size=40)


@settings(max_examples=100)
@given(words, st.emails(), words)
def test_no_address_survives(before: str, address: str, after: str) -> None:
    assert address not in clean(f"{before} <{address}> {after}")


@settings(max_examples=100)
@given(words, st.sampled_from(Purpose), st.integers(1, 2**60), words)
def test_no_token_survives(before: str, purpose: Purpose, row_id: int, after: str) -> None:
    token = SIGNER.make(purpose, row_id)
    for shape in (f"{before}/afmelden/{token}{after}", f"{before} token={token}&{after}"):
        assert token not in clean(shape)


@settings(max_examples=100)
@given(words)
def test_a_log_is_one_line_without_control_characters(text: str) -> None:
    assert clean(text).isprintable()


@pytest.mark.parametrize("text", [
    "refused <noor@gemeente.example>: user unknown",
    "RCPT TO:<noor@gemeente.example>",
    "'noor@gemeente.example'",
    "to=noor@gemeente.example,",
    "zoë@bücher.example",
    '"noor de wit"@gemeente.example',
])
def test_an_address_is_cut_out_of_what_surrounds_it(text: str) -> None:
    assert "[address]" in clean(text)
    assert "@" not in clean(text)


def test_even_a_broken_token_is_cut_out_of_a_path() -> None:
    assert clean("GET /bevestigen/abc?x=1") == "GET /bevestigen/[token]?x=1"


def test_a_number_and_a_short_name_stay() -> None:
    assert clean("mailing edition:90-8 sent 500") == "mailing edition:90-8 sent 500"


def test_a_long_line_costs_no_time() -> None:
    started = perf_counter()
    clean("a" * 200_000 + '"' * 10_000 + " @" * 10_000)
    assert perf_counter() - started < 2


def test_every_field_of_an_event_is_cleaned() -> None:
    event = _clean_fields(None, "info", {"event": "x", "who": "noor@gemeente.example", "n": 3})
    assert event == {"event": "x", "who": "[address]", "n": 3}


def test_the_lines_of_libraries_are_cleaned_with_their_arguments() -> None:
    record = logging.LogRecord("x", 20, "x", 1, "mail to %s", ("noor@gemeente.example",), None)
    assert _CleanFilter().filter(record)
    assert record.getMessage() == "mail to [address]"


def test_a_traceback_is_cleaned_and_begins_no_line_of_its_own() -> None:
    with pytest.raises(ValueError, match="forged") as raised:
        raise ValueError("noor@gemeente.example\n2026-11-21 10:00:00,000 INFO forged")
    fault = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("x", 40, "x", 1, "page failed", (), fault)
    first, *others = _CleanFormatter("\n    ").format(record).splitlines()
    assert first.endswith("ERROR x page failed")
    assert all(line.startswith("    ") for line in others)
    assert "    ValueError: [address]" in others
    assert "\n" not in _CleanFormatter(" | ").format(record)


@pytest.fixture
def configured_anew() -> Iterator[None]:
    """Afterwards the standard library's root has the handlers that it had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("configured_anew")
def test_a_logger_in_use_is_still_heard_after_logs_are_configured_anew() -> None:
    log = get_logger("newsletter.some_room")
    configure("json")
    log.info("first")
    configure("console")
    with capture_logs() as logs:
        log.info("second")
    assert [line["event"] for line in logs] == ["second"]
