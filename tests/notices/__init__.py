"""What the four notices ask of the system, sentence by sentence, and the test that shows each."""
