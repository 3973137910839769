"""What of everything asks for a person, one file for each part of the house."""
