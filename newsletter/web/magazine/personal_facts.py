"""What is kept of readers, row by row of the registry (`personal_data.py`)."""

from newsletter.web.magazine.personal_data import Basis, Fact, Group, Said, columns_of

_AS_ADDRESS = Said("Even lang als je adres.", "As long as your address.")
_UNDER_NUMBER = Said(
    "Blijft staan onder een nummer. Laat je je wissen, dan weet niemand meer van wie het was.",
    "Stays under a number. Once you have yourself erased, nobody knows whose it was.",
)

READERS = (
    Fact(
        Group.READER,
        Said("Je e-mailadres", "Your e-mail address"),
        Said("Je mailen, en weten dat jij het bent.", "To mail you, and to know that it is you."),
        Basis.CONSENT,
        Said(
            "Zolang je abonnee bent. {confirm} dagen als je niet bevestigt, {undo} dagen nadat je "
            "stopt. Laat je je wissen, dan is het meteen weg.",
            "As long as you subscribe. {confirm} days if you do not confirm, {undo} days after you "
            "stop. If you have yourself erased, it is gone at once.",
        ),
        columns_of("subscribers", "address", "identity", "mailbox"),
    ),
    Fact(
        Group.READER,
        Said("Wat je op een formulier invulde", "What you filled in on a form"),
        Said("Je aanvraag uitvoeren.", "To carry out your request."),
        Basis.CONSENT,
        Said(
            "Meestal een paar tellen. Gaat er iets mis, dan ten hoogste {request} dagen.",
            "Usually a few seconds. If something goes wrong, {request} days at most.",
        ),
        columns_of("address_requests", "id", "kind", "address", "wish", "source_page",
                   "wording_id", "asked_at", "tries"),
    ),
    Fact(
        Group.READER,
        Said("Je naam, als je die gaf", "Your name, if you gave it"),
        Said("Weten voor wie we schrijven.", "To know for whom we write."),
        Basis.CONSENT,
        _AS_ADDRESS,
        columns_of("subscribers", "name"),
    ),
    Fact(
        Group.READER,
        Said(
            "Waar je werkt (organisatie en soort organisatie), als je dat zei",
            "Where you work (organisation and its sort), if you said so",
        ),
        Said("Weten voor wie we schrijven.", "To know for whom we write."),
        Basis.CONSENT,
        _AS_ADDRESS,
        columns_of("subscribers", "organisation", "sector"),
    ),
    Fact(
        Group.READER,
        Said(
            "Je keuzes: thema’s, ritme, edities, taal en vorm",
            "Your choices: themes, rhythm, editions, language and form",
        ),
        Said("Je sturen wat je koos.", "To send you what you chose."),
        Basis.CONSENT,
        Said(
            "Zolang je abonnee bent. Daarna staan ze nog onder een nummer, tot je je laat wissen.",
            "As long as you subscribe. Then they stay under a number, until you have yourself "
            "erased.",
        ),
        columns_of("subscriptions", "receives_editions", "cadence", "cadence_since",
                   "is_reckoned_anew", "language", "format")
        + columns_of("subscription_themes", "subscriber_id", "theme_id", "chosen_at",
                     "inherited_id"),
    ),
    Fact(
        Group.READER,
        Said("Welke berichten we je nog willen geven", "Which notices we still owe you"),
        Said(
            "Je in je volgende mail zeggen dat een thema of een artikel veranderde.",
            "To tell you in your next mail that a theme or an article changed.",
        ),
        Basis.INTEREST,
        Said(
            "Dertien maanden nadat je het bericht kreeg, of tot een maand nadat je stopt.",
            "Thirteen months after you got the notice, or until a month after you stop.",
        ),
        columns_of("owed_notices", "subscriber_id", "notice_id", "owed_at", "delivery_id",
                   "given_at"),
    ),
    Fact(
        Group.READER,
        Said("Of je een pauze hebt, en tot wanneer", "Whether you pause, and until when"),
        Said("Je in die tijd niet mailen.", "Not to mail you in that time."),
        Basis.CONSENT,
        Said(
            "Tot je een nieuwe pauze kiest of je laat wissen.",
            "Until you choose a new pause or have yourself erased.",
        ),
        columns_of("subscriptions", "paused_until", "waiting_since"),
    ),
    Fact(
        Group.READER,
        Said(
            "Je nummer bij ons, hoe het met je abonnement staat en sinds wanneer",
            "Your number with us, the state of your subscription and since when",
        ),
        Said("Weten of we je mogen mailen.", "To know whether we may mail you."),
        Basis.CONSENT,
        _UNDER_NUMBER,
        columns_of("subscribers", "id", "created_at")
        + columns_of("subscriptions", "subscriber_id", "status", "asked_at", "confirmed_at",
                     "ended_at", "ended_reason"),
    ),
    Fact(
        Group.READER,
        Said(
            "Hoeveel links we je stuurden die niet meer gelden",
            "How many links we sent you that no longer hold",
        ),
        Said("Oude links niet laten werken.", "To keep old links from working."),
        Basis.INTEREST,
        _UNDER_NUMBER,
        columns_of("subscriptions", "confirm_nonce", "link_nonce"),
    ),
    Fact(
        Group.READER,
        Said("Waarom je stopte, als je dat zei", "Why you stopped, if you said so"),
        Said("Het magazine beter maken.", "To make the magazine better."),
        Basis.CONSENT,
        Said("Tot je je laat wissen.", "Until you have yourself erased."),
        columns_of("subscriptions", "leaving_reason"),
    ),
    Fact(
        Group.READER,
        Said(
            "Een verandering van adres: je oude en je nieuwe adres, en wanneer",
            "A change of address: your old and your new address, and when",
        ),
        Said("Je de wijziging laten terugdraaien.", "To let you undo the change."),
        Basis.CONSENT,
        Said(
            "De adressen {change} dagen. Dat er iets veranderde tot je je laat wissen. Van een "
            "nieuw adres dat niet bevestigd is, blijft dan nog één dag een code over. Daaruit kan "
            "niemand het adres lezen. Zo krijgt niemand te veel mail van ons.",
            "The addresses {change} days. That something changed until you have yourself erased. "
            "Of a new address that was not confirmed, a code then stays for one more day. Nobody "
            "can read the address from it. So nobody gets too much mail from us.",
        ),
        columns_of("address_changes", "id", "subscriber_id", "old_address", "new_address",
                   "new_mailbox", "asked_at", "confirmed_at", "undone_at"),
    ),
    Fact(
        Group.READER,
        Said(
            "Je toestemming: wat je vroeg, gaf, veranderde of introk, wanneer, op welke pagina, "
            "met welke tekst en welke keuzes",
            "Your consent: what you asked, gave, changed or withdrew, when, on which page, with "
            "which text and which choices",
        ),
        Said(
            "Bewijzen dat je toestemming gaf (artikel 7 AVG).",
            "To prove that you gave consent (article 7 GDPR).",
        ),
        Basis.DUTY,
        _UNDER_NUMBER,
        columns_of("consents", "id", "subscriber_id", "at", "act", "means", "source_page",
                   "wording_id", "choices"),
    ),
    Fact(
        Group.READER,
        Said(
            "Codes die bij je toestemming horen: een afdruk van je adres, de geheime sleutel "
            "daarvan en de schakels die laten zien dat er niets is veranderd",
            "Codes that belong to your consent: a fingerprint of your address, its secret key, "
            "and the links that show that nothing was changed",
        ),
        Said(
            "Bewijzen dat de toestemming van jou was.", "To prove that the consent was yours."
        ),
        Basis.DUTY,
        Said(
            "De codes blijven. Alleen met de sleutel horen ze bij een adres: {proof}. Bevestig je "
            "niet, dan al na {confirm} dagen. Stop je, dan {detail} maanden nadat je adres weg is.",
            "The codes stay. Only with the key do they belong to an address: {proof}. If you do "
            "not confirm, {confirm} days later. If you stop, {detail} months after your address "
            "is gone.",
        ),
        columns_of("consents", "sequence", "previous_hash", "hash", "address_hash")
        + columns_of("consent_salts", "subscriber_id", "salt", "destroy_at")
        + columns_of("consent_seal_heads", "seal_id", "subscriber_id", "sequence", "hash"),
    ),
    Fact(
        Group.READER,
        Said(
            "Welke mails we je stuurden, wanneer, en hoe dat afliep",
            "Which mails we sent you, when, and how that ended",
        ),
        Said(
            "Je niets dubbel sturen en niets overslaan.", "To send you nothing twice and miss none."
        ),
        Basis.CONSENT,
        Said(
            "Losse mails en bijzonderheden hooguit {detail} maanden. Welke edities en overzichten "
            "je kreeg, blijft staan onder een nummer.",
            "Single mails and details {detail} months at most. Which editions and digests you got "
            "stays under a number.",
        ),
        columns_of("deliveries", "id", "kind", "lane", "mailing_id", "variant_id", "correction",
                   "subscriber_id", "idempotency_key", "params", "status", "created_at",
                   "due_at", "claim_id", "first_claim_id", "link_nonce", "message_id",
                   "attempts", "unclear_count", "sent_at", "ended_at", "reply_code",
                   "skip_reason")
        + columns_of("claims", "id", "at", "lane", "worker", "lease_until", "key_id", "dkim")
        + columns_of("idempotency_keys", "key", "created_at")
        + columns_of("past_recipients", "mailing_id", "status", "skip_reason", "first_id",
                     "last_id", "subscriber_ids", "variant_ids"),
    ),
    Fact(
        Group.READER,
        Said(
            "Wat de mailserver antwoordde, zonder je adres",
            "What the mail server answered, without your address",
        ),
        Said("Zien waarom een mail niet aankomt.", "To see why a mail does not arrive."),
        Basis.CONSENT,
        Said("Hooguit {detail} maanden.", "{detail} months at most."),
        columns_of("attempts", "delivery_id", "claim_id", "worker", "started_at",
                   "ended_at", "outcome", "reply_code", "reply_text")
        + columns_of("recent_answers", "code", "said"),
    ),
    Fact(
        Group.READER,
        Said(
            "Het deel van je adres na de @, terwijl een mail naar je onderweg is",
            "The part of your address after the @, while a mail is on its way to you",
        ),
        Said(
            "Niet te veel tegelijk naar één mailserver sturen.",
            "Not to send too much at once to one mail server.",
        ),
        Basis.INTEREST,
        Said("Hooguit een paar uur.", "A few hours at most."),
        columns_of("pace_slots", "delivery_id", "scope") + columns_of("pace_buckets", "scope")
        + columns_of("slowed_domains", "domain"),
    ),
    Fact(
        Group.READER,
        Said(
            "Een afdruk (code) van je adres nadat je stopte",
            "A fingerprint (code) of your address after you stopped",
        ),
        Said(
            "Zien dat je stopte, zodat niemand je zomaar weer aanmeldt.",
            "To see that you stopped, so that nobody just signs you up again.",
        ),
        Basis.INTEREST,
        Said(
            "Tot je zelf weer abonnee wordt, of tot je je laat wissen.",
            "Until you subscribe again yourself, or have yourself erased.",
        ),
        columns_of("subscribers", "former_hash"),
    ),
    Fact(
        Group.READER,
        Said(
            "Een afdruk (code) van je adres als we je niet mogen mailen, met de reden",
            "A fingerprint (code) of your address if we may not mail you, with the reason",
        ),
        Said(
            "Je niet meer mailen: je vroeg het, je noemde een mail spam, of je adres bestaat niet.",
            "Not to mail you: you asked so, called a mail spam, or your address does not exist.",
        ),
        Basis.INTEREST,
        Said(
            "Zolang je het wilt. Na een adres dat niet bestond: tot je opnieuw bevestigt of je je "
            "laat wissen.",
            "As long as you wish. After an address that did not exist: until you confirm again or "
            "have yourself erased.",
        ),
        columns_of("suppressions", "address_hash", "reason", "created_at"),
    ),
    Fact(
        Group.READER,
        Said(
            "Het nummer van een mail of aanvraag waar iets mee misging",
            "The number of a mail or request that went wrong",
        ),
        Said("Iemand laten kijken wat er misging.", "To have somebody look at what went wrong."),
        Basis.INTEREST,
        Said("Blijft staan, zonder je adres.", "Stays, without your address."),
        columns_of("alarms", "subject", "details"),
    ),
)
