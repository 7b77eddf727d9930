"""What files would change in ARM: each customer and document compared with what ARM has. Nothing is sent."""
