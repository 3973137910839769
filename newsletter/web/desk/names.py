"""Names and states of editions, mailings, slots and alarms, as the desk says them."""

from datetime import datetime
from typing import NamedTuple, Protocol

from flask import url_for

from newsletter.deliveries.models import Alarm, SkipReason
from newsletter.digests.models import DigestSlot
from newsletter.editions.models import Edition, EditionStatus
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.subscribers.models import Cadence
from newsletter.web.dates import short_day
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language


class State(NamedTuple):
    """A state as shown: the shape, and one or two words."""

    kind: str
    words: str


class Named(Protocol):
    """What a mailing's name is made of."""

    @property
    def key(self) -> str: ...

    @property
    def cutoff_at(self) -> datetime: ...


def mailing_name(mailing: Named) -> str:
    """`Editie 20·8`, or `Themamail, di 24 november 2026`."""
    kind, _colon, rest = mailing.key.partition(":")
    if kind == "edition":
        return _("Editie %(number)s", number=rest.replace("-", "·"))
    day = short_day(mailing.cutoff_at, current_language())
    if rest.startswith(Cadence.MONTHLY.value):
        return _("Maandmail, %(day)s", day=day)
    return _("Weekmail, %(day)s", day=day)


class _Digest(NamedTuple):
    key: str
    cutoff_at: datetime


def digest_name(key: str) -> str:
    """The same by the key of a digest alone, as in `digest:weekly:2026-11-24T07:00Z`."""
    return mailing_name(_Digest(key, datetime.fromisoformat(key.split(":", 2)[2])))


def slot_name(slot: DigestSlot) -> str:
    """What a slot sends."""
    return _("Maandmail") if slot.cadence is Cadence.MONTHLY else _("Weekmail")


def mailing_state(mailing: Mailing) -> State:
    """Where a mailing stands."""
    return {
        MailingStatus.PLANNED: State("wait", _("Wordt klaargezet")),
        MailingStatus.HELD: State("mind", _("Vastgehouden")),
        MailingStatus.SENDING: State("info", _("Bezig")),
        MailingStatus.PAUSED: State("mind", _("Gepauzeerd")),
        MailingStatus.FINISHED: State("done", _("Klaar")),
        MailingStatus.CANCELLED: State("wrong", _("Gestopt")),
    }[mailing.status]


def edition_state(edition: Edition, now: datetime) -> State:
    """Where an edition stands; one that was planned and never sent says so."""
    if edition.status is EditionStatus.PLANNED and edition.send_at < now:
        return State("wait", _("Niet verschenen"))
    return {
        EditionStatus.PLANNED: State("wait", _("Nog niet ingepland")),
        EditionStatus.SCHEDULED: State("info", _("Vertrekt vanzelf")),
        EditionStatus.PUBLISHED: State("done", _("Verschenen")),
        EditionStatus.LATE: State("wrong", _("Te laat, beslis")),
    }[edition.status]


def skip_words(reason: SkipReason) -> str:
    """Why nothing was owed any more."""
    return {
        SkipReason.UNSUBSCRIBED: _("afgemeld na het sluiten van de lijst"),
        SkipReason.SUPPRESSED: _("adres staat op de stoplijst"),
        SkipReason.CANCELLED: _("verzending gestopt"),
        SkipReason.SUPERSEDED: _("vervangen door een nieuwere mail"),
        SkipReason.PAUSED: _("had pauze"),
        SkipReason.RESTORED: _("misschien al verzonden voordat de database werd teruggezet"),
    }[reason]


def failure_words(code: str) -> str:
    """What an answer of the relay, or our own code, means (RFC 3463)."""
    named = {
        "5.1.1": _("mailbox bestaat niet"),
        "5.1.2": _("domein bestaat niet"),
        "5.2.1": _("mailbox is dicht"),
        "5.2.2": _("mailbox is vol"),
        "5.7.1": _("geweigerd door de ontvanger"),
        "too_large": _("mail te groot"),
        "?": _("zonder code"),
    }
    words = next((words for known, words in named.items() if known in code), "")
    return f"{words} ({code})" if words and code != "?" else words or code


class AlarmShown(NamedTuple):
    """An alarm in words, with where to look."""

    heading: str
    sentence: str
    href: str


def _all_accounted_for(alarm: Alarm) -> bool:
    """Whether a ledger does not close although each recipient is there, by number and by id."""
    told = alarm.details
    return bool(told.get("same_ids")) and told.get("found") == told.get("recipients")


