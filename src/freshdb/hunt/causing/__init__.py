"""Through what one test depends on another: the state, its proof, its lines, its cure."""
