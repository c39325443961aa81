//! Numbers with and without units.

use crate::syntax::tree::ExprKind;

/// Why a number is not one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Too large for 64 bits.
    Overflow,
    /// Not a unit: as written.
    Unit(String),
    /// A fraction where none may be.
    Fraction,
    /// `1_`, `1__0`.
    Underscore,
}

/// Milliseconds of each unit of time, largest first.
pub(super) const DURATIONS: [(&str, i64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Bytes of each unit of size.
pub(super) const SIZES: [(&str, i64); 9] = [
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Decodes `text`, which starts with a digit.
pub(super) fn decode(text: &str) -> Result<ExprKind, Fault> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.')).count();
    let (number, unit) = text.split_at(digits);
    if number.ends_with('_') || number.contains("__") || number.contains("_.") || number.contains("._") {
        return Err(Fault::Underscore);
    }
    let plain = number.replace('_', "");
    let fraction = plain.contains('.');
    match unit {
        "" if fraction => plain.parse().map(ExprKind::Float).map_err(|_| Fault::Overflow),
        "" => plain.parse().map(ExprKind::Int).map_err(|_| Fault::Overflow),
        "%" => plain.parse().map(ExprKind::Percent).map_err(|_| Fault::Overflow),
        _ => match SIZES.iter().find(|(name, _)| *name == unit) {
            Some((_, bytes)) => size(&plain, *bytes),
            None => duration(text, fraction),
        },
    }
}

fn size(number: &str, bytes: i64) -> Result<ExprKind, Fault> {
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(bytes).map(ExprKind::Size).ok_or(Fault::Overflow);
    }
    let value = number.parse::<f64>().map_err(|_| Fault::Overflow)? * bytes as f64;
    if value >= i64::MAX as f64 { Err(Fault::Overflow) } else { Ok(ExprKind::Size(value.round() as i64)) }
}

fn duration(text: &str, fraction: bool) -> Result<ExprKind, Fault> {
    let (mut rest, mut total, mut last) = (text, 0_i64, i64::MAX);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.')).count();
        let (number, tail) = rest.split_at(digits);
        let length = tail.bytes().take_while(|byte| !byte.is_ascii_digit()).count();
        let (unit, tail) = tail.split_at(length);
        let found = DURATIONS.iter().find(|(name, _)| *name == unit).filter(|_| digits > 0);
        let Some((_, millis)) = found.filter(|(_, millis)| *millis < last) else {
            return Err(Fault::Unit(if unit.is_empty() { rest.to_owned() } else { unit.to_owned() }));
        };
        if fraction {
            return Err(Fault::Fraction);
        }
        let count = number.replace('_', "").parse::<i64>().map_err(|_| Fault::Overflow)?;
        let part = count.checked_mul(*millis).ok_or(Fault::Overflow)?;
        total = total.checked_add(part).ok_or(Fault::Overflow)?;
        (rest, last) = (tail, *millis);
    }
    Ok(ExprKind::Duration(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units() {
        assert_eq!(decode("1_000"), Ok(ExprKind::Int(1000)));
        assert_eq!(decode("0.5"), Ok(ExprKind::Float(0.5)));
        assert_eq!(decode("12.5%"), Ok(ExprKind::Percent(12.5)));
        assert_eq!(decode("1h30m"), Ok(ExprKind::Duration(5_400_000)));
        assert_eq!(decode("500ms"), Ok(ExprKind::Duration(500)));
        assert_eq!(decode("1.5GB"), Ok(ExprKind::Size(1_500_000_000)));
        assert_eq!(decode("4KiB"), Ok(ExprKind::Size(4096)));
    }

    #[test]
    fn wrong_numbers_say_why() {
        assert_eq!(decode("9223372036854775808"), Err(Fault::Overflow));
        assert_eq!(decode("999999999999d"), Err(Fault::Overflow));
        assert_eq!(decode("5x"), Err(Fault::Unit("x".into())));
        assert_eq!(decode("30m1h"), Err(Fault::Unit("h".into())));
        assert_eq!(decode("1.5h"), Err(Fault::Fraction));
        assert_eq!(decode("1_"), Err(Fault::Underscore));
    }
}
