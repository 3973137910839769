"""The answer to a posted address comes in even steps of time."""

from time import perf_counter

import pytest
from flask.testing import FlaskClient

from newsletter.web.reader.even_time import STEP_SECONDS
from tests.web.visitor import form_of, post


@pytest.mark.parametrize("path", ["/aanmelden", "/mijn-link"])
def test_no_answer_to_an_address_comes_before_a_whole_step_of_time(
    client: FlaskClient, path: str
) -> None:
    form = form_of(client.get(path), action=path)
    for address in ("noor@gemeente.example", "geen adres"):
        started = perf_counter()
        post(client, form, address=address, cadence="none", editions="y")
        assert perf_counter() - started >= STEP_SECONDS
