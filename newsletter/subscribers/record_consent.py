"""Add an entry to the append-only ledger of consent (P01).

An entry names a consent text only where the page of that act showed one:

- *asked* on a sign-up form: the text on that form, also when no mail goes out for it.
- *asked* at /mijn-link, by who has yet to confirm: none. The page says the same to everybody, and
  most who type there agree to nothing. It repeats the question of the entry before it.
- *given* by the button behind the mailed link: the text beside it.
- *given* by a button with which a leaver comes back: the text beside it.
- *given* by a list from elsewhere: the text that was shown there, as the list says.
- *changed* and *withdrawn*, by whatever: none. She moves within what she agreed to, or takes it
  back; none of these pages shows the text.

So consent is always given beside a text, and what comes after refers to that entry. Earlier
versions named the text in force with every act; their entries stay as they are. The button to come
back had no text beside it then: it has another means now, or nothing would tell those entries from
the new ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.hash_address import hash_address
from newsletter.subscribers.models import Consent, ConsentAct, Subscription

# Where a mailed link is asked for, and where no consent text stands.
LINK_PAGE = "/mijn-link"
# By which a leaver came back before a consent text stood beside that button; no new entry has it.
UNDONE_WITHOUT_TEXT = "undo_post"


@dataclass(frozen=True)
class Proof:
    """By which act and from which page a consent came; no address, no IP.

    `wording_id` is the consent text that stood beside the button, None when none did. `given` says
    of a consent from elsewhere where and on which day it was given.
    """

    means: str
    source_page: str
    wording_id: int | None = None
    given: Mapping[str, str] | None = None


def record_consent(
    subscription: Subscription,
    act: ConsentAct,
    *,
    proof: Proof,
    now: datetime,
    asked: Choices | None = None,
) -> Consent:
    """The new entry, flushed, with the wording that was shown, if any, and what is chosen now.

    `asked` is what was asked and is not what is chosen now. The database gives it its place in the
    subscriber's chain and its hash; the address stands in it as a hash under her own salt, if
    there still is an address.
    """
    choices = chosen.as_record(asked) | {"paused_until": None} if asked else (
        chosen.record_of(subscription))
    entry = Consent(
        subscriber_id=subscription.subscriber_id,
        at=now,
        act=act,
        means=proof.means,
        source_page=proof.source_page[:200],
        wording_id=proof.wording_id,
        choices=choices | ({"import": dict(proof.given)} if proof.given else {}),
        address_hash=hash_address(subscription.subscriber),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def shows_text(entry: Consent) -> bool:
    """Whether the text that an entry names was shown; else it was only in force (see above)."""
    gives = (entry.act in (ConsentAct.ASKED, ConsentAct.GIVEN)
             and entry.means != UNDONE_WITHOUT_TEXT)
    return gives and entry.wording_id is not None and entry.source_page != LINK_PAGE
