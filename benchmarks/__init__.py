"""What the claims about speed and memory rest on."""
