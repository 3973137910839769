"""The readers' pages: sign up, confirm, choose, leave, and ask for one's link."""
