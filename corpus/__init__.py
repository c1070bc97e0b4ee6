"""What our documents say, exactly, and which version is in force."""
