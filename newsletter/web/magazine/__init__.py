"""The magazine's public pages: home, editions, articles, themes and who makes it."""
