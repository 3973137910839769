"""Write: a claimed delivery becomes a draft, and the draft, when its turn comes, a letter.

The draft has all that needs the database or a template, and what is its reader's own: links, header
lines, the signature. Made for many, one after the other, these cost less than each would between
two mails; so the thread that drives the wires only puts the letter together.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from newsletter.config import Settings
from newsletter.deliveries.claim import Due
from newsletter.deliveries.models import MailKind
from newsletter.dkim_keys import Keyring
from newsletter.emails import headers
from newsletter.emails.kinds import KINDS
from newsletter.emails.written import Written as WrittenSingle
from newsletter.errors import MailError
from newsletter.mailer.headers import needs_smtputf8, to_a_label
from newsletter.mailer.message import Prepared, prepare
from newsletter.mailer.smtp import Letter
from newsletter.mailer.stretches import Cuts
from newsletter.mailings.queries import Written, all_blocks, get_variant, variants_written
from newsletter.sending.claim import Owed
from newsletter.sending.envelope import return_path
from newsletter.sending.house import House, house_of
from newsletter.tokens import Purpose, Signer, minutes_of

# Variants kept ready; of each only references are held. Deliveries are planned in the order of
# their variants, so few are enough, and memory does not follow their number.
READY = 64
# Frozen contents whose blocks are held: a digest and an edition, and one of each that ends.
CONTENTS = 4

# What writes a mail that has no variant, out of its facts: `sending.single`, where such are sent.
WriteSingle = Callable[[Due, Mapping[str, Any], House], WrittenSingle]

# Under any other mail to a reader it leaves everything.
_LEAVE = {MailKind.EDITION: Purpose.LEAVE_EDITIONS, MailKind.DIGEST: Purpose.LEAVE_DIGESTS}


@dataclass(slots=True)
class Draft:
    """A mail that only has to be put together."""

    owed: Owed
    prepared: Prepared
    writer: "Writer"
    # Of its reader: header lines with the signature, what fills the places, and the envelope.
    own: bytes
    tokens: Mapping[str, bytes]
    mail_from: str
    rcpt_to: str
    needs_smtputf8: bool
    started_at: float = 0.0  # seconds since 1970, when it was spoken of
    is_offered: bool = False

    def letter(self) -> Letter:
        """The same bytes on every attempt (R04). Raises MailError."""
        return self.writer.letter(self)


@dataclass(slots=True)
class _Content:
    """The blocks of one frozen content by position, and what its variants share of them."""

    blocks: dict[int, bytes]
    cuts: Cuts = field(default_factory=dict)
    headers: dict[tuple[MailKind, str, str | None], tuple[bytes, ...]] = field(
        default_factory=dict)


class Writer:
    """Writes drafts and letters; keeps the house and the variants of late, and no reader's mail."""

    def __init__(self, settings: Settings, signer: Signer, keyring: Keyring) -> None:
        self._settings = settings
        self._signer = signer
        self._keyring = keyring
        # By variant and mailing: what is tried out may be what is sent later, under its name.
        self._ready: OrderedDict[tuple[int, int | None], Prepared] = OrderedDict()
        self._contents: OrderedDict[int, _Content] = OrderedDict()
        self._written: dict[int, Written] = {}
        # Of the latest letter and the latest draft of a mailing: of the variants these alone hold
        # bytes of their own, one those that are sent, the other those that are signed.
        self._latest: Prepared | None = None
        self._signing: Prepared | None = None
        # What makes the tokens of a kind's places, by kind and name of the secret key.
        self._makers: dict[tuple[MailKind, str], list[tuple[str, Callable[[Owed], bytes]]]] = {}

    def read(self, batch: Sequence[Owed]) -> None:
        """Read what the variants of a claim say that are not ready, in one statement."""
        wanted = {
            each.due.variant_id for each in batch
            if each.due.variant_id is not None and _place(each) not in self._ready
        }
        self._written = {each.id: each for each in variants_written(wanted)} if wanted else {}

    def draft(self, owed: Owed) -> Draft:
        """One of those that were read, with the database at hand.

        Raises one of FAULTS, or what the database raises.
        """
        return self._drafted(owed, self._variant(owed))

    def draft_single(self, owed: Owed, write_single: WriteSingle) -> Draft:
        """A mail to one reader, with the database at hand. Raises the same."""
        house = house_of(self._settings)
        written = write_single(owed.due, owed.said, house)
        shared = _shared(owed, house, str(owed.said["language"]))
        prepared = prepare(
            subject=written.subject, headers=shared, html=written.html, text=written.text,
            values={},
        )
        return self._drafted(owed, prepared)

    def letter(self, draft: Draft) -> Letter:
        """Without the database. Raises MailError."""
        owed, prepared = draft.owed, draft.prepared
        if prepared is not self._latest:
            self._turn_to(prepared if owed.due.variant_id is not None else None)
        pieces, size = prepared.pieces(draft.own, tokens=draft.tokens)
        return Letter(draft.mail_from, draft.rcpt_to, pieces, draft.needs_smtputf8, size)

    def _turn_to(self, prepared: Prepared | None) -> None:
        """Letters leave in the order of their variants: the one before is over, as a rule.

        A single mail, None, is its reader's own, and nothing of it is kept.
        """
        if self._latest is not None:
            self._latest.let_go_of_sent()
        self._latest = prepared

    def _sign_of(self, prepared: Prepared | None) -> None:
        """The same of drafts, which are made in that order."""
        if self._signing is not None:
            self._signing.let_go_of_signed()
        self._signing = prepared

    def _tokens(self, owed: Owed) -> dict[str, bytes]:
        kind, key_id = owed.due.kind, owed.fixed.key_id
        makers = self._makers.get((kind, key_id))
        if makers is None:
            makers = self._makers[kind, key_id] = [
                (name, _token_maker(name, kind, self._signer, key_id))
                for name in KINDS[kind].tokens
            ]
        return {name: make(owed) for name, make in makers}

    def _drafted(self, owed: Owed, prepared: Prepared) -> Draft:
        due, address, fixed = owed.due, owed.address, owed.fixed
        if prepared is not self._signing:
            self._sign_of(prepared if due.variant_id is not None else None)
        is_plain = address.isascii()  # as nearly all are
        tokens = self._tokens(owed)
        own = prepared.own_lines(
            headers.of_reader(address=address, message_id=owed.message_id, dated_at=fixed.at),
            tokens=tokens, keys=self._keyring.keys(fixed.dkim), at=fixed.at,
        )
        return Draft(
            owed, prepared, self, own, tokens,
            return_path(due.id, due.created_at, signer=self._signer,
                        bounce_domain=self._settings.bounce_domain, key_id=fixed.key_id),
            address if is_plain else to_a_label(address),
            not is_plain and needs_smtputf8(address),
        )

    def _variant(self, owed: Owed) -> Prepared:
        place = _place(owed)
        if place in self._ready:
            self._ready.move_to_end(place)
            return self._ready[place]
        variant = self._written.pop(place[0], None) or get_variant(place[0])
        content = self._content(variant.manifest_id)
        prepared = prepare(
            subject=variant.subject if owed.due.mailing_id else f"[test] {variant.subject}",
            headers=self._headers(owed, content, variant.language),
            html=[content.blocks[each] for each in variant.html_blocks] or None,
            text=[content.blocks[each] for each in variant.text_blocks],
            values={
                "subject": variant.subject, "preheader": variant.preheader, "why": variant.why,
            },
            cuts=content.cuts,
        )
        _keep(self._ready, place, prepared, at_most=READY)
        return prepared

    def _headers(self, owed: Owed, content: _Content, language: str) -> tuple[bytes, ...]:
        key = (owed.due.kind, language, owed.mailing_key)
        if key not in content.headers:
            content.headers[key] = _shared(owed, house_of(self._settings), language)
        return content.headers[key]

    def _content(self, manifest_id: int) -> _Content:
        found = self._contents.get(manifest_id)
        if found is None:
            found = _Content(all_blocks(manifest_id))
            _keep(self._contents, manifest_id, found, at_most=CONTENTS)
        else:
            self._contents.move_to_end(manifest_id)
        return found


