//! Reading the text forms of values with units: `80%`, `1h30m`, `10MB`, RFC 3339, URLs.

/// Units of sizes with their bytes, decimal ones first.
pub const SIZES: [(&str, i64); 9] = [
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// Units of durations with their milliseconds, longest first.
pub const DURATIONS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// An integer, `_` allowed between digits.
pub fn int(text: &str) -> Option<i64> {
    if text.contains('_') { digits(text)?.parse().ok() } else { text.parse().ok() }
}

/// A finite number; an exponent is allowed, `inf` and `nan` are not.
pub fn float(text: &str) -> Option<f64> {
    let plain = if text.contains('_') { digits(text)? } else { text.to_owned() };
    if !plain.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
        return None;
    }
    plain.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `text` without `_`, which may stand between digits only.
fn digits(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let between = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(at.checked_add(1))
    };
    let fine = bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || between(at));
    fine.then(|| text.replace('_', ""))
}

/// `80%`, in points.
pub fn percent(text: &str) -> Option<f64> {
    float(text.strip_suffix('%')?)
}

/// `1h30m`, in milliseconds: units from long to short, each once, perhaps a `-` before them.
pub fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut total = 0i64;
    let mut last = i64::MAX;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '_')?;
        let (number, tail) = rest.split_at(end);
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let (_, worth) = DURATIONS.iter().find(|(name, _)| *name == unit)?;
        if *worth >= last {
            return None;
        }
        last = *worth;
        total = total.checked_add(int(number)?.checked_mul(*worth)?)?;
        rest = tail;
    }
    (last != i64::MAX).then_some(sign * total)
}

/// `10MB`, `1.5GiB`, in bytes.
pub fn size(text: &str) -> Option<i64> {
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(end);
    let (_, worth) = SIZES.iter().find(|(name, _)| *name == unit)?;
    if !number.contains('.') {
        return int(number)?.checked_mul(*worth);
    }
    whole(float(number)? * *worth as f64)
}

/// `number` rounded, if it is an `int`.
pub fn whole(number: f64) -> Option<i64> {
    let rounded = number.round();
    // The bounds are exact powers of two; the upper one is already past `i64::MAX`.
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded).then_some(rounded as i64)
}

/// A point in time as RFC 3339 writes it, in milliseconds since 1970. The seconds may be left out, the offset may not.
pub fn time(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond())
}

/// Whether `text` is an absolute URL: a scheme, and a host where `//` follows it.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.chars();
    let named = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let hosted = match rest.strip_prefix("//") {
        Some(after) => !host(after).is_empty() || scheme.eq_ignore_ascii_case("file"),
        None => !rest.is_empty() && !["http", "https", "ssh", "ftp", "ws", "wss"].contains(&scheme),
    };
    named && clean && hosted
}

/// The host in what follows `//`: without user, port and path.
pub fn host(after: &str) -> &str {
    let authority = after.split(['/', '?', '#']).next().unwrap_or("");
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => place.split(':').next().unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        assert_eq!(percent("87.5%"), Some(87.5));
        assert_eq!(percent("80"), None);
        assert_eq!(duration("1h30m"), Some(5_400_000));
        assert_eq!(duration("500ms"), Some(500));
        assert_eq!(duration("-3d"), Some(-259_200_000));
        assert_eq!(duration("30m1h"), None);
        assert_eq!(duration("5"), None);
        assert_eq!(duration(""), None);
        assert_eq!(duration("-"), None);
        assert_eq!(duration("99999999999999999d"), None);
        assert_eq!(size("4KiB"), Some(4096));
        assert_eq!(size("1.5GB"), Some(1_500_000_000));
        assert_eq!(size("10 MB"), None);
        assert_eq!(int("1_000"), Some(1000));
        assert_eq!(int("_1"), None);
        assert_eq!(float("inf"), None);
        assert_eq!(float("1e3"), Some(1000.0));
        assert_eq!(time("1970-01-01T00:00Z"), Some(0));
        assert_eq!(time("1970-01-01T01:00:00.250+01:00"), Some(250));
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn urls_are_judged() {
        for good in ["https://a.b/c?d", "mailto:a@b", "file:///etc", "ssh://git@host:22/x", "http://[::1]:80/"] {
            assert!(is_url(good), "{good}");
        }
        for bad in ["", "a", "https:", "https://", "https:x", "1a://b", "https://a b"] {
            assert!(!is_url(bad), "{bad}");
        }
        assert_eq!(host("user@example.org:80/x"), "example.org");
    }
}
