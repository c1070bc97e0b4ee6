"""The review desk: questions that need a person, their texts and checks, and everything that happened."""
