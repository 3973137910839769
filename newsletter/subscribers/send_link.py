"""Send the link to the preference page again; the visitor sees the same for every address."""

from datetime import datetime

from newsletter import addresses
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.suppress import find_reason
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.models import Subscription, SubscriptionStatus
from newsletter.subscribers.queries import (
    find_by_address,
    has_room_for_fresh_link,
    has_room_for_mail,
)
from newsletter.subscribers.record_consent import LINK_PAGE, Proof
from newsletter.subscribers.signup import ask_again
from newsletter.tokens import Signer


def request_manage_link(*, address: str, signer: Signer, now: datetime) -> None:
    """Queue the mail when we know the address; a pending one gets its confirmation again.

    That repeats her question word for word, so its entry names no consent text: the page showed
    none, and the button behind the mail shows the one that she agrees to. Who left gets a mail
    too: she may see, take along and erase what we still hold. All of them come in the language of
    her choices, whichever page she asked on.

    Within the limits of W05 and never to a suppressed address. Raises BadAddress.
    """
    address = addresses.check(address)
    has_room = has_room_for_mail(addresses.mailbox_of(address), signer=signer, now=now)
    subscription = find_by_address(address, lock=True)
    if subscription is None or not has_room or find_reason(signer.address_hashes(address)):
        return
    if subscription.status is not SubscriptionStatus.PENDING:
        queue_single(
            SingleMail(
                kind=MailKind.MANAGE_LINK, subscriber_id=subscription.subscriber_id
            ),
            now=now,
        )
    else:
        ask_again(
            subscription,
            chosen.of(subscription),
            proof=Proof("form", LINK_PAGE),
            may_write=True,
            now=now,
        )


def request_fresh_link(subscription: Subscription, *, now: datetime) -> None:
    """Mail a link to one's own data, good for half an hour, to who holds a link to her choices.

    Within three an hour and six a day; beyond it nothing is sent, and the page says the same.
    """
    if subscription.subscriber.address is None or not has_room_for_fresh_link(
        subscription.subscriber_id, now=now
    ):
        return
    queue_single(
        SingleMail(kind=MailKind.MANAGE_LINK, subscriber_id=subscription.subscriber_id), now=now
    )
