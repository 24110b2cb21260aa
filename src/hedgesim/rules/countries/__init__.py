"""Rules of countries, one file each."""
