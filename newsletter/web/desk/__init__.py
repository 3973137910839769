"""The desk: where editors keep articles, compose editions and watch mailings leave."""
