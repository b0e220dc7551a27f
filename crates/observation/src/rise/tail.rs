//! How improbable a figure is: upper tails, all of them by the regularised incomplete beta function.

use statrs::function::beta::checked_beta_reg;

/// A count this large is as good as normal, and the continued fraction behind the beta function no longer ends in time.
const LARGE: f64 = 20_000.0;

fn beta(a: f64, b: f64, x: f64) -> f64 {
    checked_beta_reg(a, b, x.clamp(0.0, 1.0)).unwrap_or(1.0).clamp(0.0, 1.0)
}

/// The probability of `count` or more where `mean` are expected and the variance is `spread` times the mean (at least 1): a negative
/// binomial distribution, which is what batches of packets come to.
pub(super) fn count(count: f64, mean: f64, spread: f64) -> f64 {
    if count <= 0.0 {
        return 1.0;
    }
    let (mean, spread) = (mean.max(1e-6), spread.max(1.001));
    if count + mean > LARGE {
        // The cube root of a gamma variable is nearly normal (Wilson and Hilferty, 1931).
        let shape = mean / spread;
        let third = 1.0 / (9.0 * shape);
        return student(((count / mean).cbrt() - (1.0 - third)) / third.sqrt(), 1_000.0);
    }
    beta(count, mean / (spread - 1.0), 1.0 - 1.0 / spread)
}

/// The probability of a score of `score` or more in Student's distribution.
pub(super) fn student(score: f64, freedom: f64) -> f64 {
    let one_side = 0.5 * beta(freedom / 2.0, 0.5, freedom / score.mul_add(score, freedom));
    if score >= 0.0 { one_side } else { 1.0 - one_side }
}

/// How improbable it is that of `of` independent probabilities at least `least` are `few` or less, and that the product of all those is as small as
/// the product of `found` (truncated product; Zaykin and others, 2002).
#[expect(clippy::cast_precision_loss, reason = "numbers of sensors")]
pub(super) fn several(found: &[f64], few: f64, least: usize, of: usize) -> f64 {
    if found.len() < least.max(1) || found.len() > of {
        return 1.0;
    }
    let product: f64 = found.iter().map(|probability| probability.max(f64::MIN_POSITIVE).ln()).sum();
    // The logarithm of the number of ways to choose `k` of them.
    let (mut ways, mut sum) = (0.0, 0.0);
    for k in 1..=of {
        ways += ((of - k + 1) as f64 / k as f64).ln();
        if k < least {
            continue;
        }
        let number = k as f64;
        let beyond = number.mul_add(few.ln(), -product);
        // The logarithm of the probability that k of them, all below `few`, have such a product.
        let of_k = if beyond <= 0.0 { number * few.ln() } else { product + exponential_sum(beyond, k) };
        sum += ((of - k) as f64).mul_add((1.0 - few).ln(), ways + of_k).exp();
    }
    sum.min(1.0)
}

/// The logarithm of the first `terms` terms of the series of e^x.
#[expect(clippy::cast_precision_loss, reason = "numbers of sensors")]
fn exponential_sum(x: f64, terms: usize) -> f64 {
    let (mut term, mut largest, mut all) = (0.0_f64, 0.0_f64, Vec::with_capacity(terms));
    for number in 0..terms {
        if number > 0 {
            term += x.ln() - (number as f64).ln();
        }
        largest = largest.max(term);
        all.push(term);
    }
    largest + all.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, known: f64) {
        assert!((found / known - 1.0).abs() < 0.02, "{found} {known}");
    }

    #[test]
    fn tails_are_those_of_tables() {
        // Poisson: P(X >= 15 | 5) and P(X >= 1 | 0.1); R's ppois.
        near(count(15.0, 5.0, 1.0), 2.26e-4);
        near(count(1.0, 0.1, 1.0), 0.0952);
        // Negative binomial: mean 10, variance 30 (size 5, probability 1/3), 30 or more; R's pnbinom.
        near(
            count(30.0, 10.0, 3.0),
            (0..30).fold((1.0, (1.0_f64 / 3.0).powi(5)), |(left, term), k| (left - term, term * (f64::from(k) + 5.0) / (f64::from(k) + 1.0) * 2.0 / 3.0)).0,
        );
        near(student(2.0, 10.0), 0.03669);
        near(student(-2.0, 10.0), 0.96331);
        // Two of three are 0.1 or less: 3 · 0.01 · 0.9 + 0.001.
        near(several(&[0.1, 0.1], 0.1, 2, 3), 0.028);
        // One is below 0.1, and is 0.05: 1 of 1; of two, one alone, or both with a product below 0.05, which both always have.
        near(several(&[0.05], 0.1, 1, 1), 0.05);
        near(several(&[0.05], 0.1, 1, 2), 2.0 * 0.05 * 0.9 + 0.01);
        // Two of two with a product below p, each below t: p (1 + ln(t²/p)).
        near(several(&[0.01, 0.05], 0.1, 2, 2), 0.0005 * (1.0 + 20.0_f64.ln()));
        assert!(several(&[0.01], 0.1, 2, 3) >= 1.0);
        assert!(several(&[1e-4; 40], 0.1, 5, 40) < 1e-60 && several(&[1e-4; 300], 0.1, 5, 2_000).is_finite());
    }

    #[test]
    fn large_counts_go_on_where_small_ones_end() {
        let (below, above) = (count(11_900.0, 8_000.0 + 90.0, 200.0), count(11_900.0, 8_000.0 + 110.0, 200.0));
        assert!((below / above - 1.0).abs() < 0.1, "{below} {above}");
        assert!(count(1e9, 1e6, 3.0) < 1e-9);
    }
}
