"""Where trials are run: session processes are asked, answers remembered, the time minded."""
