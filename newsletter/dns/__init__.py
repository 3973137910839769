"""What a sender publishes in DNS, as a zone and as a check of what is there (D03)."""
