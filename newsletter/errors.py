"""Every error that this service raises on purpose, in one tree.

NewsletterError
├── BadSettings            the environment does not make a service (one line per fault)
├── BadInput               something a person typed; carries the field it belongs to
│   ├── BadAddress         not an address we can write to (RFC 5321, 5322, 6531)
│   └── BadMoment          a date or time that cannot be, or lies in the past
├── TokenError             a mailed link that does not open what it should
│   ├── TokenInvalid       altered, of another purpose, or not ours
│   ├── TokenExpired       older than its purpose allows
│   ├── TokenSuperseded    a newer link was mailed since
│   └── TokenGone          good as ever, but we hold nobody's address behind it any more
├── NotFound               no such row
├── WrongState             the deed does not fit the state that the row is in
│   ├── EditionNotReady    the edition misses something that its mail needs
│   ├── NotApproved        no second person approved the mail as it would leave
│   ├── MayNotApprove      this person may not be the second one
│   ├── TooLate            the moment lies further back than the lateness limit
│   ├── NeedsEditor        what goes to readers is changed by who answers for the magazine
│   ├── NothingToUndo      there is no leaving that its reader may still undo
│   ├── AskedOtherwise     what would be confirmed is not what the page showed
│   └── AddressTaken       another subscription is written to at that address
├── MailError              a mail that cannot be made
│   ├── MailTooLarge       over the size at which mailbox providers clip (M11)
│   └── UnsafeHeader       a CR, LF or NUL in what would become a header (CWE-93)
├── RelayError             the relay and we did not finish a conversation
│   ├── RelayUnreachable   no connection, no TLS or no login: nothing was offered
│   └── RelayDropped       the conversation broke after a mail was offered
├── FetchFailed            a file at an address elsewhere did not come, or cannot be used
├── ToolFailed             a program of PostgreSQL's ended with an error
└── ServerMissing          PostgreSQL or the broker does not answer at its address
"""


class NewsletterError(Exception):
    """The root of every error raised on purpose."""


class BadSettings(NewsletterError):
    """The environment does not make a service; one line per fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class BadInput(NewsletterError):
    """Something a person typed cannot be taken; `field` names where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class BadAddress(BadInput):
    """Not an address we can write to."""

    def __init__(self, reason: str, field: str = "address") -> None:
        super().__init__(field, reason)


class BadMoment(BadInput):
    """A date or time that cannot be, or lies in the past."""


class TokenError(NewsletterError):
    """A mailed link does not open what it should.

    `language` is that of the reader whose link it is, empty when we cannot know.
    """

    def __init__(self, reason: str, *, language: str = "") -> None:
        super().__init__(reason)
        self.language = language


class TokenInvalid(TokenError):
    """Altered, of another purpose, or not ours."""


class TokenExpired(TokenError):
    """Older than its purpose allows."""


class TokenSuperseded(TokenError):
    """A newer link was mailed since, or this one was used up."""


class TokenGone(TokenError):
    """Good as ever, but we hold nobody's address behind it any more: erased, or long since left."""


class NotFound(NewsletterError):
    """No such row."""


class WrongState(NewsletterError):
    """The deed does not fit the state that the row is in."""


class EditionNotReady(WrongState):
    """The edition misses something that its mail needs; `missing` names each."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class NotApproved(WrongState):
    """No second person approved the mail as it would leave; the words say what is wrong with it.

    `none`, `waiting`, or what in the mail is not as approved (a VoidReason).
    """


class MayNotApprove(WrongState):
    """This person may not be the second one: `asked`, `worked_on_it`, `own_partner`, `role`."""


class TooLate(WrongState):
    """The moment lies further back than the lateness limit: ask a person."""


class NeedsEditor(WrongState):
    """What goes to readers is changed by who answers for the magazine: this account may offer."""


class NothingToUndo(WrongState):
    """No leaving that its reader may still undo: too long ago, erased, or complained."""


class AskedOtherwise(WrongState):
    """What the button would confirm is not what the page showed beside it."""


class AddressTaken(WrongState):
    """Another active subscription is written to at that address."""


class MailError(NewsletterError):
    """A mail that cannot be made; `code` is what the ledger keeps."""

    code = "mail"


class MailTooLarge(MailError):
    """Over the size at which mailbox providers clip (M11)."""

    code = "too_large"


class UnsafeHeader(MailError):
    """A CR, LF or NUL in what would become a header (CWE-93)."""

    code = "unsafe_header"


class RelayError(NewsletterError):
    """The relay and we did not finish a conversation."""


class RelayUnreachable(RelayError):
    """No connection, no TLS or no login: nothing was offered."""


class RelayDropped(RelayError):
    """The conversation broke; `offered` says whether the relay may have taken the mail."""

    def __init__(self, reason: str, *, offered: bool) -> None:
        super().__init__(reason)
        self.offered = offered


class FetchFailed(NewsletterError):
    """A file elsewhere did not come; `reason` is a Trouble, `detail` a host, a status or a kind."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class ToolFailed(NewsletterError):
    """A program of PostgreSQL's ended with an error, in its own words."""


class ServerMissing(NewsletterError):
    """PostgreSQL or the broker does not answer at its address."""
