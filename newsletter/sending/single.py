"""Singles: a mail to one reader, written from the facts that were fixed at its first claim.

Only where such mails are sent: their templates and MJML's compiler stay out of all other processes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypedDict

from newsletter import clock
from newsletter.addresses import mask
from newsletter.deliveries.claim import Due
from newsletter.deliveries.models import MailKind
from newsletter.emails import (
    address_changed,
    already_subscribed,
    confirm_address,
    confirm_signup,
    invitation,
    manage_link,
    reminder,
    welcome,
)
from newsletter.emails.identity import Identity
from newsletter.emails.single import Choices
from newsletter.emails.urls import Urls
from newsletter.emails.welcome import LatestEdition
from newsletter.emails.written import Written
from newsletter.errors import MailError
from newsletter.extensions import db
from newsletter.mailings.contents import NoticeItem
from newsletter.sending.house import House
from newsletter.subscribers.models import AddressChange


class _Look(TypedDict):
    identity: Identity
    urls: Urls


def write_single_mail(due: Due, said: Mapping[str, Any], house: House) -> Written:
    """The mail of a kind out of its facts. Raises MailError, or what a template raises."""
    language, shape = str(said["language"]), str(said["format"])
    look = _Look(identity=house.identity, urls=house.urls)
    notices = [NoticeItem(**each) for each in said.get("notices", ())]
    match due.kind:
        case MailKind.ALREADY_SUBSCRIBED:
            return already_subscribed.write(
                already_subscribed.AlreadySubscribed(language, shape), notices=notices, **look)
        case MailKind.MANAGE_LINK:
            is_reader = bool(said["is_reader"])
            return manage_link.write(
                manage_link.ManageLink(language, shape, is_reader), notices=notices, **look)
        case MailKind.CONFIRM_SIGNUP:
            return confirm_signup.write(
                confirm_signup.ConfirmSignup(language, shape, Choices(**said["choices"])), **look)
        case MailKind.WELCOME:
            return welcome.write(_welcome(said), notices=notices, **look)
        case MailKind.CONFIRM_ADDRESS:
            asked_by = mask(_change(due).old_address or "")
            return confirm_address.write(
                confirm_address.ConfirmAddress(language, shape, asked_by), **look)
        case MailKind.INVITATION:
            return invitation.write(invitation.Invitation(language, shape), **look)
        case MailKind.REMINDER:
            return reminder.write(_reminder(said), **look)
        case MailKind.ADDRESS_CHANGED:
            return address_changed.write(_changed(_change(due), language, shape), **look)
    raise MailError(f"{due.kind} needs a variant")


def _welcome(said: Mapping[str, Any]) -> welcome.Welcome:
    latest, until = said["latest"], said["paused_until"]
    return welcome.Welcome(
        said["language"],
        said["format"],
        Choices(**said["choices"]),
        latest and LatestEdition(
            **{**latest, "appears_on": date.fromisoformat(latest["appears_on"])}
        ),
        date.fromisoformat(until) if until else None,
    )


def _reminder(said: Mapping[str, Any]) -> reminder.Reminder:
    missing = tuple(reminder.Missing(each["what"], each["title"]) for each in said["missing"])
    return reminder.Reminder(
        said["language"], said["format"], said["key"], said["title"], said["deadline"],
        clock.local(datetime.fromisoformat(said["deadline_at"])), missing,
    )


def _change(due: Due) -> AddressChange:
    found = db.session.get(AddressChange, int(due.params["change_id"]))
    if found is None:
        raise MailError("no change of address")
    return found


def _changed(change: AddressChange, language: str, shape: str) -> address_changed.AddressChanged:
    if change.new_address is None or change.confirmed_at is None:
        raise MailError("no change of address")
    return address_changed.AddressChanged(
        language, shape, mask(change.new_address), clock.local(change.confirmed_at)
    )
