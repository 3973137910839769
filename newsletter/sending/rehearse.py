"""Rehearse a slot: who would get what and why, if it were carried out at its moment.

It writes nothing. It goes the way of the real run up to where that begins to keep things: the same
readers, the same compiled bytes. Editions that leave before it count as sent, for the real run
lets them go first.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from newsletter.catalogue.queries import themes, themes_by_id
from newsletter.config import Settings
from newsletter.deliveries.suppress import SuppressionReason, find_reason
from newsletter.digests.carry_out import Counts
from newsletter.digests.count_followers import count_followers
from newsletter.digests.expect_editions import Expected
from newsletter.digests.last_run import LastRun, count_earlier, find_last_run
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.queries import get_slot, items_of, theme_words
from newsletter.digests.select import ThemeWords
from newsletter.digests.share_of_reader import Share, share_of_reader
from newsletter.editions.due import due_editions
from newsletter.editions.models import Edition
from newsletter.emails.blocks import theme_of
from newsletter.emails.digest import as_compiled
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import (
    ArticleItem,
    CompiledManifest,
    CompiledVariant,
    DigestSelection,
)
from newsletter.sending.carry_out import is_too_late
from newsletter.sending.plan_slot import SlotPlan, plan_slot
from newsletter.subscribers.models import Cadence
from newsletter.subscribers.queries import find_by_address
from newsletter.tokens import Signer

OPEN = (SlotStatus.PLANNED, SlotStatus.HELD, SlotStatus.LATE)


@dataclass(frozen=True)
class Mail:
    """One mail that would be made, and how many readers would get it."""

    readers: int
    selection: DigestSelection
    variant: CompiledVariant


@dataclass(frozen=True)
class ThemeFigures:
    """Of the slot's readers: how many follow a theme, how many get a mail with a section of it."""

    theme: ThemeWords
    followers: int
    readers: int


@dataclass(frozen=True)
class Difference:
    """The slot beside the last one of its cadence that was carried out; `counts` are of then.

    Articles are all that any mail gives, also those that it only counts.
    """

    key: str
    slot_at: datetime
    counts: Counts
    articles_then: int
    articles_now: int
    new_articles: Sequence[ArticleItem]
    new_themes: Sequence[ThemeWords]
    gone_themes: Sequence[ThemeWords]


@dataclass(frozen=True)
class ForReader:
    """What one reader would get and why, or why nothing.

    `suppressed` says why her mail would be skipped all the same when its turn came.
    """

    share: Share
    themes: Sequence[ThemeWords]
    mail: Mail | None
    suppressed: SuppressionReason | None


@dataclass(frozen=True)
class Rehearsal:
    """What a slot would come to; moments are aware, in UTC.

    `mails` has the one with most readers first. `editions` are the keys of those that leave
    before it; `earlier` counts the slots of its cadence that come first, and are not counted as
    sent: what they will bring stands here too.
    """

    slot_id: int
    cadence: Cadence
    slot_on: date
    slot_at: datetime
    key: str
    window_from: datetime
    counts: Counts
    minimum: int
    compiled: CompiledManifest
    mails: Sequence[Mail]
    themes: Sequence[ThemeFigures]
    last: Difference | None
    editions: Sequence[str]
    earlier: int
    reader: ForReader | None

    def find_mail(self, key: str) -> Mail | None:
        """The mail of the selection with this key."""
        return next((mail for mail in self.mails if mail.selection.key == key), None)


def dry_run_slot(
    slot_id: int,
    *,
    settings: Settings,
    signer: Signer,
    now: datetime,
    address: str | None = None,
) -> Rehearsal:
    """What the slot would come to, and what the reader of an address would get.

    Raises NotFound, WrongState when the slot was carried out or merged, and MailError when its
    mails cannot be made.
    """
    try:
        slot = get_slot(slot_id)
        plan, editions = _plan(slot, settings=settings, now=now)
        mails = _mails(plan)
        words = theme_words()
        return Rehearsal(
            slot_id=slot.id,
            cadence=slot.cadence,
            slot_on=slot.slot_on,
            slot_at=slot.slot_at,
            key=slot.key,
            window_from=plan.reckoned.window_from,
            counts=plan.reckoned.counts,
            minimum=plan.reckoned.minimum,
            compiled=plan.compiled,
            mails=mails,
            themes=_themes(mails, words, count_followers(slot.slot_at)),
            last=_difference(mails, find_last_run(slot)),
            editions=[each.key for each in editions],
            earlier=count_earlier(
                slot, after=now - timedelta(hours=settings.lateness_hours)),
            reader=None if address is None else _for_reader(
                address, slot, plan, mails, words, signer=signer),
        )
    finally:
        # The readers were read into tables of this transaction, which go with it.
        db.session.rollback()


