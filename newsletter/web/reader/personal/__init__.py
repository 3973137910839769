"""A reader's own data behind the fresh link: to see, to change, to take along and to erase."""
