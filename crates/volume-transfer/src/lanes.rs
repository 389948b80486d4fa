//! Compares 16 bytes at a time, using WebAssembly's SIMD instructions, or plain Rust elsewhere.

/// The number of bytes compared at a time.
pub(crate) const LANES: usize = 16;

pub(crate) use machine::{equal, hex, special};

/// Returns the number of bytes before the first quote, backslash or control character, none of which
/// may occur unescaped in a JSON string.
pub(crate) fn plain(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((lanes, after)) = rest.split_first_chunk() {
        let special = machine::special(lanes);
        if special != 0 {
            return text.len() - rest.len() + special.trailing_zeros() as usize;
        }
        rest = after;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    text.len() - rest.len() + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod machine {
    use super::LANES;
    use core::arch::wasm32::{
        u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u8x16_sub, u64x2, v128, v128_or,
    };

    /// Compiles to a single load, without `unsafe`.
    fn load(bytes: &[u8; LANES]) -> v128 {
        let bits = u128::from_le_bytes(*bytes);
        #[allow(clippy::cast_possible_truncation, reason = "the lower half, then the upper")]
        u64x2(bits as u64, (bits >> 64) as u64)
    }

    /// Sets bit n if [`plain`](super::plain) stops at byte n.
    pub(crate) fn special(bytes: &[u8; LANES]) -> u16 {
        let bytes = load(bytes);
        let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
        let slashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
        let controls = u8x16_lt(bytes, u8x16_splat(b' '));
        u8x16_bitmask(v128_or(controls, v128_or(quotes, slashes)))
    }

    /// Sets bit n if byte n is the same in both.
    pub(crate) fn equal(one: &[u8; LANES], other: &[u8; LANES]) -> u16 {
        u8x16_bitmask(u8x16_eq(load(one), load(other)))
    }

    /// Sets bit n if byte n is a lowercase hex digit.
    pub(crate) fn hex(bytes: &[u8; LANES]) -> u16 {
        let bytes = load(bytes);
        let from =
            |first, count| u8x16_lt(u8x16_sub(bytes, u8x16_splat(first)), u8x16_splat(count));
        u8x16_bitmask(v128_or(from(b'0', 10), from(b'a', 6)))
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod machine {
    use super::LANES;

    fn mask(bits: impl Iterator<Item = bool>) -> u16 {
        bits.enumerate().fold(0, |mask, (place, bit)| mask | u16::from(bit) << place)
    }

    pub(crate) fn special(bytes: &[u8; LANES]) -> u16 {
        mask(bytes.iter().map(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)))
    }

    pub(crate) fn equal(one: &[u8; LANES], other: &[u8; LANES]) -> u16 {
        mask(one.iter().zip(other).map(|(one, other)| one == other))
    }

    pub(crate) fn hex(bytes: &[u8; LANES]) -> u16 {
        mask(bytes.iter().map(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifies_every_byte_in_any_lane() {
        for byte in 0..=u8::MAX {
            for places in [0, 1, 1 << 15, 0b1001_0010_0100_1001, u16::MAX] {
                let bytes =
                    core::array::from_fn(|at| if places >> at & 1 == 1 { byte } else { b'z' });
                let is_special = byte == b'"' || byte == b'\\' || byte < b' ';
                let expected = if is_special { places } else { 0 };
                assert_eq!(machine::special(&bytes), expected, "{byte}");
                for (at, length) in [(0, 16), (3, 16), (9, 12), (16, 16)] {
                    let text = bytes.repeat(2);
                    let text = text.get(at..at + length).unwrap_or_default();
                    let found = text.iter().position(|byte| *byte != b'z').filter(|_| is_special);
                    assert_eq!(plain(text), found.unwrap_or(length), "{byte} {at}");
                }
                let is_hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                assert_eq!(hex(&bytes), if is_hex { places } else { 0 }, "{byte}");
                let others = if byte == b'z' { u16::MAX } else { !places };
                assert_eq!(equal(&bytes, &[b'z'; LANES]), others, "{byte}");
            }
        }
    }
}