def dry_run_mail(
    slot_id: int, key: str, *, settings: Settings, now: datetime
) -> CompiledManifest:
    """The mail of one selection of the slot alone, as `dry_run_slot` has it among the others.

    Without a variant when no reader would get that selection. Raises as `dry_run_slot` does.
    """
    try:
        return _plan(get_slot(slot_id), settings=settings, now=now, only=key)[0].compiled
    finally:
        db.session.rollback()


def _plan(
    slot: DigestSlot, *, settings: Settings, now: datetime, only: str | None = None
) -> tuple[SlotPlan, list[Edition]]:
    """The plan, and the editions that leave before it."""
    if slot.status not in OPEN:
        raise WrongState(f"{slot.key} is {slot.status.value}: nothing is left to rehearse.")
    editions = list(_editions_before(slot, settings=settings, now=now))
    expected = [_expected(each, now=now) for each in editions]
    return plan_slot(slot, settings=settings, expected=expected, only=only), editions


def _editions_before(
    slot: DigestSlot, *, settings: Settings, now: datetime
) -> Iterator[Edition]:
    for edition_id in due_editions(max(slot.slot_at, now)):
        edition = db.session.get_one(Edition, edition_id)
        if not is_too_late(edition.send_at, settings=settings, now=now):
            yield edition


def _expected(edition: Edition, *, now: datetime) -> Expected:
    return Expected(edition.id, edition.send_at, max(edition.send_at, now),
                    frozenset(item.article_id for item in edition.items))


def _mails(plan: SlotPlan) -> list[Mail]:
    """One for each selection key, whatever wishes led there."""
    readers: Counter[str] = Counter()
    selections: dict[str, DigestSelection] = {}
    for wish, selection in plan.reckoned.selections.items():
        readers[selection.key] += plan.reckoned.readers[wish]
        selections[selection.key] = selection
    variants = {each.selection_key: each for each in plan.compiled.variants}
    blocks = plan.compiled.blocks
    found = [
        Mail(count, as_compiled(selections[key],
                                (blocks[place].name for place in variants[key].text)),
             variants[key])
        for key, count in readers.items()
    ]
    return sorted(found, key=lambda mail: (-mail.readers, mail.selection.key))


def _themes(
    mails: Sequence[Mail], words: Mapping[int, ThemeWords], followers: Mapping[int, int]
) -> list[ThemeFigures]:
    readers: Counter[int] = Counter()
    for mail in mails:
        readers.update({each.theme_id: mail.readers for each in mail.selection.sections})
    shown = {theme_id: words[theme_id] for theme_id in (*(each.id for each in themes()), *readers)}
    return [ThemeFigures(theme, followers.get(theme.id, 0), readers[theme.id])
            for theme in sorted(shown.values(), key=attrgetter("position"))]


def _difference(mails: Sequence[Mail], last: LastRun | None) -> Difference | None:
    if last is None:
        return None
    articles = {each for mail in mails for each in mail.selection.article_ids}
    themes = {section.theme_id for mail in mails for section in mail.selection.sections}
    themes_then = {each for each in map(theme_of, last.block_names) if each is not None}
    new = items_of(articles.difference(last.article_ids))
    return Difference(
        key=last.key,
        slot_at=last.slot_at,
        counts=last.counts,
        articles_then=len(last.article_ids),
        articles_now=len(articles),
        new_articles=[new[each] for each in sorted(new, reverse=True)],
        new_themes=_themes_with(themes - themes_then),
        gone_themes=_themes_with(themes_then - themes),
    )


def _themes_with(theme_ids: Collection[int]) -> list[ThemeWords]:
    """These themes in the house's order, also those that were retired since."""
    return [ThemeWords(each.id, each.slug, each.name_nl, each.name_en, each.position)
            for each in themes_by_id(theme_ids)]


def _for_reader(
    address: str,
    slot: DigestSlot,
    plan: SlotPlan,
    mails: Sequence[Mail],
    words: Mapping[int, ThemeWords],
    *,
    signer: Signer,
) -> ForReader:
    share = share_of_reader(find_by_address(address), slot, plan.reckoned)
    key = share.selection.key if share.selection else None
    return ForReader(
        share,
        sorted({words[each] for each in share.theme_ids}, key=attrgetter("position")),
        next((mail for mail in mails if mail.selection.key == key), None),
        find_reason(list(signer.address_hashes(address))),
    )
