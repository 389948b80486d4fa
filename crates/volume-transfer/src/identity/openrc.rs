//! The openrc files that OpenStack's dashboard offers for download.

use alloc::string::String;
use zeroize::Zeroizing;

/// Returns the value that an openrc file assigns to a variable, such as `OS_USERNAME`.
///
/// Reads `NAME=value` and `export NAME="value"`; the last assignment counts. Returns `None` if
/// there is no assignment, if the value is empty, or if only a shell could evaluate it. The
/// dashboard's files read the password from the terminal, so they don't contain it.
pub fn openrc_variable(text: &str, name: &str) -> Option<Zeroizing<String>> {
    let assigned = text.lines().rev().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        line.strip_prefix(name)?.strip_prefix('=')
    })?;
    let value = unquote(assigned)?;
    (!value.is_empty()).then_some(value)
}

/// Evaluates a word as a shell would. Returns `None` if it contains an expansion, or ends inside
/// quotes or after a backslash.
fn unquote(word: &str) -> Option<Zeroizing<String>> {
    // Never grows, because growing would leave a copy of a secret behind.
    let mut value = Zeroizing::new(String::with_capacity(word.len()));
    let mut quote = None;
    let mut chars = word.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (Some('\''), char) => value.push(char),
            (None, '"' | '\'') => quote = Some(char),
            (_, '$' | '`') => return None,
            (open, '\\') => {
                let escaped = chars.next()?;
                // Within double quotes, a backslash before any other character is kept.
                if open.is_some() && !matches!(escaped, '$' | '`' | '"' | '\\') {
                    value.push('\\');
                }
                value.push(escaped);
            }
            (None, ' ' | '\t' | ';') => break,
            (_, char) => value.push(char),
        }
    }
    quote.is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_value(line: &str, expected: Option<&str>) {
        let value = openrc_variable(line, "OS_NAME");
        assert_eq!(value.as_deref().map(String::as_str), expected, "{line}");
    }

    #[test]
    fn reads_a_value_as_a_shell_does() {
        for (line, expected) in [
            ("export OS_NAME=alice", "alice"),
            ("  OS_NAME=alice  # the owner", "alice"),
            ("export OS_NAME=\"alice smith\"\r", "alice smith"),
            ("export OS_NAME='a\"$b'", "a\"$b"),
            (r#"export OS_NAME="a\"b\$c\\d\`e""#, "a\"b$c\\d`e"),
            (r#"export OS_NAME="domain\user""#, r"domain\user"),
            (r"OS_NAME=alice\ smith", "alice smith"),
            ("OS_NAME=one\nOS_NAME=two", "two"),
            ("OS_NAME=卷;", "卷"),
        ] {
            assert_value(line, Some(expected));
        }
    }

    proptest! {
        #[test]
        fn reads_back_any_quoted_value(value in "[^\n\r]{1,20}") {
            let single = format!("export OS_NAME='{}'", value.replace('\'', r"'\''"));
            let escaped: String = value
                .chars()
                .flat_map(|c| matches!(c, '$' | '`' | '"' | '\\').then_some('\\').into_iter().chain([c]))
                .collect();
            assert_value(&single, Some(&value));
            assert_value(&format!("OS_NAME=\"{escaped}\""), Some(&value));
        }
    }

    #[test]
    fn returns_none_for_missing_empty_and_unsupported_values() {
        for line in [
            "",
            "OS_NAME=",
            "OS_NAME=\"\"",
            "OS_NAME=$OTHER",
            "export OS_NAME=\"${OTHER}\"",
            "OS_NAME=`id`",
            "OS_NAME=\"alice",
            "OS_NAME=alice\\",
            "OS_NAMES=alice",
            "# OS_NAME=alice",
            "unset OS_NAME",
        ] {
            assert_value(line, None);
        }
    }
}
