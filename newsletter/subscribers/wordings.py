"""The consent texts that readers are shown; a changed text becomes a new version by itself."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select

from newsletter.catalogue.queries import magazine
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.subscribers.models import ConsentWording, Language

TEXTS = {
    Language.NL: (
        "Ja, stuur mij het magazine {magazine} en de mails die ik hier kies. Ik kan dit op elk "
        "moment veranderen of stoppen, met de link onder in elke mail. Jullie gebruiken mijn "
        "adres alleen hiervoor en volgen niet wat ik open of aanklik."
    ),
    Language.EN: (
        "Yes, send me the magazine {magazine} and the mails that I choose here. I can change "
        "this or stop at any moment, with the link at the foot of each mail. You use my address "
        "for this only, and do not follow what I open or click."
    ),
}


def ensure_wordings(now: datetime) -> None:
    """Add a version for each text that is not the newest one of its language; safe to repeat."""
    name = magazine().name
    for language, template in TEXTS.items():
        text = template.format(magazine=name)
        digest = hashlib.sha256(text.encode()).hexdigest()
        newest = _newest(language)
        if newest is None or newest.sha256 != digest:
            _add(text, digest, language=language, is_imported=False, now=now)


def current_wording(language: Language) -> ConsentWording:
    """The wording that a form in this language shows now. Raises NotFound before the seeds."""
    found = _newest(language)
    if found is None:
        raise NotFound("consent wording")
    return found


def imported_wording(text: str, *, language: Language, now: datetime) -> ConsentWording:
    """The wording that was shown elsewhere with this text, added when it is new."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    found = db.session.scalar(
        select(ConsentWording).where(
            ConsentWording.language == language, ConsentWording.sha256 == digest,
            ConsentWording.is_imported,
        ).limit(1)
    )
    return found or _add(text, digest, language=language, is_imported=True, now=now)


def _add(
    text: str, digest: str, *, language: Language, is_imported: bool, now: datetime
) -> ConsentWording:
    """One more version; of two at the same moment one fails, and is asked again."""
    last = db.session.scalar(
        select(func.max(ConsentWording.version)).where(ConsentWording.language == language)
    )
    made = ConsentWording(version=(last or 0) + 1, language=language, text=text, sha256=digest,
                          since=now, is_imported=is_imported)
    db.session.add(made)
    db.session.flush()
    return made


def _newest(language: Language) -> ConsentWording | None:
    return db.session.scalar(
        select(ConsentWording)
        .where(ConsentWording.language == language, ~ConsentWording.is_imported)
        .order_by(ConsentWording.version.desc())
        .limit(1)
    )