def _token_maker(
    name: str, kind: MailKind, signer: Signer, key_id: str
) -> Callable[[Owed], bytes]:
    """What fills the place of that name in the mails of a kind."""
    # A test send goes to an account: its links are of the form of a reader's and open nothing.
    match name:
        case "manage_token":
            make = signer.maker(Purpose.MANAGE, key_id=key_id)
            return lambda owed: make(owed.due.subscriber_id or 0, owed.link_nonce)
        case "leave_token":
            make = signer.maker(_LEAVE.get(kind, Purpose.LEAVE_ALL), key_id=key_id)
            return lambda owed: make(owed.due.subscriber_id or 0)
        case "personal_token":
            make = signer.maker(Purpose.PERSONAL, key_id=key_id)
            return lambda owed: make(
                owed.due.subscriber_id or 0, owed.link_nonce, minutes_of(owed.fixed.at))
        case "confirm_token":
            make = signer.maker(Purpose.CONFIRM, key_id=key_id)
            return lambda owed: make(
                owed.due.subscriber_id or 0, int(owed.due.params["nonce"]),
                minutes_of(owed.due.created_at))
        case "confirm_address_token":
            make = signer.maker(Purpose.CONFIRM_ADDRESS, key_id=key_id)
            return lambda owed: make(
                int(owed.due.params["change_id"]), minutes=minutes_of(owed.due.created_at))
        case "invitation_token":
            make = signer.maker(Purpose.INVITATION, key_id=key_id)
            return lambda owed: make(
                _account_of(owed), int(owed.due.params["nonce"]), minutes_of(owed.due.created_at))
        case "undo_address_token":
            make = signer.maker(Purpose.UNDO_ADDRESS, key_id=key_id)
            return lambda owed: make(int(owed.due.params["change_id"]))
    raise LookupError(name)


def _account_of(owed: Owed) -> int:
    assert owed.due.account_id is not None  # an invitation goes to an account alone
    return owed.due.account_id


def no_single(due: Due, _said: Mapping[str, Any], _house: House) -> WrittenSingle:
    """Where only mails of a mailing are sent. Raises MailError."""
    raise MailError(f"{due.kind} needs a variant")


def _shared(owed: Owed, house: House, language: str) -> tuple[bytes, ...]:
    return headers.shared(
        owed.due.kind, language=language, identity=house.identity, urls=house.urls,
        sender=house.sender, mailing_key=owed.mailing_key,
    )


def _place(owed: Owed) -> tuple[int, int | None]:
    assert owed.due.variant_id is not None
    return owed.due.variant_id, owed.due.mailing_id


def _keep(cache: OrderedDict[Any, Any], key: object, kept: object, *, at_most: int) -> None:
    cache[key] = kept
    if len(cache) > at_most:
        cache.popitem(last=False)
