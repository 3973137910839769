"""What of the editions asks for a person: the next one, approvals, and dates that collide."""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime

from flask import url_for
from flask_security import current_user

from newsletter.accounts.models import RoleName
from newsletter.catalogue.queries import magazine
from newsletter.editions.approval_queries import (
    FallenApproval,
    WaitingApproval,
    approved_editions,
    fallen_approvals,
    waiting_approvals,
)
from newsletter.editions.content import missing_for_sending
from newsletter.editions.mind_dates import COLLISIONS, minds_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.move_dates import dates_of
from newsletter.editions.queries import list_coming
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.approval_words import voided_words
from newsletter.web.desk.around import around_dates
from newsletter.web.desk.attention.line import Line
from newsletter.web.desk.cautions import in_words
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language

NEXT_EDITIONS = 8  # whose dates are looked at


def lines(edition: Edition | None, now: datetime) -> Iterator[Line]:
    """All of it; `edition` is the next one."""
    waiting = waiting_approvals(now)
    fallen = fallen_approvals(now)
    yield from _approvals(waiting)
    yield from _fallen(fallen)
    told = {one.edition_id for one in waiting} | {one.edition_id for one in fallen}
    if edition is not None and edition.status is EditionStatus.SCHEDULED:
        yield from _scheduled_without(edition)
    elif edition is not None:
        yield from _not_scheduled(edition, told, now)
    yield from _collisions(now)


def _approvals(waiting: Sequence[WaitingApproval]) -> Iterator[Line]:
    """Those that somebody else asked wait for whoever reads this."""
    for one in waiting:
        if one.mailing_key is not None:
            yield _correction(one, one.mailing_key)
            continue
        number = one.key.replace("-", "·")
        when = moment_in_words(one.approval_deadline_at, current_language())
        late = _("Dat had gemoeten vóór %(when)s.", when=when)
        if one.asked_by == current_user.id:
            yield Line(
                "mind" if one.is_overdue else "info",
                _("Editie %(n)s wacht op het akkoord van een ander", n=number),
                late if one.is_overdue else _("Je vroeg het zelf. Het moet er zijn vóór %(when)s.",
                                              when=when),
                url_for("desk.edition", key=one.key), _("Open editie %(n)s", n=number),
                RoleName.EDITOR)
        else:
            yield Line(
                "wrong" if one.is_overdue else "mind",
                _("Editie %(n)s wacht op een tweede persoon", n=number),
                late if one.is_overdue else _("%(name)s vroeg om akkoord vóór %(when)s.",
                                              name=one.asked_by_name, when=when),
                url_for("desk.approval", key=one.key), _("Bekijk editie %(n)s", n=number),
                RoleName.EDITOR)


def _correction(one: WaitingApproval, mailing_key: str) -> Line:
    """Nothing is too late here: readers wait, and not a deadline."""
    number = one.key.replace("-", "·")
    when = moment_in_words(one.asked_at, current_language())
    if one.asked_by == current_user.id:
        return Line(
            "info", _("De verbetering van editie %(n)s wacht op het akkoord van een ander",
                      n=number),
            _("Je vroeg het op %(when)s. Tot dan staat de verzending stil.", when=when),
            url_for("desk.correction", key=mailing_key), _("Open de verbetering"),
            RoleName.EDITOR)
    return Line(
        "mind", _("De verbetering van editie %(n)s wacht op een tweede persoon", n=number),
        _("%(name)s vroeg om akkoord op %(when)s. Tot dan staat de verzending stil.",
          name=one.asked_by_name, when=when),
        url_for("desk.approval", key=one.key), _("Bekijk de verbetering"), RoleName.EDITOR)


def _fallen(fallen: Sequence[FallenApproval]) -> Iterator[Line]:
    """Those that a second person refused, with why, and those that fell since."""
    for one in fallen:
        number = one.key.replace("-", "·")
        if one.mailing_key:
            href = url_for("desk.correction", key=one.mailing_key)
            refused = _("De verbetering van editie %(n)s is niet goedgekeurd", n=number)
            fell = _("De goedkeuring van de verbetering van editie %(n)s is vervallen", n=number)
            link = _("Open de verbetering")
        else:
            href = url_for("desk.edition", key=one.key, _anchor="approval")
            refused = _("Editie %(n)s is niet goedgekeurd", n=number)
            fell = _("De goedkeuring van editie %(n)s is vervallen", n=number)
            link = _("Open editie %(n)s", n=number)
        if one.void_reason is None:
            said = _("%(name)s schrijft: ‘%(note)s’", name=one.decided_by_name, note=one.note)
            yield Line("wrong", refused, said, href, link, RoleName.EDITOR)
        else:
            why = voided_words(one.void_reason)
            yield Line("mind", fell, _("Vervallen: %(why)s. Vraag opnieuw goedkeuring.", why=why),
                       href, link, RoleName.EDITOR)


def _scheduled_without(edition: Edition) -> Iterator[Line]:
    number = edition.key.replace("-", "·")
    for text, heading in (
        (edition.editorial_md, _("Editie %(n)s is ingepland zonder redactioneel", n=number)),
        (edition.preheader, _("Editie %(n)s is ingepland zonder eerste regel", n=number)),
    ):
        if text.strip():
            continue
        yield Line("info", heading, _("Zo mag ze weg. Het kan nog anders."),
                   url_for("desk.edition", key=edition.key), _("Open editie %(n)s", n=number),
                   RoleName.EDITOR)


def _not_scheduled(edition: Edition, waiting: Set[int], now: datetime) -> Iterator[Line]:
    """One whose copy is due, unless all that it waits for is an approval, told already."""
    missing = missing_for_sending(edition)
    if edition.copy_deadline_at > now or (edition.id in waiting and not missing):
        return
    when = moment_in_words(edition.send_at, current_language())
    if missing:
        first = ngettext("Eerst moet nog één ding af.", "Eerst moeten nog %(num)s dingen af.",
                         len(missing))
        words = f"{first} {_('Verzending: %(when)s.', when=when)}"
    elif approved_editions([edition.id]):
        words = _("Alles is er. Zet het verzendmoment vast: %(when)s.", when=when)
    else:
        words = _("Alles is er. Vraag een tweede persoon om akkoord. Verzending: %(when)s.",
                  when=when)
    number = edition.key.replace("-", "·")
    yield Line("mind", _("Editie %(n)s is nog niet ingepland", n=number), words,
               url_for("desk.edition", key=edition.key), _("Open editie %(n)s", n=number),
               RoleName.EDITOR)


def _collisions(now: datetime) -> Iterator[Line]:
    coming = list_coming(now, limit=NEXT_EDITIONS)
    if not coming:
        return
    around = around_dates(*(dates_of(edition) for edition in coming))
    base_year = magazine().volume_base_year
    for edition in coming:
        minds = minds_of(dates_of(edition), around, of=edition)
        sentences = in_words(caution for caution in minds if caution.mind in COLLISIONS)
        if sentences:
            yield Line(
                "mind",
                _("Kijk naar de data van editie %(n)s", n=edition.key.replace("-", "·")),
                href=url_for("desk.year_plan", year=base_year + edition.volume),
                link=_("Bekijk het jaarplan"),
                role=RoleName.EDITOR,
                each=tuple(sentences),
            )
