"""The application that is tested: forty tables and one function that writes to one of them."""
