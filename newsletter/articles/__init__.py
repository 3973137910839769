"""Articles: the article store."""
