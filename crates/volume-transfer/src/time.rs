//! Parses the services' timestamps.

use alloc::string::String;

/// Converts a timestamp to UTC, as `YYYY-MM-DDTHH:MM:SS` with its fraction and without a zone.
///
/// A timestamp without a zone is already in UTC. A number is Unix time in seconds or milliseconds.
/// Any other text is returned unchanged.
pub(crate) fn utc(text: String) -> String {
    parse(text.as_bytes()).and_then(format).unwrap_or(text)
}

/// Converts a timestamp to Unix time in whole seconds. Accepts the same formats as [`utc`], and
/// returns `None` for any other text.
pub(crate) fn unix_seconds(text: &[u8]) -> Option<i64> {
    parse(text).map(|time| time.unix_seconds())
}

/// Converts an HTTP date, such as `Wed, 21 Oct 2026 07:28:00 GMT`, to Unix time in seconds. Returns
/// `None` for the two obsolete formats in RFC 9110.
pub(crate) fn http_date(text: &[u8]) -> Option<i64> {
    let (_weekday, text) = text.trim_ascii().split_at_checked(3)?;
    let mut rest = Rest(text.strip_prefix(b", ")?);
    let day = rest.number(2)?;
    rest.skip(b" ")?;
    let (name, after) = rest.0.split_at_checked(3)?;
    let month = (1..).zip(MONTHS).find(|(_, month)| *month == name)?.0;
    rest.0 = after;
    rest.skip(b" ")?;
    let year = rest.number(4)?;
    rest.skip(b" ")?;
    rest.time(days(year, month, day)?).map(|time| time.unix_seconds())
}

/// The names of the months in HTTP dates.
static MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// The number of days from March 1 of year 0 to January 1, 1970.
const EPOCH: i64 = 719_468;

/// A point in time, in UTC.
struct Time<'a> {
    /// The minutes since March 1 of year 0.
    minutes: i64,
    /// 60 in a leap second.
    seconds: i64,
    /// The digits of the fraction of a second.
    fraction: &'a [u8],
}

impl Time<'_> {
    const fn unix_seconds(&self) -> i64 {
        60 * (self.minutes - 1_440 * EPOCH) + self.seconds
    }
}

fn parse(text: &[u8]) -> Option<Time<'_>> {
    let text = text.trim_ascii();
    let mut rest = Rest(text);
    if let length @ 9..=14 = text.len()
        && let Some(number) = rest.number(length)
    {
        // A 12-digit number of seconds would fall in the year 5138 or later, so such a number
        // is in milliseconds.
        let since = if length > 11 { number / 1_000 } else { number };
        let minutes = 1_440 * EPOCH + since / 60;
        return Some(Time { minutes, seconds: since % 60, fraction: &[] });
    }
    let (year, _, month, _, day) =
        (rest.number(4)?, rest.skip(b"-")?, rest.number(2)?, rest.skip(b"-")?, rest.number(2)?);
    rest.skip(b"Tt ")?;
    rest.time(days(year, month, day)?)
}

/// Returns the days since March 1 of year 0, or `None` if the month or day is invalid.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Counts years from March, so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1)
}

fn format(Time { minutes, seconds, fraction }: Time<'_>) -> Option<String> {
    let (days, minutes) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    let mut utc = String::new();
    for (number, digits, separator) in [
        (400 * era + year, 1_000, "-"),
        (month, 10, "-"),
        (day, 10, "T"),
        (minutes / 60, 10, ":"),
        (minutes % 60, 10, ":"),
        (seconds, 10, if fraction.is_empty() { "" } else { "." }),
    ] {
        let mut place = digits;
        while place > 0 {
            utc.push(char::from_digit(u32::try_from(number / place % 10).ok()?, 10)?);
            place /= 10;
        }
        utc.push_str(separator);
    }
    utc.extend(fraction.iter().copied().map(char::from));
    Some(utc)
}

