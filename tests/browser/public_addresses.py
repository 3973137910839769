"""Readers in every state, and the address of every public page for one of them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import db
from newsletter.subscribers.change_address import ask_change, confirm_change
from newsletter.subscribers.models import MailFormat, Sector, Subscription
from newsletter.tokens import Purpose
from tests.corrections import sent_and_corrected
from tests.material import NOW, article, choices, confirm_token, edition, reader, sign_up
from tests.web.reader.life import choices_of, data_of, rich_life

LONG_AGO = NOW - timedelta(days=40)


def addresses() -> tuple[dict[str, str], dict[str, str]]:
    """Makes the readers, and commits; each page by its name, and other states by their words."""
    plain = reader("data")
    plain.format = MailFormat.TEXT
    life = rich_life(db.session())
    anne = life.subscription
    pending, late, doubtful = (
        sign_up(f"{name}@gemeente.example", choices("data"))
        for name in ("wacht", "laat", "twijfel")
    )
    person = pending.subscriber
    person.name, person.organisation, person.sector = "Anna de Wit", "w" * 200, Sector.UITVOERING
    mover, moved, fresh, gone = (reader("data", "leiderschap") for _ in range(4))
    asked = ask_change(mover, "nieuw@provincie.example", signer=signer(), now=NOW)
    done = ask_change(moved, "elders@provincie.example", signer=signer(), now=NOW)
    db.session.flush()
    taken_away = article("data")
    sent_and_corrected(edition([article("data"), taken_away], number=7), now=NOW)
    taken_away.released_at = None
    confirm_change(_new_side(done.id), signer=signer(), now=NOW)
    gone.subscriber.address = gone.subscriber.identity = gone.subscriber.mailbox = None
    manage, data = choices_of(anne), data_of(anne)
    leave = f"/afmelden/{signer().make(Purpose.LEAVE_DIGESTS, anne.subscriber_id)}"
    pages = {
        "home": "/", "editions": "/edities/", "edition": "/edities/14-2",
        "edition_mail": "/edities/90-8/mail", "article": "/artikelen/sprongetje",
        "edition_version": "/edities/90-7/versies/1",
        "edition_version_mail": "/edities/90-7/versies/1/mail",
        "themes": "/themas/", "theme": "/themas/data", "privacy": "/privacy",
        "cookies": "/cookies", "security": "/beveiliging", "colophon": "/colofon",
        "accessibility": "/toegankelijkheid",
        "subscribe": "/aanmelden", "subscribed": "/aanmelden/gelukt",
        "partner": "/p/vdp", "partner_embed": "/p/vdp/insluiten", "embed": "/insluiten",
        "embedded": "/insluiten/aanmelden", "ask_link": "/mijn-link",
        "link_sent": "/mijn-link/verstuurd", "erased": "/mijn-gegevens/gewist",
        "useful": "/nuttig/edition.90-8", "useful_thanks": "/nuttig/edition.90-8/dank",
        "confirm": f"/bevestigen/{confirm_token(pending, issued_at=NOW)}",
        "preferences": manage, "stop": f"{manage}/stoppen", "pause": f"{manage}/pauze",
        "resume": f"{manage}/hervatten", "fresh_link": f"{manage}/mijn-gegevens",
        "undo_stop": f"{manage}/terug", "stop_reason": f"{manage}/reden",
        "leave": leave, "undo_leaving": f"{leave}/terug", "leaving_reason": f"{leave}/reden",
        "confirm_address": f"/adres/{_new_side(asked.id)}",
        "undo_address": f"/adres/terug/{signer().make(Purpose.UNDO_ADDRESS, done.id)}",
        "personal": data, "new_address": f"{data}/adres?gevraagd=1", "my_mails": f"{data}/mails",
        "my_mail": f"{data}/mail/{life.mails[MailKind.EDITION]}", "erase": f"{data}/wissen",
        "my_mail_html": f"{data}/mail/{life.mails[MailKind.EDITION]}/html",
    }
    states = {
        "nowhere": "/nee", "nowhere in english": "/nee?taal=en",
        "home in english": "/?taal=en", "sign-up in english": "/aanmelden?taal=en",
        "privacy in english": "/privacy?taal=en", "no such partner": "/p/nee",
        "no such edition": "/edities/nee", "edition, corrected": "/edities/90-7",
        "edition, as sent": "/edities/90-8", "edition, in english": "/edities/90-7?taal=en",
        "useful, in english": "/nuttig/edition.90-8?taal=en", "useful, unknown": "/nuttig/nee",
        "confirmation, invalid": "/bevestigen/nee",
        "confirmation, expired": f"/bevestigen/{confirm_token(late, issued_at=LONG_AGO)}",
        "confirmation, superseded": f"/bevestigen/{_older(doubtful)}",
        "choices, invalid": "/voorkeuren/nee", "choices, in english": f"{manage}?taal=en",
        "choices, pending": choices_of(pending),
        "leaving, invalid": "/afmelden/nee",
        "data, invalid": "/mijn-gegevens/nee",
        "data, expired": data_of(anne, minutes_ago=45),
        "data, nothing sent": data_of(fresh), "mails, none": f"{data_of(fresh)}/mails",
        "data, in english": f"{data}?taal=en", "link sent": f"{manage}/mijn-gegevens?verstuurd=1",
        "new address, invalid": "/adres/nee", "old address, invalid": "/adres/terug/nee",
        "new address, expired": f"/adres/{_new_side(asked.id, issued_at=LONG_AGO)}",
        "new address, confirmed": f"/adres/{_new_side(done.id)}",
        "choices, erased": choices_of(gone), "data, erased in english": f"{data_of(gone)}?taal=en",
        "choices, of the address before": f"/voorkeuren/{_made(Purpose.MANAGE, moved)}",
        "mail in text": f"{data_of(plain)}/mail/{_edition_of(plain)}",
        "sign-up, from a theme": "/aanmelden?thema=leiderschap",
    }
    db.session.commit()
    return pages, states


def _made(purpose: Purpose, subscription: Subscription) -> str:
    return signer().make(purpose, subscription.subscriber_id)


def _edition_of(subscription: Subscription) -> int:
    return db.session.scalars(
        select(Delivery.id).where(Delivery.subscriber_id == subscription.subscriber_id,
                                  Delivery.kind == MailKind.EDITION).limit(1)
    ).one()


def _new_side(change_id: int, issued_at: datetime = NOW) -> str:
    return signer().make(Purpose.CONFIRM_ADDRESS, change_id, issued_at=issued_at)


def _older(subscription: Subscription) -> str:
    """A confirmation link from before the one that counts now."""
    token = confirm_token(subscription, issued_at=NOW)
    subscription.confirm_nonce += 1
    return token
