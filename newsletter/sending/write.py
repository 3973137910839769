"""Write: a claimed delivery becomes a letter, from frozen blocks or from its own words."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date

import jinja2

from newsletter import clock
from newsletter.addresses import mask
from newsletter.catalogue.queries import magazine, themes_by_id
from newsletter.config import Settings
from newsletter.deliveries.models import MailKind
from newsletter.editions.models import Edition
from newsletter.editions.queries import latest_published
from newsletter.emails import (
    address_changed,
    already_subscribed,
    confirm_address,
    confirm_signup,
    headers,
    manage_link,
    welcome,
)
from newsletter.emails.kinds import KINDS
from newsletter.emails.single import Choices, Written
from newsletter.emails.welcome import LatestEdition
from newsletter.errors import MailError, NewsletterError
from newsletter.extensions import db
from newsletter.mailer.headers import needs_smtputf8, to_a_label
from newsletter.mailer.message import Prepared, prepare, write_single
from newsletter.mailer.smtp import Letter
from newsletter.mailings.models import Mailing
from newsletter.mailings.queries import block_bodies, get_variant
from newsletter.sending.claim import Owed
from newsletter.sending.envelope import return_path
from newsletter.sending.house import House, house_of
from newsletter.subscribers.models import AddressChange, Subscription, SubscriptionStatus
from newsletter.tokens import Purpose, Signer

# Variants kept ready; deliveries are planned in the order of their variants, so few are enough
# and memory does not follow the number of variants.
READY = 64

# What a template or a row of nonsense can raise: that one delivery fails, the others go on (R18).
FAULTS = (NewsletterError, jinja2.TemplateError, LookupError, TypeError, ValueError)

_LEAVE = {MailKind.EDITION: Purpose.LEAVE_EDITIONS, MailKind.DIGEST: Purpose.LEAVE_DIGESTS}


class Writer:
    """Writes letters; keeps the house and the variants of late, and no reader's mail."""

    def __init__(self, settings: Settings, signer: Signer) -> None:
        self._settings = settings
        self._signer = signer
        self._ready: OrderedDict[int, Prepared] = OrderedDict()

    def write(self, owed: Owed) -> Letter:
        """The letter of a delivery; the same bytes on every attempt (R04). Raises one of FAULTS."""
        delivery = owed.delivery
        own = headers.of_reader(
            address=owed.address, message_id=owed.message_id, dated_at=delivery.first_claimed_at
        )
        tokens = self._tokens(owed)
        if delivery.variant_id is not None:
            prepared = self._prepared(owed)
            data = prepared.join(headers=own, values=tokens)
        else:
            house = house_of(self._settings)
            written = _single(owed, house)
            data = write_single(
                subject=written.subject,
                shared_headers=headers.shared(
                    delivery.kind, language=owed.language, identity=house.identity,
                    urls=house.urls, sender=house.sender,
                ),
                reader_headers=own,
                html=written.html,
                text=written.text,
                values=tokens,
            )
        return Letter(
            mail_from=return_path(
                delivery.id, signer=self._signer, bounce_domain=self._settings.bounce_domain
            ),
            rcpt_to=to_a_label(owed.address),
            data=data,
            needs_smtputf8=needs_smtputf8(owed.address),
        )

    def _tokens(self, owed: Owed) -> Mapping[str, str]:
        delivery, signer = owed.delivery, self._signer
        # A test send goes to an account: its links are of the form of a reader's and open nothing.
        row = delivery.subscriber_id or 0
        made = {
            "manage_token": lambda: signer.make(Purpose.MANAGE, row, nonce=owed.link_nonce),
            "personal_token": lambda: signer.make(
                Purpose.PERSONAL, row,
                nonce=owed.link_nonce, issued_at=delivery.first_claimed_at,
            ),
            "confirm_address_token": lambda: signer.make(
                Purpose.CONFIRM_ADDRESS, int(delivery.params["change_id"]),
                issued_at=delivery.created_at,
            ),
            "undo_address_token": lambda: signer.make(
                Purpose.UNDO_ADDRESS, int(delivery.params["change_id"])
            ),
            "leave_token": lambda: signer.make(_LEAVE[delivery.kind], row),
            "confirm_token": lambda: signer.make(
                Purpose.CONFIRM, row,
                nonce=int(delivery.params["nonce"]), issued_at=delivery.created_at,
            ),
        }
        return {name: made[name]() for name in KINDS[delivery.kind].tokens}

    def _prepared(self, owed: Owed) -> Prepared:
        variant_id = owed.delivery.variant_id
        assert variant_id is not None
        if variant_id in self._ready:
            self._ready.move_to_end(variant_id)
            return self._ready[variant_id]
        house = house_of(self._settings)
        variant = get_variant(variant_id)
        mailing_id = owed.delivery.mailing_id
        mailing = db.session.get(Mailing, mailing_id) if mailing_id else None
        bodies = block_bodies(variant.manifest_id, [*variant.html_blocks, *variant.text_blocks])
        html, text = bodies[: len(variant.html_blocks)], bodies[len(variant.html_blocks) :]
        prepared = prepare(
            subject=variant.subject if mailing else f"[test] {variant.subject}",
            headers=headers.shared(
                owed.delivery.kind, language=variant.language, identity=house.identity,
                urls=house.urls, sender=house.sender,
                mailing_key=mailing.key if mailing else None,
            ),
            html=html or None,
            text=text,
            values={
                "subject": variant.subject, "preheader": variant.preheader, "why": variant.why,
            },
        )
        self._ready[variant_id] = prepared
        if len(self._ready) > READY:
            self._ready.popitem(last=False)
        return prepared


