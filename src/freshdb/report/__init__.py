"""Record in, text out."""
