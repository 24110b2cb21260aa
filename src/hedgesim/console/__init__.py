"""What the command line runs and prints, and the progress it shows."""
