"""Trends with care, and the places where children go missing from and are found."""
