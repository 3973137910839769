"""Changes that were offered: those that wait for an editor, and what came of one's own."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import url_for
from flask_security import current_user

from newsletter.accounts.models import RoleName
from newsletter.accounts.queries import names_of
from newsletter.articles.proposal_models import ProposalState
from newsletter.articles.proposal_queries import count_waiting, list_waiting, told_to
from newsletter.web.dates import moment_in_words
from newsletter.web.desk.attention.line import Line
from newsletter.web.desk.roles import may
from newsletter.web.desk.said import _, ngettext
from newsletter.web.desk.whose import partner_alone
from newsletter.web.languages import current_language

MOST = 10
# How long somebody is told here that what she offered was declined.
STAYS = timedelta(days=14)


def lines(now: datetime) -> Iterator[Line]:
    """All of it: to who may decide what waits, to who may not her own."""
    yield from _to_decide() if may(RoleName.EDITOR) else _own(now)


def _to_decide() -> Iterator[Line]:
    found = list_waiting(MOST)
    names = names_of(proposal.account_id for proposal, _title in found)
    for proposal, title in found:
        when = moment_in_words(proposal.offered_at, current_language())
        yield Line("mind", _("Een voorstel voor ‘%(title)s’ wacht op een redacteur", title=title),
                   _("%(name)s stelde op %(when)s een wijziging voor.",
                     name=names.get(proposal.account_id, ""), when=when),
                   url_for("desk.proposal", article_id=proposal.article_id,
                           proposal_id=proposal.id),
                   _("Bekijk het voorstel"), RoleName.EDITOR)
    if len(found) == MOST and (more := count_waiting() - MOST) > 0:
        yield Line("info", ngettext("Nog één voorstel wacht", "Nog %(num)s voorstellen wachten",
                                    more),
                   _("Dat staat hier zodra je de oudste hebt behandeld."), role=RoleName.EDITOR)


def _own(now: datetime) -> Iterator[Line]:
    found = told_to(current_user.id, since=now - STAYS, limit=MOST, partner_id=partner_alone())
    names = names_of(one.decided_by for one, _title in found if one.decided_by)
    for proposal, title in found:
        href = url_for("desk.article", article_id=proposal.article_id)
        if proposal.state is ProposalState.DECLINED:
            yield Line("mind", _("Je voorstel voor ‘%(title)s’ is niet overgenomen", title=title),
                       _("%(name)s schrijft: ‘%(note)s’", note=proposal.why,
                         name=names.get(proposal.decided_by or 0, "")),
                       href, _("Open het artikel"))
        else:
            when = moment_in_words(proposal.offered_at, current_language())
            yield Line("info", _("Je voorstel voor ‘%(title)s’ wacht op een redacteur",
                                 title=title),
                       _("Voorgesteld op %(when)s.", when=when), href, _("Open het artikel"))
