"""Send the link to the preference page again; the visitor sees the same for every address."""

from datetime import datetime

from newsletter import addresses
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.suppress import find_reason
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.models import SubscriptionStatus
from newsletter.subscribers.queries import find_by_address, has_room_for_mail
from newsletter.subscribers.signup import ask_again
from newsletter.tokens import Signer


def request_manage_link(*, address: str, signer: Signer, now: datetime) -> None:
    """Queue the mail when the address is a reader's; a pending one gets its confirmation again.

    Within the limits of W05 and never to a suppressed address. Raises BadAddress.
    """
    address = addresses.check(address)
    has_room = has_room_for_mail(addresses.mailbox_of(address), now=now)
    subscription = find_by_address(address, lock=True)
    if subscription is None or not has_room or find_reason(signer.address_hashes(address)):
        return
    if subscription.status is SubscriptionStatus.ACTIVE:
        queue_single(
            SingleMail(
                kind=MailKind.MANAGE_LINK, subscriber_id=subscription.subscriber_id
            ),
            now=now,
        )
    elif subscription.status is SubscriptionStatus.PENDING:
        ask_again(
            subscription,
            chosen.of(subscription),
            source_page="/mijn-link",
            may_write=True,
            now=now,
        )
