"""What would be sent, what it costs, and when it ends."""
