"""What tests share: servers, callers, files and clocks."""
