"""Emails: one module per kind of mail, and the compiling of content into blocks and variants."""
