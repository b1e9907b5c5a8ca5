"""Every text that a reader sees: numbers, codes, labels, sentences, titles, and the words of each surface."""
