"""An import knows who said no, however her address is spelled in the file."""

import pytest

from newsletter.core import signer
from newsletter.deliveries.suppress import SuppressionReason, suppress
from newsletter.subscribers.import_models import Verdict
from tests.material import NOW
from tests.subscribers.test_import import judged

pytestmark = pytest.mark.usefixtures("session")


@pytest.mark.parametrize(("kept", "typed"), [
    ("piet@bücher.example", "piet@xn--bcher-kva.example"),
    ("piet@gemeente.example", '"piet"@gemeente.example'),
])
def test_a_stop_under_one_spelling_of_an_address_holds_for_the_others(
    kept: str, typed: str
) -> None:
    suppress(signer().address_hashes(kept)[-1], reason=SuppressionReason.COMPLAINT, now=NOW)
    quoted = typed.replace('"', '""')
    assert [verdict for verdict, _ in judged(f'e-mail\n"{quoted}"\n')] == [Verdict.COMPLAINED]
