"""Mailer: rendering, encoding, headers and handing over; it knows RFCs, not subscribers."""