/// The part of a timestamp that hasn't been parsed yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number.iter().try_fold(0, |value, byte| {
            byte.is_ascii_digit().then(|| 10 * value + i64::from(byte - b'0'))
        })?;
        self.0 = rest;
        Some(value)
    }

    fn skip(&mut self, any: &[u8]) -> Option<u8> {
        let (byte, rest) = self.0.split_first().filter(|(byte, _)| any.contains(byte))?;
        self.0 = rest;
        Some(*byte)
    }

    /// Parses a time of day and its zone, up to the end of the text.
    fn time(mut self, days: i64) -> Option<Time<'a>> {
        let mut minutes = 1_440 * days + 60 * self.number(2).filter(|hour| *hour < 24)?;
        self.skip(b":")?;
        minutes += self.number(2).filter(|minute| *minute < 60)?;
        let (mut seconds, mut fraction) = (0, &[][..]);
        if self.skip(b":").is_some() {
            seconds = self.number(2).filter(|second| *second < 61)?;
            if self.skip(b".,").is_some() {
                fraction = self.0;
                while self.number(1).is_some() {}
                fraction = fraction.get(..fraction.len() - self.0.len())?;
            }
        }
        let _ = self.skip(b" ");
        minutes -= self.zone()?;
        Some(Time { minutes, seconds, fraction })
    }

    /// Parses a zone, and returns its offset from UTC in minutes.
    fn zone(&mut self) -> Option<i64> {
        if let b"" | b"Z" | b"z" | b"UTC" | b"GMT" = self.0 {
            return Some(0);
        }
        let sign = if self.skip(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.number(2)?;
        let _ = self.skip(b":");
        let minutes = self.number(2).unwrap_or_default();
        self.0.is_empty().then_some(sign * (60 * hours + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_utc(text: &str, expected: &str) {
        assert_eq!(utc(text.into()), expected, "{text}");
    }

    #[test]
    fn converts_every_format_to_utc() {
        for (text, expected) in [
            ("2026-11-26T07:18:53.081642", "2026-11-26T07:18:53.081642"),
            ("2026-11-26T07:18:53", "2026-11-26T07:18:53"),
            ("2026-11-26T07:18:53Z", "2026-11-26T07:18:53"),
            ("2026-11-26t07:18:53z", "2026-11-26T07:18:53"),
            ("2026-11-26T07:18:53.1Z", "2026-11-26T07:18:53.1"),
            ("2026-11-26T07:18:53,123Z", "2026-11-26T07:18:53.123"),
            ("2026-11-26T07:18:53.123456789+00:00", "2026-11-26T07:18:53.123456789"),
            ("2026-11-26 07:18:53", "2026-11-26T07:18:53"),
            (" 2026-11-26 07:18:53 UTC\n", "2026-11-26T07:18:53"),
            ("2026-11-26 07:18:53 +0000", "2026-11-26T07:18:53"),
            ("2026-11-26T07:18", "2026-11-26T07:18:00"),
            ("2026-11-26T07:18Z", "2026-11-26T07:18:00"),
            ("2026-11-26T07:18:53+08:00", "2026-11-25T23:18:53"),
            ("2026-11-26T07:18:53.5+0800", "2026-11-25T23:18:53.5"),
            ("2026-12-31T19:30:00-05:30", "2027-01-01T01:00:00"),
            ("2026-12-31T19:30:00-05", "2027-01-01T00:30:00"),
            ("2024-03-01T00:00:00+01:00", "2024-02-29T23:00:00"),
            ("2100-02-28T23:59:60-00:01", "2100-03-01T00:00:60"),
            ("2000-02-29T12:00:00Z", "2000-02-29T12:00:00"),
            ("1764141533", "2025-11-26T07:18:53"),
            ("1764141533123", "2025-11-26T07:18:53"),
            ("999999999", "2001-09-09T01:46:39"),
        ] {
            assert_utc(text, expected);
        }
    }

    #[test]
    fn converts_every_format_to_seconds() {
        for (text, expected) in [
            ("1970-01-01T00:00:00", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2026-11-26T07:18:53.981642", 1_795_677_533),
            (" 2026-11-26 07:18:53 UTC\n", 1_795_677_533),
            ("2026-11-26T15:18:53+08:00", 1_795_677_533),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("1795677533", 1_795_677_533),
            ("1795677533123", 1_795_677_533),
        ] {
            assert_eq!(unix_seconds(text.as_bytes()), Some(expected), "{text}");
        }
        for text in ["", "7", "2026-11-26", "2026-13-01T00:00:00", "26 Nov 2026 07:18:53"] {
            assert_eq!(unix_seconds(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn converts_http_dates_to_seconds() {
        for (text, expected) in [
            ("Thu, 26 Nov 2026 07:18:53 GMT", 1_795_677_533),
            (" Thu, 01 Jan 1970 00:00:00 GMT ", 0),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
        ] {
            assert_eq!(http_date(text.as_bytes()), Some(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "Thu",
            "Thu, ",
            "Thu, 26 ",
            "Thu, 26 Nov",
            "Thu, 26 Nix 2026 07:18:53 GMT",
            "Thu, 32 Nov 2026 07:18:53 GMT",
            "Thu, 26 Nov 2026 07:18:53 CET",
            "Thu, 26 Nov 2026 07:18:53 GMT, or later",
            "Thursday, 26-Nov-26 07:18:53 GMT",
            "Thu Nov 26 07:18:53 2026",
            "2026-11-26T07:18:53Z",
        ] {
            assert_eq!(http_date(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn returns_other_text_unchanged() {
        for text in [
            "",
            "no time",
            "2026-11-26",
            "20261126",
            "2026-13-01T00:00:00",
            "2026-00-01T00:00:00",
            "2026-01-32T00:00:00",
            "2026-01-01T24:00:00",
            "2026-01-01T00:60:00",
            "2026-01-01T00:00:61",
            "2026-01-01T00:00:00 CET",
            "2026-01-01T00:00:00+8",
            "2026-01-01T00:00:00+08:00x",
            "2026-01-01T0",
            "0000-01-01T00:00:00+23:00",
            "Thu, 26 Nov 2026 07:18:53 GMT",
            "123456789012345",
            "卷",
        ] {
            assert_utc(text, text);
        }
    }
}
