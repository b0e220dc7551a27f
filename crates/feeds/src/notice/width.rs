//! Full-width letters and digits, as Japanese keyboards write them: `２０３．０．１１３．５８`.

use std::borrow::Cow;

/// A text with full-width letters and digits in their usual width, and dots and their like where they stand between such. The colon stays:
/// it parts labels from values.
pub(super) fn halved(text: &str) -> Cow<'_, str> {
    if !text.contains(|one| matches!(one, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '．')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(one) = letters.next() {
        let is_between =
            |next: Option<&char>| out.ends_with(|before: char| before.is_ascii_alphanumeric()) && next.is_some_and(|next| half(*next).is_ascii_alphanumeric());
        out.push(match one {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => half(one),
            '．' | '－' | '／' if is_between(letters.peek()) => half(one),
            other => other,
        });
    }
    Cow::Owned(out)
}

fn half(one: char) -> char {
    if matches!(one, '！'..='～') { char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one) } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_become_narrow() {
        for (text, expected) in [
            ("送信元ＩＰ：２０３．０．１１３．５８．", "送信元IP：203.0.113.58．"),
            ("日時：２０２６／１１／２４　３：１０", "日時：2026/11/24　3：10"),
            ("通知しました．203.0.113.58", "通知しました．203.0.113.58"),
            ("plain, 日本語", "plain, 日本語"),
        ] {
            assert_eq!(halved(text), expected, "{text}");
        }
    }
}
