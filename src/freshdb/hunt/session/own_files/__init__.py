"""Files of its own for each trial, and what a trial changed in them."""
