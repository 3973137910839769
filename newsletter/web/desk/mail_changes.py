"""What differs between two frozen mails, or between a mail and what it would be now, in words."""

from newsletter.editions.models import Edition
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.correction_models import Correction
from newsletter.web.desk.approval_words import audience_words
from newsletter.web.desk.changes import Change
from newsletter.web.desk.differences import around_changes, differences
from newsletter.web.desk.previews import text_of, variant_of
from newsletter.web.desk.said import _


def mail_changes(before: CompiledManifest, after: CompiledManifest) -> list[Change]:
    """What a reader would read otherwise, with a little of what stayed the same around it."""
    return _between(_said(before), _said(after))


def line_changes(before: tuple[str, str], after: tuple[str, str]) -> list[Change]:
    """The same for the line to those who have the old text, in Dutch and in English."""
    words = (_("Bericht aan wie de mail al heeft"), _("Bericht in het Engels"))
    return _between(dict(zip(words, before, strict=True)), dict(zip(words, after, strict=True)))


def text_changes(edition: Edition, correction: Correction) -> list[Change]:
    """What a correction writes otherwise than the edition says."""
    return _between(_written(edition), _written(correction))


def _between(old: dict[str, str], new: dict[str, str]) -> list[Change]:
    return [Change(words, around_changes(differences(old[words], new[words])))
            for words in old if old[words] != new[words]]


def _written(texts: Edition | Correction) -> dict[str, str]:
    return {
        _("Titel van de editie"): texts.title,
        _("Onderwerp van de mail"): texts.subject,
        _("Eerste regel in de inbox"): texts.preheader,
        _("Redactioneel"): texts.editorial_md,
    }


def _said(frozen: CompiledManifest) -> dict[str, str]:
    dutch = variant_of(frozen, "nl")
    return {
        _("Onderwerp"): dutch.subject,
        _("Eerste regel"): dutch.preheader,
        _("Wie de mail krijgt"): audience_words(frozen.audience),
        _("Tekst van de mail"): text_of(frozen, "nl"),
        _("Tekst van de Engelse mail"): text_of(frozen, "en"),
    }
