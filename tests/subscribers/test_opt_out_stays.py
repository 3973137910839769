"""That somebody left outlives what becomes of her address, and no longer than we say."""

from datetime import timedelta

from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.subscribers.change_address import ask_change, confirm_change, undo_change
from newsletter.subscribers.consent_models import ConsentSalt
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.forget_salt import destroy_due_salts
from newsletter.subscribers.import_models import Verdict
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.prove_consent import prove_consent
from newsletter.subscribers.queries import find_by_address
from newsletter.subscribers.record_consent import Proof
from newsletter.tokens import Purpose
from tests.material import NOW, choices, reader, sign_up
from tests.statements import asked
from tests.subscribers.test_import import carried_out, judged, left, left_and_forgotten

DAY = timedelta(days=1)


def test_an_opt_out_is_not_revived_when_another_took_her_address_and_gave_it_back(
    session: Session,
) -> None:
    address = left(2)
    mover = reader("data")
    change = ask_change(mover, address, signer=signer(), now=NOW)
    token = signer().make(Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at)
    confirm_change(token, signer=signer(), now=NOW)
    undo_change(signer().make(Purpose.UNDO_ADDRESS, change.id), signer=signer(), now=NOW + DAY)
    assert judged(f"email\n{address}\n") == [(Verdict.OPTED_OUT, "")]
    carried_out(f"email,naam\n{address},Nieuw\n")
    assert find_by_address(address) is None


def test_whom_retention_forgets_while_an_import_is_judged_is_seen_before_or_after(
    session: Session,
) -> None:
    address = left_and_forgotten()
    with asked(session) as said:
        assert judged(f"email\n{address}\n") == [(Verdict.OPTED_OUT, "")]
    reads = [each for each in said if "subscribers" in each and each.startswith("SELECT")]
    by_address = next(n for n, each in enumerate(reads) if "identity IN" in each)
    by_hash = next(n for n, each in enumerate(reads) if "former_hash IN" in each)
    assert by_address < by_hash


def test_a_strangers_question_does_not_keep_the_proof_of_a_former_reader(
    session: Session,
) -> None:
    one = reader("data")
    address = str(one.subscriber.address)
    leave(one, Leaving.ALL, proof=Proof("mailed_link_post", "/afmelden"), now=NOW)
    session.flush()
    assert forget_former(signer=signer(), now=NOW + 31 * DAY) == 1
    sign_up(address, choices("data"), now=NOW + 60 * DAY)
    session.flush()
    assert remove_expired(signer=signer(), now=NOW + 68 * DAY) == 1
    session.flush()
    assert one.subscriber.address is None
    salt = session.get(ConsentSalt, one.subscriber_id, populate_existing=True)
    assert salt is not None
    assert NOW + 68 * DAY < (salt.destroy_at or NOW) < NOW + 500 * DAY
    destroy_due_salts(NOW + 500 * DAY)
    session.expire_all()
    assert list(prove_consent(address)) == []
