"""What is kept of readers' requests, and of lists that the desk brings in, for the registry."""

from newsletter.web.magazine.personal_data import Basis, Fact, Group, Said, columns_of

REQUESTS = (
    Fact(
        Group.READER,
        Said(
            "Een verzoek over je gegevens: wat je vroeg, wanneer, en hoe het is afgehandeld",
            "A request about your data: what you asked, when, and how it was handled",
        ),
        Said(
            "Op tijd antwoorden, en laten zien dat we dat deden (artikel 12 AVG).",
            "To answer in time, and to show that we did (article 12 GDPR).",
        ),
        Basis.DUTY,
        Said(
            "Blijft staan onder een nummer, zonder je adres. Laat je je wissen, dan gaan de "
            "aantekening en de reden van uitstel weg.",
            "Stays under a number, without your address. Once you have yourself erased, the note "
            "and the reason of a delay go.",
        ),
        columns_of("data_requests", "id", "kind", "subscriber_id", "received_on", "due_on",
                   "opened_at", "handled_at", "outcome", "note", "extended_at",
                   "extended_because"),
    ),
    Fact(
        Group.READER,
        Said(
            "Een lijst met je adres en het bewijs van je toestemming, die de redactie inlas",
            "A list with your address and the proof of your consent, which the desk brought in",
        ),
        Said(
            "Je abonnee maken, als je daarvoor elders toestemming gaf.",
            "To make you a subscriber, if you gave consent for it elsewhere.",
        ),
        Basis.CONSENT,
        Said(
            "Je adres tot de lijst is verwerkt, en hooguit zeven dagen als dat niet gebeurt. "
            "Wat er met de regel gebeurde hooguit {detail} maanden, zonder je adres.",
            "Your address until the list was processed, and seven days at most if it is not. What "
            "became of the line {detail} months at most, without your address.",
        ),
        columns_of("import_rows", "import_id", "number", "address", "identity", "cells",
                   "verdict", "detail", "subscriber_id"),
    ),
)
