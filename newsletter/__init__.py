"""The newsletter and subscription service of an editorial staff."""
