"""Named branches for people and agents: made, looked at, compared, discarded."""
