"""Rules of powers, one file each."""
