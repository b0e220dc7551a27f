//! Which of many improbable figures are told: so that of what is told, a small share at most came about by chance (Benjamini and Hochberg, 1995).

/// Says for each probability whether it is told. `tests` is how many figures were looked at; those that are not in `probabilities` had nothing to say.
pub(super) fn told(probabilities: &[f64], tests: usize, share: f64) -> Vec<bool> {
    let mut sorted = probabilities.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let tests = tests.max(sorted.len());
    #[expect(clippy::cast_precision_loss, reason = "numbers of series")]
    let allowed = |rank: usize| share * (rank + 1) as f64 / tests as f64;
    let last = sorted.iter().enumerate().rev().find(|(rank, probability)| **probability <= allowed(*rank)).map(|(_, probability)| *probability);
    probabilities.iter().map(|probability| last.is_some_and(|last| *probability <= last)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_in_the_paper() {
        // The example of the paper: 15 tests, of which four are told at 0.05.
        let of_paper = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        assert_eq!(told(&of_paper, 15, 0.05).iter().filter(|told| **told).count(), 4);
        assert_eq!(told(&of_paper[..9], 15, 0.05).iter().filter(|told| **told).count(), 4, "what has nothing to say counts all the same");
        assert_eq!(told(&[0.01], 1_000, 0.05), [false]);
        assert_eq!(told(&[], 0, 0.05), Vec::<bool>::new());
    }
}