def _single(owed: Owed, house: House) -> Written:
    kind, language, shape = owed.delivery.kind, owed.language, owed.format
    if kind is MailKind.ALREADY_SUBSCRIBED:
        return already_subscribed.write(
            already_subscribed.AlreadySubscribed(language, shape),
            identity=house.identity, urls=house.urls)
    if kind is MailKind.MANAGE_LINK:
        return manage_link.write(
            manage_link.ManageLink(language, shape, is_reader=_is_active(owed)),
            identity=house.identity, urls=house.urls)
    if kind is MailKind.CONFIRM_SIGNUP:
        return confirm_signup.write(
            confirm_signup.ConfirmSignup(language, shape, _choices(owed)),
            identity=house.identity, urls=house.urls)
    if kind is MailKind.WELCOME:
        return welcome.write(
            welcome.Welcome(language, shape, _choices(owed), _latest(latest_published()),
                            _paused_until(owed)),
            identity=house.identity, urls=house.urls)
    if kind is MailKind.CONFIRM_ADDRESS:
        return confirm_address.write(
            confirm_address.ConfirmAddress(
                language, shape, mask(_subscription(owed).subscriber.address or "")),
            identity=house.identity, urls=house.urls)
    if kind is MailKind.ADDRESS_CHANGED:
        return address_changed.write(
            _changed(owed, language, shape), identity=house.identity, urls=house.urls)
    raise MailError(f"{kind} needs a variant")


def _choices(owed: Owed) -> Choices:
    subscription = _subscription(owed)
    themes = themes_by_id(chosen.theme_id for chosen in subscription.themes)
    return Choices(
        editions=subscription.receives_editions,
        cadence=subscription.cadence.value,
        theme_names=tuple(theme.name(owed.language) for theme in themes),
        editions_per_year=magazine().editions_per_year,
    )


def _subscription(owed: Owed) -> Subscription:
    found = db.session.get(Subscription, owed.delivery.subscriber_id)
    if found is None:
        raise MailError("no subscription")
    return found


def _is_active(owed: Owed) -> bool:
    return _subscription(owed).status is SubscriptionStatus.ACTIVE


def _paused_until(owed: Owed) -> date | None:
    """The day on which mail comes again, on Amsterdam's calendar, when that is still to come."""
    until = _subscription(owed).paused_until
    at = owed.delivery.first_claimed_at
    return clock.local(until).date() if until is not None and until > at else None


def _changed(owed: Owed, language: str, shape: str) -> address_changed.AddressChanged:
    change = db.session.get(AddressChange, int(owed.delivery.params["change_id"]))
    if change is None or change.new_address is None or change.confirmed_at is None:
        raise MailError("no change of address")
    return address_changed.AddressChanged(
        language, shape, mask(change.new_address), clock.local(change.confirmed_at)
    )


def _latest(edition: Edition | None) -> LatestEdition | None:
    if edition is None or edition.appeared_on is None:
        return None
    return LatestEdition(
        key=edition.key,
        volume=edition.volume,
        number=edition.number,
        numbers_in_year=edition.numbers_in_year,
        title=edition.title,
        appears_on=edition.appeared_on,
    )
