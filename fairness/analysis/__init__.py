"""Analysis: from the published counts to findings. One module per question; the numbers come from fairness.stats."""