def alarm_words(alarm: Alarm) -> AlarmShown:
    """What an alarm says to an editor; one that has no words here shows its own name."""
    _table, _colon, key = alarm.subject.partition(":")
    if alarm.kind == "edition_late":
        return AlarmShown(
            _("Editie %(number)s is te laat", number=key.replace("-", "·")),
            _("Het moment ging voorbij terwijl wij stil lagen. Kies een nieuw moment."),
            url_for("desk.edition", key=key),
        )
    if alarm.kind == "edition_unmakeable":
        return AlarmShown(
            _("Editie %(number)s kon niet gemaakt worden", number=key.replace("-", "·")),
            _("Kijk bij ‘Controle’ wat er moet, en kies een nieuw moment."),
            url_for("desk.edition", key=key),
        )
    if alarm.kind == "edition_unapproved":
        return AlarmShown(
            _("Editie %(number)s is uit de planning gehaald", number=key.replace("-", "·")),
            _("De mail is niet meer zoals hij is goedgekeurd. Vraag opnieuw goedkeuring, en plan "
              "de editie daarna in."),
            url_for("desk.edition", key=key),
        )
    if alarm.kind == "digest_late":
        return AlarmShown(
            _("Te laat: %(name)s", name=digest_name(alarm.subject)),
            _("Het moment ging voorbij zonder dat hij vertrok. Verstuur hem alsnog, of laat de "
              "volgende alles meenemen."),
            url_for("desk.slots"),
        )
    if alarm.kind == "ledger_does_not_close":
        return AlarmShown(
            _("De boekhouding klopt niet"),
            _("Elke ontvanger is verantwoord, maar een uitkomst is niet zoals die hoort te zijn. "
              "Vraag de beheerder ernaar te kijken.") if _all_accounted_for(alarm)
            else _("Niet elke ontvanger is verantwoord. Vraag de beheerder ernaar te kijken."),
            url_for("desk.mailing", key=alarm.subject),
        )
    if alarm.kind == "about_sender" and key:
        return AlarmShown(
            _("Een verzending heeft zichzelf gepauzeerd"),
            _("De mailserver weigert ons als afzender. Lees wat hij zegt."),
            url_for("desk.mailing", key=alarm.subject),
        )
    if alarm.kind == "feed_failing":
        return AlarmShown(
            _("Een feed geeft al meer dan een dag niets bruikbaars"),
            _("Lees wat er mis is. Verbeter het adres, of zet de feed uit."),
            url_for("desk.feed", feed_id=int(key)) if key.isdigit() else url_for("desk.feeds"),
        )
    named = {
        "about_sender": (
            _("Losse mails worden geweigerd om ons als afzender"),
            _("De beheerder kan in het logboek zien waarom."),
        ),
        "digest_unmakeable": (
            _("Een themamail kon niet gemaakt worden"),
            _("De beheerder kan in het logboek zien waarom."),
        ),
        "relay_unreachable": (
            _("De mailserver antwoordt niet"),
            _("Mails wachten en gaan weg zodra hij weer antwoordt."),
        ),
        "spool_unusable": (
            _("Er is geen plaats om bij te houden wat weggaat"),
            _("Daarom gaat er niets weg. De beheerder moet ruimte maken."),
        ),
        "high_water_unusable": (
            _("Er is niet bij te houden hoever we zijn"),
            _("Daarom gaat er niets weg. De beheerder kan in het logboek zien waarom."),
        ),
        "database_restored": (
            _("De database is teruggezet"),
            _("Er gaat niets weg tot de beheerder weet wat al verzonden was."),
        ),
        "form_rush": (
            _("Het is ongewoon druk bij de aanmelding"),
            _("Het kan een aanval zijn. Aanmelden kost nu meer tijd. De beheerder kan ingrijpen."),
        ),
        "consents_broken": (
            _("Het logboek van toestemmingen is niet heel"),
            _("Er is iets veranderd of weg. De beheerder ziet welke regel het is."),
        ),
        "audit_broken": (
            _("Het logboek van de redactie is niet heel"),
            _("Er is iets veranderd of weg. De beheerder ziet welke regel het is."),
        ),
        "retention_failed": (
            _("Het opruimen van oude gegevens lukt niet"),
            _("We proberen het vanzelf opnieuw. De beheerder kan in het logboek zien waarom."),
        ),
        "request_untakeable": (
            _("Eén aanmelding kon niet verwerkt worden"),
            _("Ze blijft zeven dagen staan. De beheerder kan in het logboek zien waarom."),
        ),
        "mail_unmakeable": (
            _("Minstens één mail kon niet gemaakt worden"),
            _("De andere mails gaan door. De beheerder kan in het logboek zien waarom."),
        ),
        "mail_untakeable": (
            _("Minstens één mail past niet bij wat de mailserver aanneemt"),
            _("Hij is te groot, of het adres heeft letters die de server niet kent. Dat kan "
              "iedereen van een verzending treffen. Vraag de beheerder."),
        ),
        "dkim_keys_unusable": (
            _("De sleutels waarmee we ondertekenen zijn niet te lezen"),
            _("Mails gaan nog weg, tot er iets opnieuw start. Vraag de beheerder."),
        ),
        "dkim_selector_gone": (
            _("Een sleutel waarmee we ondertekenen is te vroeg weg"),
            _("Mails die ermee begonnen, gaan nu met een andere weg. Vraag de beheerder waarom."),
        ),
    }
    heading, sentence = named.get(alarm.kind, (alarm.kind, alarm.subject))
    return AlarmShown(heading, sentence, "")
