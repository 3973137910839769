"""The kinds of mail: which go to many, on which list, and which tokens each one takes."""

from dataclasses import dataclass

from newsletter.deliveries.models import MailKind


@dataclass(frozen=True)
class Kind:
    """What sets a kind apart; `list_label` is the first label of its List-Id, None for a notice."""

    list_label: str | None
    tokens: tuple[str, ...]


KINDS = {
    MailKind.CONFIRM_SIGNUP: Kind(None, ("confirm_token",)),
    # Notices to a reader lead out of all mail, since to stop must never take a cookie.
    MailKind.ALREADY_SUBSCRIBED: Kind(None, ("manage_token", "leave_token")),
    MailKind.WELCOME: Kind(None, ("manage_token", "leave_token")),
    MailKind.MANAGE_LINK: Kind(None, ("manage_token", "leave_token", "personal_token")),
    # Neither leads to her choices: the one mailbox is not proven, the other is no longer hers.
    MailKind.CONFIRM_ADDRESS: Kind(None, ("confirm_address_token",)),
    MailKind.ADDRESS_CHANGED: Kind(None, ("undo_address_token",)),
    MailKind.INVITATION: Kind(None, ("invitation_token",)),
    MailKind.REMINDER: Kind(None, ()),
    MailKind.DIGEST: Kind("digests", ("manage_token", "leave_token")),
    MailKind.EDITION: Kind("edities", ("manage_token", "leave_token")),
}
