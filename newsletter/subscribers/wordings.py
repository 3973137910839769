"""The consent texts that readers are shown; a changed text becomes a new version by itself."""

import hashlib
from datetime import datetime

from sqlalchemy import select

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
            version = newest.version + 1 if newest else 1
            db.session.add(
                ConsentWording(
                    version=version, language=language, text=text, sha256=digest, since=now
                )
            )
            db.session.flush()


def current_wording(language: Language) -> ConsentWording:
    """The wording that a form in this language shows now. Raises NotFound before the seeds."""
    found = _newest(language)
    if found is None:
        raise NotFound("consent wording")
    return found


def _newest(language: Language) -> ConsentWording | None:
    return db.session.scalar(
        select(ConsentWording)
        .where(ConsentWording.language == language)
        .order_by(ConsentWording.version.desc())
        .limit(1)
    )
