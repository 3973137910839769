"""Accounts: who works at the desk, and the audit trail of what was done."""
