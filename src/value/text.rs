//! Text form of values: `80%`, `1h30m`, `10MB`, RFC 3339, a path as given, JSON for lists, maps and records.
