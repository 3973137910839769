"""One of every kind of mail, as the pages and the clock send them, and every link in them."""

import re
from datetime import timedelta
from email.message import EmailMessage

from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import select, text

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.core import settings, signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.extensions import Model, db
from newsletter.jobs import Lane
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.sending.invite import invite
from newsletter.sending.run import Post
from newsletter.sending.single import write_single_mail
from newsletter.subscribers.change_address import ask_change
from newsletter.transaction import transaction
from tests.faults.relay import Relay
from tests.material import article, edition, reader, reminded, slot, take
from tests.web import visitor

WEB = re.compile(r"https?://[^\s<>\"]+")
NEW, ENGLISH = "anne@gemeente.example", "mary@gemeente.example"
COLLEAGUE = "noor@redactie.example"
MOVED, NOT_YET = "elders@gemeente.example", "straks@gemeente.example"


def links_of(mail: EmailMessage) -> set[str]:
    """Every address on the web that stands anywhere in a mail: parts and list headers."""
    found: set[str] = set()
    for name in ("List-Unsubscribe", "List-Help", "List-Owner"):
        found.update(address.rstrip(">") for address in WEB.findall(str(mail.get(name, ""))))
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            page = HTMLParser(part.get_content())
            nodes = page.css("[href], [src], [background]")
            held = [node.attributes.get(name) for node in nodes
                    for name in ("href", "src", "background")]
            found.update(each for each in held if each and not each.startswith("mailto:"))
        elif part.get_content_type() == "text/plain":
            found.update(WEB.findall(part.get_content()))
    return found


def everything(app: Flask) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with app.app_context():
        seen = {
            table.name: sorted(db.session.scalars(text(f'select t::text from "{table.name}" t')))
            for table in Model.metadata.sorted_tables
        }
        db.session.rollback()
        return seen


def every_kind_of_mail(app: Flask, client: FlaskClient, relay: Relay) -> list[EmailMessage]:
    """Lets the pages and the clock send one of each kind, and two readers confirm."""
    with app.app_context():
        now = clock.now()
        with transaction():
            old, other = (reader("data", at=now - timedelta(days=30)) for _ in range(2))
            known = [str(each.subscriber.address) for each in (old, other)]
            made = edition([article("data", released_at=now - timedelta(hours=2))], send_at=now)
            article("data", released_at=now - timedelta(hours=1))
            due = slot(at=now)
            ids = made.id, due.id
            invite(add_account(email=COLLEAGUE, name="Noor", password=None,
                               roles=[RoleName.EDITOR], now=now), now=now)
            reminded(now=now)
        carry_out_slot(ids[1], settings=settings(), now=now)
        carry_out_edition(ids[0], settings=settings(), now=now)
        db.session.remove()
    for address, query in ((NEW, ""), (ENGLISH, "?taal=en"), (known[0], "")):
        form = visitor.form_of(client.get(f"/aanmelden{query}"), action="/aanmelden")
        visitor.post(client, form, address=address, editions="y", cadence="none")
    asking = visitor.form_of(client.get("/mijn-link"), action="/mijn-link")
    visitor.post(client, asking, address=known[1])
    _send(app)
    confirmation = next(e for e in relay.journal.entries if e.rcpt_to == ENGLISH).message
    link = next(link for link in links_of(confirmation) if "/bevestigen/" in link)
    form = visitor.form_of(client.get(link), action="/bevestigen/")
    assert visitor.post(client, form).status_code == 200
    _send(app)
    _move(app, client, relay)
    with app.app_context():
        assert set(db.session.scalars(select(Delivery.kind))) == set(MailKind)
        db.session.remove()
    return [entry.message for entry in relay.journal.entries]


def _move(app: Flask, client: FlaskClient, relay: Relay) -> None:
    """Lets a reader of whom no other mail is at hand change her address, and one only ask it."""
    with app.app_context():
        now = clock.now()
        with transaction():
            for address in (MOVED, NOT_YET):
                mover = reader("data", at=now - timedelta(days=30))
                ask_change(mover, address, signer=signer(), now=now)
        db.session.remove()
    _send(app)
    mail = next(e for e in relay.journal.entries if e.rcpt_to == MOVED).message
    link = next(link for link in links_of(mail) if "/adres/" in link)
    form = visitor.form_of(client.get(link), action="/adres/")
    assert visitor.post(client, form).status_code == 200
    _send(app)


def _send(app: Flask) -> None:
    with app.app_context():
        with transaction():
            take(now=clock.now())
        post = Post(app)
        for lane in (Lane.PROMPT, Lane.BULK):
            post.run(lane, seconds=30, write_single=write_single_mail)
        post.close()
        db.session.remove()
